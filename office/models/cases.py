"""Case, Turn, Decision: one paper, one case, one pair of hands."""

import secrets
import uuid

from django.contrib.auth.models import Permission
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from office.levels import FIRST_STATE_SECRET, Medium, Outcome, Secrecy, Urgency

from .people import Department, Post, User, in_hands


def random_public_id() -> str:
    """96 random bits for addresses: neither the count nor the order of cases can be read from one."""
    return secrets.token_urlsafe(12)


class Case(models.Model):
    """The passage of one paper through the office. There is no status column: see `Turn`."""

    public_id = models.CharField(max_length=16, unique=True, default=random_public_id, editable=False)
    # A form carries its token; sent twice it meets this constraint and makes one case.
    start_token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    procedure = models.CharField(max_length=60)
    title = models.CharField(_("标题"), max_length=500, blank=True)
    search_text = models.TextField(blank=True, default="")
    series = models.ForeignKey(
        "Series", null=True, on_delete=models.PROTECT, related_name="cases", db_index=False
    )
    serial = models.PositiveIntegerField(null=True)
    reference = models.CharField(_("编号"), max_length=60, blank=True)
    urgency = models.CharField(
        _("紧急程度"), max_length=10, choices=Urgency.choices, default=Urgency.NORMAL
    )
    secrecy = models.PositiveSmallIntegerField(_("密级"), choices=Secrecy.choices, default=Secrecy.NONE)
    sealed = models.BooleanField(default=False)
    # Readers named one by one: no post sees it by rule, and every look is logged.
    restricted = models.BooleanField(default=False)
    round = models.PositiveSmallIntegerField(default=1)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="opened_cases")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, default="")
    content_hash = models.CharField(max_length=64, blank=True, default="")
    decisions_count = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = _("事项")
        verbose_name_plural = _("事项")
        default_permissions = ()
        permissions = [("see", "May see this case")]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="") | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="a_case_closes_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(series__isnull=True, serial__isnull=True)
                | Q(series__isnull=False, serial__isnull=False),
                name="a_serial_belongs_to_a_series",
            ),
            models.UniqueConstraint(fields=["series", "serial"], name="a_number_is_given_once"),
            # Sealed papers are always restricted: one flag is enough for every list.
            models.CheckConstraint(
                condition=Q(sealed=False) | Q(restricted=True), name="a_sealed_case_is_restricted"
            ),
        ]
        indexes = [
            # The registry's lists: newest of a function first, without what no rule may show.
            models.Index(fields=["procedure", "-id"], name="case_by_procedure"),
            # A book on screen: the newest first.
            models.Index(fields=["series", "-id"], name="case_by_book"),
            models.Index(
                fields=["-id"], name="case_ruled_newest", condition=Q(restricted=False)
            ),
            # Commands and the search box take a reference.
            models.Index(fields=["reference"], name="case_by_reference"),
            # State secrets are found by number and sender, apart: not a word of theirs is searched (R-SEC-03).
            models.Index(fields=["-id"], name="case_state_secret", condition=Q(secrecy__gte=FIRST_STATE_SECRET)),
            models.Index(fields=["opened_by", "-id"], name="case_by_opener"),
            # The clerk's entry page counts what she has registered today, beside all the years before.
            models.Index(fields=["opened_by", "opened_at"], name="case_by_opener_and_day"),
            # The nightly anchor and the archives ask what closed since.
            models.Index(fields=["closed_at"], name="case_by_closing"),
        ]

    def __str__(self) -> str:
        return self.reference or self.public_id

    @property
    def guarded(self) -> bool:
        """Sealed, restricted, or secret at any level: who looks is written down, and nobody is let in by and by."""
        return self.restricted or self.secrecy > Secrecy.NONE

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Turns(models.QuerySet["Turn"]):
    def open(self) -> "Turns":
        return self.filter(ended_at__isnull=True)

    def main(self) -> "Turns":
        return self.filter(side=False)

    def sides(self) -> "Turns":
        return self.filter(side=True)


class Turn(models.Model):
    """Whose hands hold the paper: a person, or a post until somebody claims it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="turns")
    step = models.CharField(max_length=40)
    side = models.BooleanField(default=False)
    # The main turn that sent this side turn out, and to whose holder it comes back.
    sent_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="spokes")
    holder = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="turns")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="turns")
    round = models.PositiveSmallIntegerField(default=1)
    issued_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    # First seen by a holder: until then the sender may take the paper back.
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(
        max_length=10,
        blank=True,
        default="",
        choices=[
            ("moved", _("已办")),
            ("recalled", _("收回")),
            ("reassigned", _("转交")),
            ("taken_back", _("撤回")),
            ("void", _("作废")),
        ],
    )
    # 委派, 退回直送, 加签: the forward move is "back to that step and holder".
    back_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="sent_away")

    objects = Turns.as_manager()

    class Meta:
        verbose_name = _("待办")
        verbose_name_plural = _("待办")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(ended_at__isnull=True, side=False),
                name="one_open_main_turn_per_case",
            ),
            models.UniqueConstraint(
                fields=["case", "step", "holder", "post"],
                condition=Q(ended_at__isnull=True, side=True),
                nulls_distinct=False,
                name="one_open_side_turn_per_reader",
            ),
            models.CheckConstraint(
                condition=Q(holder__isnull=False) | Q(post__isnull=False), name="a_turn_is_in_somebodys_hands"
            ),
            models.CheckConstraint(
                condition=Q(side=False, sent_by__isnull=True) | Q(side=True, sent_by__isnull=False),
                name="a_side_turn_has_a_hub",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_how="")
                | (Q(ended_at__isnull=False) & ~Q(ended_how="")),
                name="a_turn_says_how_it_ended",
            ),
        ]
        indexes = [
            # The work queue: whose open turns, in order of their date. One per way of holding.
            models.Index(
                fields=["holder", "side", "due_at"],
                name="turn_open_by_holder",
                condition=Q(ended_at__isnull=True),
            ),
            models.Index(
                fields=["post", "side", "due_at"],
                name="turn_open_by_post",
                condition=Q(ended_at__isnull=True, holder__isnull=True),
            ),
            # 已办: what a person has had, latest first.
            models.Index(
                fields=["holder", "-ended_at"],
                name="turn_ended_by_holder",
                condition=Q(ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.step}"

    @property
    def hands(self) -> User | Post:
        return in_hands(self.holder, self.post)


class Decision(models.Model):
    """What the office did: one act, never changed (a trigger keeps it), chained to the one before."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveIntegerField()
    turn = models.ForeignKey(Turn, null=True, on_delete=models.PROTECT, related_name="decisions")
    step = models.CharField(max_length=40, blank=True, default="")
    step_label = models.CharField(max_length=60, blank=True, default="")
    move = models.CharField(max_length=40)
    label = models.CharField(max_length=60)
    # Where the case went: a step's code, the same step, or the outcome that closed it.
    leads_to = models.CharField(max_length=40, blank=True, default="")
    side = models.BooleanField(default=False)
    round = models.PositiveSmallIntegerField(default=1)
    actor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="decisions")
    on_behalf_of = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    # 代录: the clerk who wrote down what the actor had written on paper or said.
    recorded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    medium = models.CharField(max_length=10, choices=Medium.choices, blank=True, default="")
    # Who signed, as text of that day: a later change of post or name never rewrites an old paper.
    signed_name = models.CharField(max_length=60)
    signed_title = models.CharField(max_length=120, blank=True, default="")
    signed_department = models.CharField(max_length=80, blank=True, default="")
    signed_for = models.CharField(max_length=120, blank=True, default="")
    recorded_name = models.CharField(max_length=120, blank=True, default="")
    # To whom it went, as text of that day, in the order given.
    names = models.TextField(blank=True, default="")
    opinion = models.TextField(blank=True, default="")
    # Why it was returned, skipped, extended, voided or corrected.
    reason = models.TextField(blank=True, default="")
    # SHA-256 of each file signed along with it, in order, parted by spaces.
    files = models.TextField(blank=True, default="")
    salt = models.CharField(max_length=32, blank=True, default="")
    opinion_digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    # The date on the paper, when it differs from the moment of recording.
    happened_at = models.DateTimeField()
    format = models.PositiveSmallIntegerField(default=1)
    content_hash = models.CharField(max_length=64, blank=True, default="")
    # 0: corrects nothing. Kept as a number too, because the chain is over numbers, not keys.
    corrects_number = models.PositiveIntegerField(default=0)
    corrects = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="corrections"
    )
    previous_hash = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("办理意见")
        verbose_name_plural = _("办理意见")
        default_permissions = ()
        ordering = ["case_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="decisions_are_numbered_once"),
            # Format 1 did not say what the words were taken from.
            models.CheckConstraint(
                condition=Q(recorded_by__isnull=True, medium="")
                | Q(recorded_by__isnull=False) & ~Q(medium="")
                | Q(format=1, medium=""),
                name="recorded_words_say_what_from",
            ),
            models.CheckConstraint(
                condition=~Q(medium=Medium.PAPER) | ~Q(files=""), name="words_from_paper_have_their_scan"
            ),
        ]
        indexes = [
            # 工作清单 asks what was done in a month or a year. Decisions come in the order of time: a few kilobytes say
            # which pages of the table hold it.
            BrinIndex(fields=["at"], name="decision_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.number} {self.label}"


class RetentionOrder(models.Model):
    """A lawful order to blank the words of a case; its decisions keep their digests, so the chain still proves."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="retention_order")
    basis = models.TextField(_("依据"))
    ordered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=~Q(ordered_by=F("confirmed_by")), name="a_retention_order_takes_two_people"
            )
        ]


class ContentChange(models.Model):
    """What a correction of an entry changed in the case's own columns: both versions, beside the decision of it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="content_changes")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="content_changes")
    field = models.CharField(max_length=30)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["id"]


class Relocation(models.Model):
    """重定位: one person asks with a reason, a second one carries it out."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="relocations")
    step = models.CharField(max_length=40)
    holder = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("理由"))
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(asked_by=F("confirmed_by")),
                name="a_relocation_takes_two_people",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at__isnull=True), name="one_relocation_asked_at_a_time"
            ),
        ]


class Planned(models.Model):
    """Who is still to have the paper at a step, in the order the hub may change (R-CIR-04)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="planned")
    step = models.CharField(max_length=40)
    holder = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    # 主办 or 协办 where the list names units.
    lead = models.BooleanField(default=False)
    turn = models.ForeignKey(Turn, null=True, on_delete=models.PROTECT, related_name="+")
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(holder__isnull=False) | Q(post__isnull=False), name="a_planned_stop_names_somebody"
            ),
            models.UniqueConstraint(
                fields=["case", "step"],
                condition=Q(lead=True, dropped_at__isnull=True, turn__isnull=True),
                name="one_lead_is_planned_at_a_step",
            ),
        ]
        indexes = [
            models.Index(
                fields=["case", "position"],
                name="planned_still_to_come",
                condition=Q(turn__isnull=True, dropped_at__isnull=True),
            )
        ]

    @property
    def hands(self) -> User | Post:
        return in_hands(self.holder, self.post)


class Link(models.Model):
    class Kind(models.TextChoices):
        ANSWERS = "answers", _("答复")
        FORWARDS = "forwards", _("转发")
        REVOKES = "revokes", _("废止")
        SEE = "see", _("参见")
        PARENT = "parent", _("由此产生")
        MERGED = "merged", _("并案")

    from_case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links_out")
    to_case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links_in")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # What the linked case was asked for and what it answered, as plain values (office/linking.py).
    asked = models.JSONField(default=dict)
    answered = models.JSONField(null=True)
    # The step of the parent that waits for it.
    awaited_by = models.CharField(max_length=40, blank=True, default="")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["from_case", "to_case", "kind"],
                condition=Q(undone_at__isnull=True),
                name="linked_once_while_not_undone",
            ),
            models.CheckConstraint(
                condition=~Q(from_case=F("to_case")), name="a_case_is_not_linked_to_itself"
            ),
        ]


class Barred(models.Model):
    """回避: this person, or everybody of this department, does not exist for the case, nor the case for them."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="barred")
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, null=True, on_delete=models.PROTECT, related_name="+")
    # Bars are copied along links; this says from where.
    source_case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, department__isnull=True)
                | Q(person__isnull=True, department__isnull=False),
                name="a_bar_names_a_person_or_a_department",
            ),
            models.UniqueConstraint(
                fields=["case", "person", "department"], nulls_distinct=False, name="barred_once"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "case"], name="barred_by_person"),
            models.Index(fields=["department", "case"], name="barred_by_department"),
        ]


class Anchor(models.Model):
    """A night's seal over every case that moved since the last one, so that a cut tail or a lost case shows."""

    at = models.DateTimeField()
    # Sealed cases have a chain of anchors of their own, which is never printed.
    sealed = models.BooleanField(default=False)
    cases = models.PositiveIntegerField()
    # The newest decision seen by then; the next anchor does not begin there (office/anchoring.py says why).
    upto = models.BigIntegerField()
    previous_hash = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        ordering = ["id"]


class AnchorLine(models.Model):
    """One case as it stood that night. No foreign key: the line must outlive a deleted case."""

    anchor = models.ForeignKey(Anchor, on_delete=models.PROTECT, related_name="lines")
    public_id = models.CharField(max_length=16)
    reference = models.CharField(max_length=60, blank=True, default="")
    decisions = models.PositiveIntegerField()
    head = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["anchor", "public_id"], name="anchored_once_a_night"),
        ]


def see_permission() -> Permission:
    """The one permission that grants are made of."""
    return Permission.objects.get(codename="see", content_type__app_label="office", content_type__model="case")

"""催办记录簿 (R-SUP-06): what the system told and what was done by hand, and the writing down of the latter."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from office import access, notices
from office.acting.door import Refused, as_printed, clean_words, lock_case
from office.models.cases import Case, Decision, Turn
from office.models.clocks import Chase, Reminder
from office.models.outbox import Notice
from office.models.people import User

from .ladders import INFORM, PHONE_TASK

AUTO = "auto"
BETWEEN = timedelta(hours=1)
SUPERVISION = "supervision"


@dataclass(frozen=True)
class ChaseRow:
    """One entry of the book, of either source. `kind` is "auto" or a Chase.Kind; `by` is None when automatic;
    `days_late` is how many days past its date the paper was, 0 on the day itself and before it."""

    at: datetime
    case: Case
    kind: str
    kind_words: str
    to: str
    by: User | None
    words: str
    answer: str = ""
    answered_at: datetime | None = None
    due_at: datetime | None = None
    chase: Chase | None = None

    @property
    def days_late(self) -> int:
        """Counted as everywhere on the screen: by the calendar, from the day it was due."""
        if self.due_at is None:
            return 0
        return max(0, (timezone.localdate(self.at) - timezone.localdate(self.due_at)).days)


def recorded() -> QuerySet[Reminder]:
    """The receipts that are chases: what merely informed somebody is not in the book."""
    return Reminder.objects.exclude(kind=INFORM)


def _automatic(one: Reminder) -> ChaseRow:
    kind = _("自动（提请电话催办）") if one.kind == PHONE_TASK else _("自动")
    words = _(one.words) if one.words else ""
    if one.clock.label:
        # A paper may be late with its handling and with its answer on the same day.
        words = _("%(step)s：%(words)s") % {"step": _(one.clock.label), "words": words}
    return ChaseRow(one.at, one.clock.case, AUTO, kind, "、".join(one.to), None, words, due_at=one.due_at)


def _written(one: Chase) -> ChaseRow:
    return ChaseRow(
        one.at, one.case, one.kind, one.get_kind_display(), one.to, one.by, one.words, one.answer,
        one.answered_at, one.due_at, one,
    )  # fmt: skip


def _newest_first(reminders: QuerySet[Reminder], chases: QuerySet[Chase]) -> Iterable[ChaseRow]:
    told = (_automatic(one) for one in reminders.select_related("clock__case").iterator(500))
    done = (_written(one) for one in chases.select_related("case", "by").iterator(500))
    return merge(told, done, key=lambda row: row.at, reverse=True)


def chase_register(
    user: User,
    *,
    year: int | None = None,
    month: int | None = None,
    kind: str = "",
    case: Case | None = None,
    offset: int = 0,
    count: int | None = None,
) -> list[ChaseRow]:
    """The entries whose cases `user` may see, newest first; `kind`: "auto" or a Chase.Kind, "" for all."""
    seen = access.visible_to(user)
    reminders = recorded().filter(clock__case__in=seen).order_by("-at", "-pk")
    chases = Chase.objects.filter(case__in=seen).order_by("-at", "-pk")
    if case is not None:
        reminders, chases = reminders.filter(clock__case=case), chases.filter(case=case)
    if year is not None:
        reminders, chases = reminders.filter(at__year=year), chases.filter(at__year=year)
    if month is not None:
        reminders, chases = reminders.filter(at__month=month), chases.filter(at__month=month)
    if kind == AUTO:
        chases = chases.none()
    elif kind:
        reminders, chases = reminders.none(), chases.filter(kind=kind)
    last = None if count is None else offset + count
    return list(islice(_newest_first(reminders[:last], chases[:last]), offset, last))


def chases_of(case: Case) -> list[ChaseRow]:
    """The chases of one case in order of time, for its trail and its slip. Who may look has been asked."""
    rows = list(_newest_first(
        recorded().filter(clock__case=case).order_by("-at", "-pk"), case.chases.order_by("-at", "-pk")
    ))
    return rows[::-1]


def phone_tasks(user: User) -> QuerySet[Notice]:
    """Calls the ladder asks this clerk to make: the paper still lies there, the date still stands, and nobody
    has chased it by hand since. Oldest first, with case and turn."""
    stands = Reminder.objects.filter(
        kind=PHONE_TASK,
        at=OuterRef("at"),
        clock__case=OuterRef("case_id"),
        clock__due_at=F("due_at"),
        clock__met_at__isnull=True,
        clock__stopped_at__isnull=True,
    )
    made = Chase.objects.filter(turn=OuterRef("turn_id"), at__gte=OuterRef("at"))
    tasks = Notice.objects.filter(Exists(stands), ~Exists(made), person=user, kind="phone_task")
    tasks = tasks.filter(turn__ended_at__isnull=True, case__in=access.visible_to(user))
    return tasks.select_related("case", "turn__holder", "turn__post__department").order_by("at", "pk")


# --- By hand ---


def may_chase(user: User, case: Case, *, turn: Turn | None = None) -> bool:
    """By hand: the hub, whoever opened the case, whoever sent the paper on, and 督查; never unseen."""
    if not access.visible_to(user).filter(pk=case.pk).exists():
        return False
    if case.opened_by_id == user.pk or access.holds_hub(user, case) or access.identity(user).holds(SUPERVISION):
        return True
    turn = turn or _main_turn(case)
    return turn is not None and _sent(turn, user)


def _main_turn(case: Case) -> Turn | None:
    return case.turns.open().main().select_related("holder", "post").first()


def _sent(turn: Turn, user: User) -> bool:
    """Whether he put the paper where it lies: a decision and the turn it issues bear the same moment."""
    hub = turn.sent_by
    if hub is not None and (hub.holder_id == user.pk or hub.post_id in access.identity(user).posts):
        return True
    mine = Q(actor=user) | Q(on_behalf_of=user) | Q(recorded_by=user)
    return Decision.objects.filter(mine, case=turn.case_id, at=turn.issued_at).exists()


def by_hand(
    case: Case,
    *,
    kind: str,
    actor: User,
    at: datetime,
    to: User | str = "",
    words: str = "",
    turn: Turn | None = None,
) -> Chase:
    """Write down a chase done by hand; whoever holds the paper is told who asks and what. Raises Refused.

    `turn` is the open main turn unless named; `to` is whoever holds it unless named. Ranked leaders are
    spoken to, never written to: of them only 电话 and 当面 are recorded, and no notice goes out.
    """
    with transaction.atomic():
        # The lock puts two quick clicks in a row, so that the second sees the first.
        case = lock_case(case)
        if turn is None:
            turn = _main_turn(case)
        else:
            turn = case.turns.open().filter(pk=turn.pk).select_related("holder", "post").first()
        if turn is None:
            raise Refused(_("这件事已经办完或收回，不用再催。"))
        if not may_chase(actor, case, turn=turn):
            raise Refused(_("只有文书、登记人、送件人和督查人员可以催办。"))
        if kind not in Chase.Kind.values:
            raise Refused(_("请选择催办方式。"), field="kind")
        held_by = notices.holders_of(turn, at=at)
        if held_by == [actor]:
            raise Refused(_("文件就在您自己手里，请直接办理。"))
        # A name says nothing about the paper; free words about a state secret are refused (R-SEC-03).
        held_by_words = str(turn.hands)
        named = to.name if isinstance(to, User) else as_printed(to).strip() or held_by_words
        if not isinstance(to, User) and named != held_by_words:
            named = clean_words(case, named, field="to")
        named = named[:100]
        with_leader = _with_leader(turn, to, held_by, at=at)
        if with_leader and kind not in (Chase.Kind.PHONE, Chase.Kind.ORAL):
            raise Refused(_("对领导同志请电话或当面报告，不发催办。"), field="kind")
        _not_again(turn, kind=kind, to=named, at=at)
        chase = Chase.objects.create(
            case=case,
            turn=turn,
            kind=kind,
            by=actor,
            to=named,
            words=clean_words(case, words, field="words"),
            at=at,
            due_at=turn.due_at,
        )
        if not with_leader:
            told = [one for one in access.able(case, held_by) if one != actor and not _is_ranked(one, at=at)]
            if isinstance(to, User):
                told = [one for one in told if one == to]
            notices.tell(told, kind="by_hand", case=case, turn=turn, at=at, words=_notice_words(chase))
        return chase


def _is_ranked(person: User, *, at: datetime) -> bool:
    return access.identity(person, on=timezone.localdate(at)).ranked


def _with_leader(turn: Turn, to: User | str, held_by: list[User], *, at: datetime) -> bool:
    if isinstance(to, User):
        return _is_ranked(to, at=at)
    if turn.post is not None and turn.post.rank is not None:
        return True
    return bool(held_by) and all(_is_ranked(one, at=at) for one in held_by)


def _not_again(turn: Turn, *, kind: str, to: str, at: datetime) -> None:
    last = (
        Chase.objects.filter(turn=turn, kind=kind, to=to, at__gt=at - BETWEEN, at__lt=at + BETWEEN)
        .order_by("-at")
        .first()
    )
    if last is not None:
        raise Refused(
            _("%(when)s 已用“%(kind)s”催过%(who)s，一小时内不重复催。")
            % {
                "when": timezone.localtime(last.at).strftime("%H:%M"),
                "kind": last.get_kind_display(),
                "who": to,
            }
        )


def _notice_words(chase: Chase) -> str:
    """Who chased, and with what words; of a restricted paper only that somebody did. The paper stands beside it."""
    if chase.case.restricted:
        return ""
    return f"{chase.by.name}：{chase.words}"[:300] if chase.words else chase.by.name


def may_answer(user: User, chase: Chase) -> bool:
    """Whoever chased, the hub and 督查 write down what was answered."""
    if not access.visible_to(user).filter(pk=chase.case_id).exists():
        return False
    return (
        chase.by_id == user.pk
        or access.holds_hub(user, chase.case)
        or access.identity(user).holds(SUPERVISION)
    )


def answered(chase: Chase, *, answer: str, actor: User, at: datetime) -> Chase:
    """Write down, once, what was answered to a chase. Raises Refused."""
    with transaction.atomic():
        case = lock_case(chase.case)
        chase = Chase.objects.select_for_update(of=("self",)).select_related("case").get(pk=chase.pk)
        if not may_answer(actor, chase):
            raise Refused(_("只有催办的人、文书和督查人员可以登记答复。"))
        if chase.answered_at is not None:
            raise Refused(_("这次催办的答复已经登记过了；有新的情况请另登记一次催办。"))
        answer = clean_words(case, answer, field="answer")
        if not answer:
            raise Refused(_("请写明对方怎样答复。"), field="answer")
        chase.answer, chase.answered_at = answer, at
        chase.save(update_fields=["answer", "answered_at"])
        return chase

"""回避: whom a case must never reach. Copied along links; a holder who becomes barred loses the turn."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from office import access, procedures, timing
from office.models.cases import Barred, Case, Link
from office.models.people import Department, Post, User

from .door import Passing, decide, end, issue, now_or


def bar(
    case: Case,
    *,
    actor: User,
    people: list[User] | tuple[User, ...] = (),
    departments: list[Department] | tuple[Department, ...] = (),
    at: datetime | None = None,
) -> None:
    """Bar people and whole departments from a case and from everything linked to it, both ways."""
    with transaction.atomic():
        at = now_or(at)
        keys = sorted(_linked(case))
        cases = list(Case.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
        rows = []
        for one in cases:
            source = None if one.pk == case.pk else case
            rows += [Barred(case=one, person=person, source_case=source, at=at) for person in people]
            rows += [Barred(case=one, department=unit, source_case=source, at=at) for unit in departments]
        Barred.objects.bulk_create(rows, ignore_conflicts=True)
        for one in cases:
            _take_from_barred(one, actor=actor, at=at)


def copy_bars(one: Case, other: Case, *, at: datetime) -> None:
    """Opening a link copies bars both ways (and to what those are linked with)."""
    keys = _linked(one) | _linked(other)
    rows = Barred.objects.filter(case_id__in=keys).values_list("case_id", "person_id", "department_id")
    Barred.objects.bulk_create(
        [
            Barred(case_id=key, person_id=person, department_id=department, source_case_id=source, at=at)
            for source, person, department in set(rows)
            for key in keys
            if key != source
        ],
        ignore_conflicts=True,
    )


def _linked(case: Case) -> set[int]:
    found, frontier = {case.pk}, {case.pk}
    while frontier:
        pairs = Link.objects.filter(
            Q(from_case_id__in=frontier) | Q(to_case_id__in=frontier), undone_at__isnull=True
        ).values_list("from_case_id", "to_case_id")
        frontier = {key for pair in pairs for key in pair} - found
        found |= frontier
    return found


def _take_from_barred(case: Case, *, actor: User, at: datetime) -> None:
    procedure = procedures.get(case.procedure)
    turns = case.turns.filter(ended_at__isnull=True, holder__isnull=False).select_related("holder", "post")
    for turn in turns:
        if not access.is_barred(case, turn.holder):
            continue
        step = procedure.step(turn.step)
        turn.case = case
        passing = Passing(case=case, turn=turn, procedure=procedure, step=step, actor=actor, at=at)
        post: Post | None = timing.find_post(step.fallback or procedure.fallback)
        decide(
            passing, move="reassign", label=gettext_noop("转交"), leads_to=step.code, names=[post] if post else []
        )
        end(turn, how="reassigned", at=at)
        issue(passing, step=step, to=post, back_to=turn.back_to, sent_by=turn.sent_by)

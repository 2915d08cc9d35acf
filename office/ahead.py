"""What comes next, with names: in full on the page of one paper, in one phrase in a list of many."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain

from django.db.models import Case as Case_
from django.db.models import DateField, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, NullIf
from django.utils import timezone
from django.utils.translation import gettext as _

from office import access, procedures, showing, subjects, timing
from office.levels import Outcome
from office.models.cases import Case, Planned, Turn
from office.models.dials import StepSetting
from office.models.people import Post


def steps(case: Case, current: Turn) -> list[dict]:
    """The next steps as {label, who}, with names where they are known: the way back, the list, the post, the unit."""
    on = timezone.localdate()
    if current.back_to is not None:
        return [{"label": _("送回"), "who": showing.hands_words(current.back_to.hands, on=on)}]
    declared = procedures.REGISTRY.get(case.procedure)
    step = declared.steps.get(current.step) if declared else None
    if declared is None or step is None:
        return []
    found = []
    waiting = case.planned.filter(turn__isnull=True, dropped_at__isnull=True)
    listed = [str(row.hands) for row in waiting.select_related("holder", "post__department")]
    if listed:
        found.append({"label": _("名单上还有"), "who": "、".join(listed)})
    primary = next((move for move in step.moves if move.primary and move.offered(case)), None) or step.forward
    if primary is None:
        return found
    if primary.close:
        return [*found, {"label": str(Outcome(primary.close).label), "who": ""}]
    if primary.to:
        target = declared.step(primary.to)
        who = _("由办理人选定")
        if (post := timing.post_of(declared, target, case=case, at=timezone.now())) is not None:
            # As it will land: from whom the paper is kept, it goes by.
            ways = chain([post], timing.fallbacks(declared, target))
            fit = next((one for one in ways if access.able(case, access.seated(one, on=on))), post)
            who = showing.hands_words(fit, on=on)
        elif _names(target) and (named := subjects.named(case)) is not None:
            who = showing.hands_words(named, on=on)
        found.append({"label": str(target.label), "who": who})
    return found


def phrases(turns: Sequence[Turn], *, said: Mapping[int, subjects.Summary]) -> dict[int, str]:
    """{turn pk: what its next move does and to whom}, for a list: the chair or the unit by its name, a person where the
    list of the paper names one. `said`: the summaries of their cases. One query, however many turns there are."""
    names = _Names([turn.case for turn in turns])
    found = {}
    for turn in turns:
        if (step := showing.step_of(turn.case.procedure, turn.step)) is not None:
            found[turn.pk] = _phrase(turn, step, names=names, named=said[turn.case_id].named)
    return found


def _phrase(turn: Turn, step: procedures.Step, *, names: "_Names", named: str) -> str:
    if turn.back_to is not None:
        return _("办毕送回 %(who)s") % {"who": turn.back_to.hands}
    case = turn.case
    for move in step.moves:
        if move.next_planned and (listed := names.listed.get((case.pk, move.to))):
            return _("%(move)s → %(step)s") % {"move": move.label, "step": listed}
    primary = next((move for move in step.moves if move.primary), None) or step.forward
    if primary is None:
        return ""
    if primary.returns:
        return _("退回文书")
    if primary.close or not primary.to:
        return str(primary.label)
    target = procedures.REGISTRY[case.procedure].step(primary.to)
    who = names.chair(case, target)
    if _names(target):
        who = who or named
    return _("%(move)s → %(step)s") % {"move": primary.label, "step": f"{target.label} {who}".strip()}


def _names(step: procedures.Step) -> bool:
    """Whether the paper itself says whose this step is: the unit that was instructed, the addressee of a letter."""
    return step.whom == "departments" or step.personal


class _Names:
    """What three small tables say of whose turn is next, read in one query: the first who is still listed for a step
    of a paper, the posts that steps are declared for, and those the office has given them to instead."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.listed: dict[tuple[int, str], str] = {}
        self._declared: dict[str, str] = {}
        self._given: dict[str, list[tuple[date, str]]] = {}
        for kind, case, code, _place, _key, since, words in self._rows(cases):
            if kind == "listed":
                self.listed.setdefault((case, code), words)
            elif kind == "declared":
                self._declared.setdefault(code, words)
            else:
                self._given.setdefault(code, []).append((since, words))

    @staticmethod
    def _rows(cases: Sequence[Case]) -> QuerySet:
        steps = [step for declared in procedures.REGISTRY.values() for step in declared.steps.values()]
        never = Cast(Value(None), output_field=DateField())
        listed = Planned.objects.filter(case__in=cases, turn__isnull=True, dropped_at__isnull=True).values_list(
            Value("listed"), "case_id", "step", "position", "pk", never,
            Coalesce("holder__name", _post_name("post__")),
        )  # fmt: skip
        posts = Post.objects.filter(retired=False, code__in={step.post for step in steps if step.post})
        declared = posts.values_list(
            Value("declared"), Value(0), "code", Coalesce("department__position", Value(0)), "pk", never, _post_name(),
        )  # fmt: skip
        # A post that is given up leaves the step to the declared one.
        name = Case_(When(post__retired=False, then=_post_name("post__")), default=Value(""))
        given = StepSetting.objects.values_list(
            Value("given"), Value(0), Concat("procedure", Value("/"), "step"), Value(0), "pk", "since", name
        )
        return listed.union(declared, given, all=True).order_by("position", "pk")

    def chair(self, case: Case, step: procedures.Step) -> str:
        """The post's name, or "" where the step has none."""
        began = timezone.localdate(case.opened_at)
        given = [row for row in self._given.get(f"{case.procedure}/{step.code}", ()) if row[0] <= began]
        return max(given, default=(date.min, ""))[1] or self._declared.get(step.post or "", "")


def _post_name(at: str = "") -> Concat:
    """As Post.__str__ has it."""
    unit = Coalesce(NullIf(f"{at}department__short_name", Value("")), f"{at}department__name", Value(""))
    return Concat(unit, f"{at}name")

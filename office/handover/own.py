"""What the office itself hands over: papers to do, chairs, deputies; and what is listed and stays (drafts)."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from office import access, acting, notices, procedures, showing, subjects
from office.acting.door import as_printed
from office.models.cases import Planned, Turn
from office.models.handovers import RETURNING
from office.models.outbox import Draft
from office.models.people import Deputy, Kind, PostHolding, User

from . import Entry, Held, Order, Part, Way, add

TO = Way("to", gettext_lazy("移交接收人"), wants=True)
BACK = Way("back", gettext_lazy("放回岗位"))
HUB = Way("hub", gettext_lazy("收回文书处"))
STAYS = Way("stays", gettext_lazy("不移交"))
WENT_BACK = gettext_lazy("放回%(post)s")
CAME_IN = gettext_lazy("收回文书处，另行送阅")


class Turns(Part):
    """Open turns in his own hands. What is for him alone is no part of these."""

    def mine(self, turn: Turn, step: procedures.Step) -> bool:
        raise ValueError(f"{self.code} does not say which turns are its own.")

    def held(self, person: User) -> list[Held]:
        turns = Turn.objects.open().filter(holder=person).order_by("case__reference", "pk")
        known = [
            turn
            for turn in turns.select_related("case__series", "holder", "post__department")
            if (step := showing.step_of(turn.case.procedure, turn.step)) is not None and self.mine(turn, step)
        ]
        copies = papers_with(known)
        return [
            Held(
                key=str(turn.pk), number=turn.case.reference or "", what=showing.title_of(turn.case),
                note=_("%(step)s，%(when)s送到")
                % {"step": showing.step_label(turn.case.procedure, turn.step), "when": showing.day(turn.issued_at)},
                copies=copies[turn.pk], case=turn.case, turn=turn, post=turn.post,
            )
            for turn in known
        ]  # fmt: skip

    def unfit(self, held: Sequence[Held], *, to: User, of: User) -> set[str]:
        cases = access.reaching(to, [one.case for one in held if one.case is not None])
        ranked = access.identity(to).ranked
        turns = {one.key: one.turn for one in held if one.turn is not None}
        return {key for key, turn in turns.items() if turn.case_id not in cases or _not_his(turn, to, ranked)}

    def move(self, entries: Sequence[Entry], *, order: Order) -> list[str]:
        return [self._moved(one, order=order) for one in entries]

    def _moved(self, one: Entry, *, order: Order) -> str:
        turn = one.held.turn
        if turn is None:
            raise ValueError("An entry of this part is a turn.")
        given: dict[str, Any] = {"actor": order.actor, "reason": order.reason, "at": order.at}
        if one.way == BACK.code:
            return as_printed(WENT_BACK) % {"post": acting.lay_back(turn, **given).post}
        if one.way == HUB.code or (turn.side and one.to is None):
            acting.call_in(turn, **given)
            return as_printed(CAME_IN)
        went = acting.hand_on(turn, to=one.to, **given)
        return as_printed(CAME_IN) if went.ended_at else str(went.hands)


def _not_his(turn: Turn, to: User, ranked: bool) -> bool:
    """The same questions as the door asks (acting.hand_on), answered before the act."""
    declared = procedures.get(turn.case.procedure)
    step = declared.step(turn.step)
    return (step.whom == "leaders" and not ranked) or bool(declared.unfit(step, turn.case, to))


def papers_with(turns: Sequence[Turn]) -> dict[int, int | None]:
    """How many papers lie with each of these turns: those of the entry where the case itself is, the original where a
    reader has it in turn; none of what came electronically, and of a copy nobody keeps account."""
    cases = {turn.case_id: turn.case for turn in turns}
    summaries = subjects.summaries(list(cases.values()))
    out = Planned.objects.filter(case__in=cases, turn__isnull=False, turn__ended_at__isnull=True)
    originals = dict(out.values_list("case_id", "turn_id"))
    found: dict[int, int | None] = {}
    for turn in turns:
        papers = summaries[turn.case_id].copies
        if turn.side:
            found[turn.pk] = 1 if papers and originals.get(turn.case_id) == turn.pk else None
        else:
            found[turn.pk] = papers - (turn.case_id in originals) or None
    return found


@add
class Doing(Turns):
    code = "office.turns"
    title = gettext_lazy("待办文件")
    ways = (TO,)

    def mine(self, turn: Turn, step: procedures.Step) -> bool:
        return not turn.side and turn.post_id is None and not step.personal


@add
class Claimed(Turns):
    """The chair has colleagues, or gets a successor: what was claimed goes back unless somebody is to have it."""

    code = "office.claimed"
    title = gettext_lazy("从岗位认领的文件")
    ways = (TO, BACK)

    def mine(self, turn: Turn, step: procedures.Step) -> bool:
        return not turn.side and turn.post_id is not None and not step.personal


@add
class Assisting(Turns):
    code = "office.assisting"
    title = gettext_lazy("协办文件")
    ways = (TO, HUB)

    def mine(self, turn: Turn, step: procedures.Step) -> bool:
        return turn.side and step.whom == "departments"


@add
class Reading(Turns):
    """R-CIR-16 recalls it; R-CIR-03 and R-CIR-05 forbid that a reader's paper wanders to somebody else by itself."""

    code = "office.reading"
    title = gettext_lazy("传阅件、参会件")
    ways = (HUB, TO)

    def mine(self, turn: Turn, step: procedures.Step) -> bool:
        return turn.side and step.whom != "departments"

    def unfit(self, held: Sequence[Held], *, to: User, of: User) -> set[str]:
        keys = super().unfit(held, to=to, of=of)
        readers = {one.turn.holder for one in held if one.turn and one.turn.holder}
        ranked = {reader.pk for reader in readers if access.identity(reader).ranked}
        for one in held:
            reader = one.turn.holder if one.turn else None
            own = to.department_id is not None and reader is not None and reader.department_id == to.department_id
            if reader is None or reader.pk in ranked or not own:
                keys.add(one.key)
        return keys


@add
class Returning(Turns):
    """What he has sent to somebody who is to send it back (委派, 前加签, 退回直送): it lies elsewhere now, and comes
    back to the receiver instead."""

    code = RETURNING
    title = gettext_lazy("送出去、要送回的文件")
    ways = (TO,)
    binds = False

    def held(self, person: User) -> list[Held]:
        sent = Turn.objects.filter(holder=person, ended_how="moved", sent_away__isnull=False)
        rows = sent.filter(case__closed_at__isnull=True).distinct().order_by("case_id", "pk")
        origins = {turn.pk: turn for turn in rows.select_related("case__series", "holder", "post__department")}
        out = _still_out(origins)
        return [
            Held(
                key=str(turn.pk), number=turn.case.reference or "", what=showing.title_of(turn.case),
                note=_("现在在%(who)s处，送回时给接收人") % {"who": out[turn.pk]}, case=turn.case, turn=turn,
            )
            for turn in origins.values()
            if turn.pk in out
        ]  # fmt: skip

    def move(self, entries: Sequence[Entry], *, order: Order) -> list[str]:
        nobody = as_printed(gettext_lazy("送回时转后备岗位"))
        comes = as_printed(gettext_lazy("送回时给%(who)s"))
        return [comes % {"who": one.to.name} if one.to else nobody for one in entries]


def _still_out(origins: Iterable[int]) -> dict[int, str]:
    """Of these turns those that something open is to come back to, with whoever has it now. They nest: a query for
    each time it was sent on."""
    found: dict[int, str] = {}
    of = {key: key for key in origins}
    while of:
        sent = Turn.objects.filter(back_to__in=of).select_related("holder", "post__department")
        further = {}
        for turn in sent:
            origin = of[turn.back_to_id or 0]
            further[turn.pk] = origin
            if turn.ended_at is None:
                found[origin] = str(turn.hands)
        of = further
    return found


@add
class Personal(Turns):
    """亲启: for his own hands, and nobody's after him. The clerk takes it back (重定位) or he signs for it first."""

    code = "office.personal"
    title = gettext_lazy("亲启件")
    ways = (STAYS,)

    def mine(self, turn: Turn, step: procedures.Step) -> bool:
        return step.personal

    def unfit(self, held: Sequence[Held], *, to: User, of: User) -> set[str]:
        return set()

    def move(self, entries: Sequence[Entry], *, order: Order) -> list[str]:
        return [as_printed(gettext_lazy("由本人签收，未移交")) for _one in entries]


@add
class Posts(Part):
    """Chairs are no business of the office's own: who sits in one is granted by the 安全管理员 and confirmed by
    another. The hand-over asks for it, and its line stays on their desk until it is done."""

    code = "office.posts"
    title = gettext_lazy("岗位")
    ways = (Way("asked", gettext_lazy("请安全管理员办任免"), wants=True), Way("stays", gettext_lazy("岗位保留")))

    def held(self, person: User) -> list[Held]:
        lasting = PostHolding.objects.filter(person=person, confirmed_at__isnull=False).lasting(timezone.localdate())
        rows = list(lasting.select_related("post__department").order_by("post__rank", "pk"))
        tray = Turn.objects.open().filter(holder__isnull=True, post__in=[one.post_id for one in rows])
        waiting = dict(tray.order_by().values_list("post").annotate(n=Count("pk")))
        return [
            Held(key=str(one.pk), what=str(one.post), note=_since(one, waiting.get(one.post_id, 0)), post=one.post)
            for one in rows
        ]

    def move(self, entries: Sequence[Entry], *, order: Order) -> list[str]:
        asked = [one for one in entries if one.to is not None]
        if asked:
            self._ask(asked, order=order)
        words = as_printed(gettext_lazy("请安全管理员任免，拟由%(who)s接任"))
        return [words % {"who": one.to.name} if one.to else as_printed(gettext_lazy("保留")) for one in entries]

    def _ask(self, entries: Sequence[Entry], *, order: Order) -> None:
        security = User.objects.filter(kind=Kind.SECURITY, is_active=True)
        words = as_printed(gettext_lazy("%(who)s 交接（%(reason)s），请办理岗位任免：%(posts)s。"))
        posts = "、".join(one.held.what for one in entries)
        words %= {"who": order.person.name, "reason": order.reason, "posts": posts}
        notices.tell(security, kind="holding", words=words[:300], at=order.at)


def _since(one: PostHolding, waiting: int) -> str:
    since = _("%(day)s 到任") % {"day": one.starts_on}
    words = ngettext("岗位上还有 %(n)d 件在等，随岗位走", "岗位上还有 %(n)d 件在等，随岗位走", waiting)
    return _("%(words)s；%(note)s") % {"words": since, "note": words % {"n": waiting}} if waiting else since


@add
class Deputies(Part):
    """Given and received, running or to come: they end that day, and the other one is told."""

    code = "office.deputies"
    title = gettext_lazy("授权代理")
    ways = (Way("ends", gettext_lazy("收回，到今天为止")),)

    def held(self, person: User) -> list[Held]:
        today = timezone.localdate()
        rows = Deputy.objects.filter(Q(principal=person) | Q(deputy=person), ended_at__isnull=True, ends_on__gte=today)
        return [
            Held(
                key=str(one.pk),
                what=_("%(deputy)s 代 %(principal)s 办理") % {"deputy": one.deputy, "principal": one.principal},
                note=_("%(from)s 至 %(to)s") % {"from": one.starts_on, "to": one.ends_on},
            )
            for one in rows.select_related("principal", "deputy").order_by("starts_on", "pk")
        ]

    def move(self, entries: Sequence[Entry], *, order: Order) -> list[str]:
        rows = Deputy.objects.select_for_update(of=("self",)).select_related("principal", "deputy")
        for one in rows.filter(pk__in=[int(entry.held.key) for entry in entries]).order_by("pk"):
            one.ended_at = order.at
            one.save(update_fields=["ended_at"])
            other = one.deputy if one.principal_id == order.person.pk else one.principal
            words = as_printed(gettext_lazy("%(deputy)s 代 %(principal)s 办理的授权因交接收回。"))
            words %= {"deputy": one.deputy.name, "principal": one.principal.name}
            notices.tell([other], kind="deputy", words=words, at=order.at)
        return [as_printed(gettext_lazy("已收回")) for _one in entries]


@add
class Drafts(Part):
    """What he has begun to write are his own words, signed by nobody: they go to no one else (docs/adr)."""

    code = "office.drafts"
    title = gettext_lazy("没有提交的草稿")
    ways = (STAYS,)
    binds = False

    def held(self, person: User) -> list[Held]:
        count = Draft.objects.filter(person=person).count()
        return [Held(key="all", what=_("%(n)d 份") % {"n": count})] if count else []

    def move(self, entries: Sequence[Entry], *, order: Order) -> list[str]:
        return [as_printed(gettext_lazy("本人的话，不移交")) for _one in entries]

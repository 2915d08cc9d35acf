"""The stories of the demo's papers: what is done with each, as far as its own time has come."""

import logging
from collections.abc import Callable
from datetime import timedelta

from office import acting, chasing
from office.models.cases import Case
from office.models.people import User

from .papers import Paper
from .times import Times
from .walking import MINUTE, Enough, Walk
from .words import Cast

log = logging.getLogger(__name__)

# --- From the counter to the leaders ---


def review(walk: Walk) -> None:
    paper = walk.paper
    if paper.more.get("refuse") == "review" or (paper.story == "refused" and walk.random.random() < 0.4):
        walk.act("not_ours", walk.clerk, opinion=walk.say("refuse_review"))
        raise Enough
    walk.act("pass", walk.clerk, wait=(0.1, 1.2), opinion=walk.say("review"))


def propose(walk: Walk, *, again: bool = False) -> None:
    paper, cast = walk.paper, walk.cast
    if paper.has("refuse") or paper.story == "refused":
        walk.act("not_ours", cast.director, opinion=walk.say("refuse_propose"))
        raise Enough
    assist = [cast.post[paper.more["assist"]]] if paper.more.get("assist") else []
    due = walk.due_on()
    if due is None and paper.has("answer"):
        due = walk.times.ahead(paper.whole("answer"))
    kind = "propose_again" if again else "propose_due" if due else "propose_assist" if assist else "propose"
    # A proposal names its date, so that a circle agrees to one (R-IN-15), whether or not its words repeat it. Only
    # where the unit is to ask for more time itself, none may be named.
    when = due or walk.usual_date()
    named = None if paper.has("extended") and walk.case.secrecy < 2 else when
    walk.act(
        "submit", cast.director, wait=(0.5, 3.2), names=walk.leaders,
        opinion=walk.say(kind, due=f"{when.month}月{when.day}日"),
        values={"lead": cast.post[paper.lead], "assisting": assist, "due_on": named},
    )


def instruct(walk: Walk, leader: User, *, last: bool) -> None:
    paper, cast = walk.paper, walk.cast
    turn = walk.here()
    values = {"lead": cast.post[paper.lead]}
    if paper.has("assist") and paper.more["assist"]:
        values["assisting"] = [cast.post[paper.more["assist"]]]
    head = leader == cast.person["first-head"]
    words_of = "instruct" if last or not head else "instruct_first"
    if paper.has("recorded") and (head or last):
        written = walk.times.later(walk.now, walk.random.uniform(1, 3), walk.random)
        walk.wait(4, 9)
        made = acting.act(
            turn, "instruct", actor=leader, recorded_by=walk.clerk, happened_at=written, at=walk.now,
            medium=walk.random.choice(["spoken", "phone", "meeting"]), opinion=walk.say("recorded"), values=values,
        )
        if walk.random.random() < 0.5:
            walk.common(acting.confirm_record, made, actor=leader, wait=(2, 8))
        return
    actor = walk.acting_for(leader)
    circles = not paper.has("straight") and walk.random.random() < 0.35 and not paper.has("extended")
    if walk.case.secrecy >= 2 or circles:
        walk.act("circle", actor, wait=(1.5, 9))
        return
    hours = (0.2, 0.6) if paper.has("straight") else (1.5, 9)
    made = walk.act("instruct", actor, wait=hours, opinion=walk.say(words_of), values=values)
    if paper.has("corrected") and last:
        made_at, walk.now = walk.now, walk.now + 3 * MINUTE
        if walk.now < walk.times.began:
            acting.correct(made, opinion=f"{made.opinion}请抓紧。", actor=actor, at=walk.now)
        walk.now = max(walk.now, made_at)


def to_the_leaders(walk: Walk) -> None:
    paper = walk.paper
    review(walk)
    propose(walk)
    if paper.has("returned"):
        turn = walk.turn
        walk.wait(1.5, 6)
        target = next(one for one in acting.earlier(walk.case) if one.step == "propose")
        actor = walk.acting_for(walk.leaders[0])
        acting.return_to(turn, target=target, actor=actor, reason=walk.say("returned"), straight=False, at=walk.now)
        walk.case.refresh_from_db()
        propose(walk, again=True)
    leaders_in_turn(walk)


def leaders_in_turn(walk: Walk) -> None:
    for number, leader in enumerate(walk.leaders, 1):
        instruct(walk, leader, last=number == len(walk.leaders))
        if number < len(walk.leaders):
            walk.act("present", walk.clerk, wait=(0.2, 1.5))


# --- Handling ---


def handled(walk: Walk) -> None:
    """收文办理: 初审, 拟办, 批示, 分办, 承办, 答复, 办结."""
    paper, cast = walk.paper, walk.cast
    if paper.has("straight"):
        walk.leaders = walk.leaders[:1]
        walk.act("straight", walk.clerk, wait=(0.1, 0.3), names=walk.leaders, opinion=walk.say("straight"))
        leaders_in_turn(walk)
    else:
        to_the_leaders(walk)
    quick = paper.has("straight")
    if paper.has("read_along") or paper.story == "restricted":
        others = [cast.leader(chair) for chair in ("first-head", "leader-1", "leader-4", "discipline")]
        readers = [one for one in others if one not in walk.leaders][: walk.random.randint(1, 2)]
        walk.act("send", walk.clerk, wait=(0.1, 1), names=readers)
    names = [cast.post[paper.lead]]
    if paper.more.get("assist"):
        names.append(cast.post[paper.more["assist"]])
    if paper.has("taken_back"):
        walk.act("hand_over", walk.clerk, wait=(0.2, 1), names=names)
        walk.case.refresh_from_db()
        walk.common(acting.take_back, walk.case, actor=walk.clerk, reason="附件漏装，补齐后再交办。", wait=(0.05, 0.1))
    walk.act("hand_over", walk.clerk, wait=(0.1, 0.4) if quick else (0.3, 3), names=names)
    handle(walk)
    conclude(walk)


def handle(walk: Walk) -> None:
    """With the lead department: its head, or whom he gives it to."""
    paper, cast = walk.paper, walk.cast
    head, desk = cast.person[f"head:{paper.lead}"], cast.person.get(f"desk:{paper.lead}")
    actor = head
    seen = walk.times.later(walk.now, walk.random.uniform(0.1, 2), walk.random)
    if seen < walk.times.began:
        acting.opened(walk.turn, by=head, at=seen)
    if paper.has("relocated"):
        relocate(walk)
    if paper.more.get("help"):
        turn = walk.turn
        walk.act("ask_help", head, turn=turn, names=[cast.post[paper.more["help"]]], opinion=walk.say("ask_help"))
    if paper.has("desk") and desk is not None:
        walk.common(acting.reassign, walk.turn, to=desk, actor=head, opinion=walk.say("desk"), wait=(1, 4))
        actor = desk
    if paper.has("progress"):
        turn = walk.turn
        walk.common(acting.progress, turn, actor=actor, opinion=walk.say("progress"), wait=(6, 14))
    if paper.has("delegated") and desk is not None and actor is head:
        walk.common(acting.delegate, walk.turn, to=desk, actor=head, opinion=walk.say("delegate"), wait=(1, 4))
        if paper.stop == "handle":
            raise Enough
        walk.common(acting.give_back, walk.turn, actor=desk, opinion=walk.say("give_back"), wait=(6, 18))
    if paper.has("extended"):
        extend(walk, head=actor)
    if paper.has("chased"):
        chased(walk)
    quick = paper.has("straight") or paper.more.get("telegram") in ("flash", "most")
    hours = (1, 3) if quick else (4, 14) if walk.case.urgency != "normal" else (12, 44)
    walk.act("report", actor, wait=hours, opinion=walk.result(quick=quick))


def extend(walk: Walk, *, head: User) -> None:
    turn = walk.turn
    clock = turn.clocks.filter(met_at__isnull=True, stopped_at__isnull=True).first()
    if clock is None:
        return
    walk.wait(8, 20)
    until = walk.times.later(max(clock.due_at, walk.now), 40, walk.random)
    acting.extend(clock, until=until.replace(hour=17, minute=30, second=0, microsecond=0), actor=head,
                  reason=walk.say("extend"), at=walk.now)


def chased(walk: Walk) -> None:
    """催办 by telephone, and what was answered."""
    turn = walk.turn
    walk.now = max(walk.now, min(turn.due_at or walk.now, walk.times.began - timedelta(days=3)))
    walk.wait(2, 5)
    one = chasing.by_hand(walk.case, kind="phone", actor=walk.clerk, words=walk.say("chase"), at=walk.now)
    walk.wait(0.2, 1)
    chasing.answered(one, answer=walk.say("chase_answer"), actor=walk.clerk, at=walk.now)


def relocate(walk: Walk) -> None:
    to = walk.cast.post["economy" if walk.paper.lead != "economy" else "village"]
    walk.wait(2, 5)
    asked = acting.ask_relocation(
        walk.case, step="handle", to=to, actor=walk.clerk, reason=walk.say("relocate"), at=walk.now
    )
    walk.common(acting.confirm_relocation, asked, actor=walk.cast.director)
    walk.paper.lead = "economy" if walk.paper.lead != "economy" else "village"
    walk.here()


def conclude(walk: Walk) -> None:
    paper = walk.paper
    if paper.has("again"):
        walk.act("again", walk.clerk, names=[walk.cast.post[paper.lead]], opinion=walk.say("again"), wait=(0.5, 3))
        head = walk.cast.person[f"head:{paper.lead}"]
        walk.act("report", head, wait=(4, 12), opinion=walk.result(quick=False))
    walk.here()
    walk.until_all_are_back()
    if paper.has("answer"):
        walk.act("answered", walk.clerk, wait=(0.5, 4), opinion=walk.say("answered"))
    walk.act("finish", walk.clerk, wait=(0.3, 5), opinion=walk.say("finish"))


# --- Other papers ---


def short(walk: Walk) -> None:
    """短流程: the leader himself hands it to the unit."""
    paper, cast = walk.paper, walk.cast
    walk.act("submit", cast.director, wait=(0.5, 3), names=walk.leaders[-1:], opinion=walk.say("propose"),
             values={"lead": cast.post[paper.lead]})
    walk.act("instruct", walk.acting_for(walk.leaders[-1]), wait=(1.5, 8), names=[cast.post[paper.lead]],
             opinion=walk.say("instruct"), values={"lead": cast.post[paper.lead]})
    handle(walk)
    conclude(walk)


def reading(walk: Walk) -> None:
    """送阅: copies at once, or the one original round in ranking order."""
    cast, paper = walk.cast, walk.paper
    dice, chairs = walk.random, ["first-head", "leader-1", "leader-2", "leader-4", "discipline"]
    some = chairs[dice.randint(0, 2) :][: dice.choice([1, 1, 2, 2, 3])]
    some += [f"head:{unit}" for unit in dice.sample(sorted(cast.post), dice.choice([0, 0, 1, 2]))]
    if paper.stop == "reading":
        everybody = [*chairs, "archivist", "dispatch", "petition-desk"]
        some = dice.sample(everybody, 5) if paper.has("ordered") else everybody
    readers = [cast.person[chair] for chair in some]
    ordered = paper.has("ordered") or (paper.stop == "" and walk.random.random() < 0.2)
    walk.act("send", walk.clerk, wait=(0.2, 2), names=readers, opinion=walk.say("send"), values={"in_order": ordered})
    walk.until_all_are_back()
    if paper.stop == "back":
        raise Enough
    walk.act("finish", walk.clerk, wait=(0.5, 6), opinion=walk.say("file"))


def filed(walk: Walk) -> None:
    """拟存: read by one or two, and put on the shelf."""
    review(walk)
    walk.act("note", walk.cast.director, wait=(0.5, 3), opinion=walk.say("propose_note"))
    chairs = walk.random.sample(["leader-1", "leader-2", "leader-4", "first-head"], walk.random.randint(1, 2))
    walk.act("send", walk.clerk, wait=(0.2, 2), names=[walk.cast.leader(chair) for chair in chairs])
    walk.until_all_are_back()
    walk.act("finish", walk.clerk, wait=(0.3, 5), opinion=walk.say("file"))


def refused(walk: Walk) -> None:
    review(walk)
    propose(walk)


def voided(walk: Walk) -> None:
    if walk.paper.story == "handled" and walk.random.random() < 0.5:
        review(walk)
    walk.common(acting.void, walk.case, actor=walk.case.opened_by, reason=walk.say("void"))


def meeting(walk: Walk) -> None:
    """会议通知: who goes, and the answer in time."""
    cast, paper = walk.cast, walk.paper
    first, goes = cast.leader(paper.leaders[0]), cast.leader(paper.leaders[-1])
    walk.leaders = [goes]
    walk.act("submit", cast.director, wait=(0.3, 2), names=[first],
             opinion=walk.say("propose_meeting", first=cast.called(first)))
    if paper.has("declined"):
        walk.act("decline", first, wait=(1, 5), opinion=walk.say("decline"))
    else:
        walk.act("attend", first, wait=(0.5, 5), opinion=walk.say("instruct_meeting"), values={"attendees": [goes]})
        if goes is not first and (paper.stop != "arrange" or paper.has("notified")):
            walk.act("notify", walk.clerk, turn=walk.turn, wait=(0.2, 1), names=[goes])
    answer = "answered_declined" if paper.has("declined") else "answered_meeting"
    walk.act("answered", walk.clerk, wait=(0.2, 1.5), opinion=walk.say(answer, leader=goes.name))
    walk.until_all_are_back()
    # Closed when it has taken place.
    walk.now = max(walk.now, walk.case.incomingdocument.meeting.starts_at)
    walk.act("finish", walk.clerk, wait=(4, 12))


def envelope(walk: Walk) -> None:
    """亲启件: handed over unopened."""
    addressee = walk.cast.leader(walk.paper.leaders[0])
    walk.act("deliver", walk.clerk, wait=(0.1, 1), names=[addressee])
    walk.act("received", addressee, wait=(0.2, 5))


def classified(walk: Walk) -> None:
    """涉密件: steps and times only; every word stays on paper, but on a classified network (R-SEC-03)."""
    cast = walk.cast
    walk.act("pass", walk.clerk, wait=(0.1, 0.5))
    walk.act("submit", cast.director, wait=(0.3, 2), names=walk.leaders, opinion=walk.say("propose"))
    walk.act("instruct", walk.leaders[0], wait=(1, 6), opinion=walk.say("instruct"))
    walk.act("send", walk.clerk, wait=(0.2, 1), names=[cast.director])
    walk.until_all_are_back()
    walk.act("finish", walk.clerk, wait=(0.5, 3))


STORIES: dict[str, Callable[[Walk], None]] = {
    "handled": handled, "short": short, "reading": reading, "filed": filed, "refused": refused, "void": voided,
    "meeting": meeting, "envelope": envelope, "classified": classified,
}  # fmt: skip


def go(paper: Paper, case: Case, *, times: Times, cast: Cast) -> None:
    """Carry a registered paper as far as its story and its time go."""
    walk = Walk(paper, case, times=times, cast=cast)
    story = voided if paper.more.get("ends") == "void" else STORIES[paper.story]
    try:
        story(walk)
    except Enough:
        walk.let_come_back(times.began)
    except acting.Refused:
        # The office's own rules have the last word: the paper stays where they stopped it.
        log.exception("The demo paper %s went no further.", paper.key)

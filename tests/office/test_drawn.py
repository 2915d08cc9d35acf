"""Every declared procedure is drawn and walked dry: by its declarations and the office's dials, without a row."""

import re
from datetime import date, datetime
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from documents import procedures as documents
from documents import registering
from office import drawing, dry_walk, procedures
from office.dry_walk import AT_ONCE, LATE
from office.models import Organisation
from office.models.dials import StepSetting
from tests import sketches
from tests.make import series
from tests.people import CHINA, MONDAY, at_desk

DECLARED = [
    *sketches.ALL, documents.Incoming, documents.National, documents.Short, documents.Reading, documents.Envelope,
    documents.MeetingNotice, documents.Imported,
]
INCOMING = "/procedures/documents.incoming/"
AT = "urgency=normal&day=2026-11-16&hour=09:30&pace=late"


@pytest.fixture(autouse=True)
def cast_in_place(who):
    return who


@pytest.fixture
def clerk() -> Client:
    return at_desk("clerk")


def text(response) -> str:
    return response.content.decode()


def begun(declared=documents.Incoming, *, urgency="normal", pace=LATE, at=MONDAY) -> dry_walk.Walk:
    return dry_walk.begin(declared, urgency=urgency, pace=pace, opened_at=at)


def skip_review() -> None:
    StepSetting.objects.create(procedure="documents.incoming", step="review", skipped=True, since=date(2026, 1, 1))


def moves_of(declared):
    return [(step, move) for step in declared.steps.values() if not step.retired for move in step.moves]


# --- The drawing ---


@pytest.mark.parametrize("declared", DECLARED, ids=lambda one: one.code)
def test_every_declared_procedure_is_drawn_with_all_its_steps_and_moves(clerk, declared):
    page = text(clerk.get(f"/procedures/{declared.code}/"))
    found = ElementTree.fromstring(re.search(r"<svg.*</svg>", page, re.S)[0])
    words = "".join(found.itertext()).replace("\n", "")
    for step in declared.steps.values():
        assert str(step.label) in words
    for _step, move in moves_of(declared):
        assert str(move.label) in words


@pytest.mark.parametrize("declared", DECLARED, ids=lambda one: one.code)
def test_an_arrow_goes_wherever_a_move_leads(declared):
    office = begun(declared).office
    drawn = drawing.draw(declared, {step.code: office.facts(step) for step in declared.steps.values()})
    kinds = sorted(one.kind for one in drawn.arrows)
    order = list(declared.steps)
    leading = [(step, move) for step, move in moves_of(declared) if move.to]
    back = [move for step, move in leading if order.index(move.to) <= order.index(step.code)]
    sides = [move for _step, move in moves_of(declared) if move.side or move.others]
    expected = ["back"] * len(back) + ["forward"] * (len(leading) - len(back)) + ["side"] * len(sides)
    assert kinds == sorted(expected)


@pytest.mark.parametrize("declared", DECLARED, ids=lambda one: one.code)
def test_no_card_lies_on_another_and_all_lie_on_the_sheet(declared):
    office = begun(declared).office
    drawn = drawing.draw(declared, {step.code: office.facts(step) for step in declared.steps.values()})
    for one in drawn.cards:
        assert one.x >= 0 and one.x + one.width <= drawn.width and one.y + one.height <= drawn.height
        assert all(one.y < line.y < one.y + one.height for line in one.lines)
        for other in drawn.cards:
            apart = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert one is other or apart or one.y + one.height <= other.y or other.y + other.height <= one.y


def test_words_are_broken_where_the_card_ends_and_none_is_lost():
    words = "上一环节选定的部门，由分管领导签字以后 department-head 再送"
    lines = drawing.wrapped(words, 120)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
    assert all(drawing.wide_of(line) <= 120 + drawing.WIDE for line in lines)
    assert not any(line[0] in "，。、）" for line in lines)


def test_the_drawing_says_who_sits_there_and_by_when(clerk):
    steps = {one["label"]: one for one in clerk.get(INCOMING).context["steps"]}
    assert steps["拟办"]["hands"] == "办公室主任（李建国）"
    assert steps["拟办"]["limits"] == ["½个工作日"]
    assert steps["拟办"]["basis"] == "R-IN-20"
    assert steps["承办"]["limits"] == ["平件 7个工作日", "加急 2个工作日", "特急 当日17:30前"]
    assert (steps["初审"]["unverified"], steps["拟办"]["unverified"]) == (True, False)


def test_what_the_office_has_set_itself_is_drawn(clerk, who):
    StepSetting.objects.create(
        procedure="documents.incoming", step="propose", since=date(2026, 1, 1), post=who.posts["typist"],
        limits={"normal": {"kind": "workdays", "count": 3}},
    )
    propose = next(one for one in clerk.get(INCOMING).context["steps"] if one["label"] == "拟办")
    assert propose["hands"] == "打字员（林晓岚）"
    assert propose["limits"][0] == "平件 3个工作日"
    assert "本单位设置" in propose["basis"]


def test_a_step_the_office_does_not_walk_is_drawn_dashed(clerk):
    skip_review()
    dashed = [one.code for one in clerk.get(INCOMING).context["drawing"].cards if one.dashed]
    assert dashed == ["review"]


def test_a_paper_leads_to_the_drawing_with_its_step_marked(clerk, who):
    sender = Organisation.objects.create(name="省农业农村厅", group="above")
    case = registering.register(
        actor=who.clerk, series=series(), sender=sender, title="关于秋冬种的通知", at=MONDAY, received_on=MONDAY.date()
    )
    url = clerk.get(f"/cases/{case.public_id}/").context["drawn_url"]
    assert [one.code for one in clerk.get(url).context["drawing"].cards if one.here] == ["review"]


def test_the_list_says_which_path_new_papers_take(clerk):
    rows = clerk.get("/procedures/").context["rows"]
    assert [row["cells"][0]["words"] for row in rows if row["cells"][0]["note"]] == ["收文办理"]


@pytest.mark.parametrize("username, status", [("clerk", 200), ("system", 200), ("security", 404), ("audit", 404)])
def test_who_works_here_and_the_system_administrator_see_it(username, status):
    assert at_desk(username).get(INCOMING).status_code == status


def test_an_unknown_procedure_is_not_found(clerk):
    assert clerk.get("/procedures/documents.nosuch/").status_code == 404


# --- The dry walk ---


def everywhere(declared) -> dict[tuple[str, str], dry_walk.Walk]:
    """Each move that can be come to, with the walk on which it was made; sides are brought back before going on."""
    found: dict[tuple[str, str], dry_walk.Walk] = {}
    waiting: list[list[str]] = [[]]
    seen: set[tuple] = set()
    while waiting:
        words = waiting.pop()
        walk = dry_walk.walked(begun(declared, pace=AT_ONCE), words)
        state = (walk.here and walk.here.step.code, tuple(sorted(one.step.code for one in walk.spokes)))
        if walk.refused or state in seen or len(walk.spokes) > 1:
            continue
        seen.add(state)
        for held in [*([walk.here] if walk.here else []), *walk.spokes]:
            for move in held.step.moves:
                key = (held.step.code, move.code)
                tried = dry_walk.walked(begun(declared, pace=AT_ONCE), [*words, ".".join(key)])
                if not tried.refused:
                    found.setdefault(key, tried)
                    waiting.append([*words, ".".join(key)])
    return found


@pytest.mark.parametrize("declared", DECLARED, ids=lambda one: one.code)
def test_every_move_can_be_walked_and_leads_where_it_is_declared_to(declared):
    found = everywhere(declared)
    assert set(found) == {(step.code, move.code) for step, move in moves_of(declared)}
    for (step, code), walk in found.items():
        move = declared.step(step).move(code)
        if move.close:
            assert (walk.outcome, walk.here) == (move.close, None)
        elif not move.returns:
            assert walk.here.step.code == (move.to or step)
            assert not (move.side or move.others) or walk.spokes[-1].step.code == (move.side or move.others)


def test_a_whole_walk_is_kept_in_the_address_and_ends_with_its_outcome(clerk):
    words = "review.pass,propose.submit,instruct.instruct,assign.finish"
    walk = clerk.get(f"{INCOMING}?{AT}&w={words}").context["walk"]
    assert [one["step"] for one in walk["taken"]] == ["初审", "拟办", "批示", "分办"]
    assert walk["outcome"] == "存查"
    assert walk["places"] == []


def test_each_button_leads_one_move_further(clerk):
    walk = clerk.get(f"{INCOMING}?{AT}&w=review.pass").context["walk"]
    submit = next(one for one in walk["places"][0]["moves"] if one["label"] == "报批")
    after = clerk.get(submit["url"].split("#")[0]).context["walk"]
    assert after["words"] == "review.pass,propose.submit"
    assert after["places"][0]["step"] == "批示"


def test_nothing_is_written_by_walking(clerk):
    clerk.get(INCOMING)
    with CaptureQueriesContext(connection, ) as asked:
        clerk.get(f"{INCOMING}?{AT}&w=review.pass,propose.submit,instruct.circle,assign.hand_over")
    assert not [one["sql"] for one in asked if re.match(r"\s*(INSERT|UPDATE|DELETE)", one["sql"])]
    assert len(asked) < 40


def test_a_step_is_done_on_its_last_day_or_as_soon_as_it_comes():
    words = ["review.pass", "propose.submit"]
    late = dry_walk.walked(begun(), words)
    at_once = dry_walk.walked(begun(pace=AT_ONCE), words)
    # Handed on at half past five on Monday, proposed by Tuesday noon; two working days from there.
    assert late.here.since == datetime(2026, 11, 17, 12, 0, tzinfo=CHINA)
    assert late.here.due.at == datetime(2026, 11, 19, 17, 30, tzinfo=CHINA)
    assert at_once.here.since == MONDAY
    assert at_once.here.due.at == datetime(2026, 11, 18, 17, 30, tzinfo=CHINA)


def test_urgent_papers_are_due_sooner_and_the_page_says_why(clerk):
    place = clerk.get(f"{INCOMING}?{AT.replace('normal', 'urgent')}&w=review.pass,propose.submit").context["walk"][
        "places"
    ][0]
    assert place["date"] == "2026-11-18 17:30"
    assert any("起算" in line for line in place["because"])


def test_a_skipped_step_is_passed_over_and_said():
    skip_review()
    walk = begun()
    assert walk.here.step.code == "propose"
    assert walk.began == ["本单位不经过“初审”，直接到“拟办”。"]
    assert dry_walk.walked(begun(), ["review.pass"]).refused == "本单位不经过“初审”，文件不会到这一环节。"


def test_what_was_sent_out_comes_back_before_the_paper_is_done():
    words = ["review.pass", "propose.submit", "instruct.circle", "assign.send"]
    kept = dry_walk.walked(begun(), [*words, "assign.finish"])
    assert kept.refused == "还有送出去的没有收回（阅件）：先让他们退回，才能“阅毕存查”。"
    assert kept.words == words
    assert dry_walk.walked(begun(), [*words, "read.read", "assign.finish"]).outcome == "reference"


@pytest.mark.parametrize(
    "words, sentence",
    [
        ("propose.submit", "文件现在不在“拟办”。"),
        ("review.fly", "“初审”环节没有这个办法。"),
        ("nosuch.pass", "文件现在不在“nosuch”。"),
        ("review", "“初审”环节没有这个办法。"),
        ("review.not_ours,review.pass", "已经走完了：退回。"),
    ],
)
def test_a_walk_that_cannot_be_is_refused_in_words(clerk, words, sentence):
    assert clerk.get(f"{INCOMING}?{AT}&w={words}").context["walk"]["refused"] == sentence


def test_a_walk_round_in_circles_ends(clerk):
    page = clerk.get("/procedures/sketch.accusation/?w=" + "receive.check,check.report," * 200)
    assert page.status_code == 200
    assert "还没有走完" in page.context["walk"]["refused"]


@pytest.mark.parametrize("typed", ["day=昨天以后&hour=9:00", "day=2026-11-16&hour=25:99", "day=x&urgency=y&pace=z"])
def test_a_beginning_that_makes_no_sense_is_said_and_the_walk_stays(clerk, typed):
    page = clerk.get(f"{INCOMING}?{typed}&w=review.pass")
    assert page.context["form"].errors
    assert page.context["walk"]["words"] == "review.pass"


def test_the_whole_matter_has_its_own_date(clerk):
    whole = clerk.get(f"/procedures/sketch.petition/?{AT}").context["walk"]["whole"]
    assert whole["date"] == "2027-01-15 17:30"


def test_sealed_paths_are_declared_for_all_to_read(clerk):
    """What is sealed is the paper; how it travels is no secret."""
    assert clerk.get("/procedures/sketch.accusation/").status_code == 200
    assert procedures.get("sketch.accusation").sealed

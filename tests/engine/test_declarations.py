"""A wrong declaration does not import: it says what is wrong before any paper can get lost in it."""

import pytest

from office import procedures
from office.procedures import Move, Procedure, Step, WrongProcedure
from tests import sketches


@pytest.fixture(autouse=True)
def _registry_kept():
    known = dict(procedures.REGISTRY)
    yield
    procedures.REGISTRY.clear()
    procedures.REGISTRY.update(known)


def declare(code: str = "test.paper", **words):
    """A procedure as a class body would declare it."""
    return type("Paper", (Procedure,), {"code": code, "title": "文件", "__module__": __name__, **words})


def finish(**more) -> Move:
    return Move("finish", "办结", close="done", **more)


def desk(*moves: Move, **more) -> Step:
    return Step("办理", post="clerk", moves=list(moves) or [finish()], **more)


SIDE = Step("阅件", side=True, moves=[Move("read", "已阅", returns=True)])


def refused(**words) -> str:
    with pytest.raises(WrongProcedure) as caught:
        declare(**words)
    assert "test.paper" not in procedures.REGISTRY
    return str(caught.value)


def test_a_plain_declaration_imports_and_is_known_by_its_code():
    made = declare(work=desk())
    assert procedures.get("test.paper") is made
    assert made.step("work").code == "work"


@pytest.mark.parametrize("sketch", sketches.ALL, ids=lambda sketch: sketch.code)
def test_each_of_the_eight_sketches_imports(sketch):
    assert procedures.get(sketch.code) is sketch


def test_a_move_to_a_missing_step_does_not_import():
    assert "leads to nowhere, which is not declared" in refused(work=desk(Move("go", "送", to="nowhere"), finish()))


def test_side_turns_of_a_missing_step_do_not_import():
    move = Move("send", "送阅", side="nowhere", names="several")
    assert "nowhere" in refused(work=desk(move, finish()))


def test_a_step_nobody_can_hold_does_not_import():
    lonely = Step("孤", moves=[finish()])
    assert "Nobody can hold test.paper.lonely" in refused(work=desk(), lonely=lonely)


def test_a_move_that_names_nobody_needs_a_post_at_the_other_end():
    open_step = Step("批示", moves=[finish()])
    sentence = refused(
        work=desk(Move("go", "送", to="instruct"), Move("ask", "送", to="instruct", names="one")), instruct=open_step
    )
    assert "names nobody" in sentence


def test_R_CIR_03_a_side_move_that_moves_the_case_does_not_import():
    runaway = Step("阅件", side=True, post="clerk", moves=[Move("on", "传给下一位", to="work")])
    assert "横传 cannot be declared" in refused(work=desk(), read=runaway)


def test_R_CIR_03_a_reader_who_sends_to_readers_does_not_import():
    passing = Step("阅件", side=True, post="clerk", moves=[Move("on", "传阅", side="read", names="one")])
    assert "横传 cannot be declared" in refused(work=desk(), read=passing)


def test_a_reader_who_closes_the_case_does_not_import():
    closing = Step("阅件", side=True, post="clerk", moves=[finish()])
    assert "cannot move the case" in refused(work=desk(), read=closing)


def test_a_side_step_without_a_way_back_does_not_import():
    stuck = Step("阅件", side=True, post="clerk", moves=[Move("note", "记一笔")])
    assert "without a way back to the hub" in refused(work=desk(), read=stuck)


def test_only_a_side_turn_returns_to_a_hub():
    assert "only a side turn returns" in refused(work=desk(Move("back", "退", returns=True), finish()))


def test_the_case_does_not_move_to_a_side_step():
    assert "which is a side step" in refused(
        work=desk(Move("go", "送", to="read", names="one"), finish()), read=SIDE
    )


def test_side_turns_are_of_a_side_step():
    send = Move("send", "送阅", side="other", names="several")
    assert "which is no side step" in refused(work=desk(send, finish()), other=desk())


def test_two_ways_at_once_do_not_import():
    assert "goes two ways at once" in refused(work=desk(Move("go", "送", to="work", close="done")))


def test_a_path_that_never_closes_does_not_import():
    assert "never closes" in refused(work=desk(Move("round", "转圈", to="work")))


def test_a_step_that_leads_to_no_end_does_not_import():
    trap = desk(Move("stay", "转圈", to="trap"))
    go = Move("go", "送", to="trap")
    assert "test.paper.trap never gets to an end" in refused(work=desk(go, finish()), trap=trap)


def test_an_unknown_outcome_does_not_import():
    assert "unknown outcome" in refused(work=desk(Move("finish", "办结", close="burnt")))


def test_two_moves_with_one_code_do_not_import():
    assert "the move finish twice" in refused(work=desk(finish(), finish()))


def test_two_procedures_with_one_code_do_not_import():
    declare(work=desk())
    with pytest.raises(WrongProcedure, match="declared twice"):
        type("Other", (Procedure,), {"code": "test.paper", "title": "文件", "__module__": __name__, "work": desk()})


def test_a_procedure_without_a_code_does_not_import():
    with pytest.raises(WrongProcedure, match="needs a code and a title"):
        declare(code="", work=desk())


def test_a_procedure_without_a_step_does_not_import():
    assert "has no step" in refused()


def test_a_procedure_of_side_steps_only_does_not_import():
    assert "has no step" in refused(read=SIDE)


def test_a_procedure_all_of_whose_steps_are_retired_does_not_import():
    assert "has no step" in refused(work=desk(retired=True))


def test_side_turns_must_name_who_gets_them():
    assert "must name who gets them" in refused(work=desk(Move("send", "送阅", side="read"), finish()), read=SIDE)


def test_others_need_several_names():
    hand = Move("hand", "交办", to="work", names="one", others="read")
    assert "others need several names" in refused(work=desk(hand, finish()), read=SIDE)


def test_a_list_needs_names():
    plans = Move("refer", "转请", to="work", plans="work")
    assert "must name them" in refused(work=desk(plans, finish()))


@pytest.mark.parametrize("move", [
    Move("attend", "指定", to="work", names="one", mentions="attendees"),
    Move("attend", "指定", close="done", mentions="attendees"),
])  # fmt: skip
def test_whom_a_decision_mentions_is_nobody_it_goes_to(move):
    assert "mentions people" in refused(work=desk(move, finish()))


def test_the_next_on_a_list_needs_a_step_to_go_to():
    following = Move("next", "下一位", next_planned=True)
    assert "to no step" in refused(work=desk(following, finish()))


def test_a_misspelt_prohibition_does_not_import():
    assert "forbids reasign" in refused(work=desk(forbids=("reasign",)))


def test_side_turns_keep_wait_or_are_recalled_and_nothing_else():
    assert "does not say what its side turns do" in refused(work=desk(sides="forget"))


def test_a_new_path_does_not_lead_to_a_retired_step():
    assert "which is retired" in refused(work=desk(Move("go", "送", to="old"), finish()), old=desk(retired=True))


def test_a_retired_step_stays_declared_for_the_papers_that_lie_there():
    made = declare(work=desk(), old=desk(retired=True))
    assert made.first().code == "work"
    assert made.step("old").retired


def test_a_step_does_not_take_a_name_that_procedures_need_themselves():
    assert "calls a step content" in refused(work=desk(), content=desk())


def test_what_is_done_for_many_at_once_asks_for_no_words():
    assert "cannot be made for many at once" in refused(work=desk(finish(batch=True, opinion="must")))


def test_an_abstract_base_is_no_procedure_and_lends_its_steps():
    base = type("Base", (Procedure,), {"__module__": __name__, "work": desk()}, abstract=True)
    made = type("Paper", (base,), {"code": "test.paper", "title": "文件", "__module__": __name__})
    assert list(made.steps) == ["work"]


def test_the_procedures_of_a_form_are_found_in_order_of_declaration():
    first = declare(code="test.first", form="test.form", work=desk())
    second = type(
        "Second", (Procedure,),
        {"code": "test.second", "title": "文件", "form": "test.form", "__module__": __name__, "work": desk()},
    )
    assert procedures.serving("test.form") == [first, second]

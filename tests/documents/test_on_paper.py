"""What slip, circulation list and register say of those a paper went to: each in his place, as what he is there."""

from documents.sheets import slip_of


def test_R_IN_12_the_clerks_first_look_does_not_stand_in_the_box_of_the_proposal(who, paper):
    one = paper()
    one.do("pass", who.clerk, opinion="格式合格。")
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values={"lead": who.posts["crops"]})
    slip = slip_of(one.document, viewer=None)
    assert [said.name for said in slip.proposals] == ["李建国"]
    assert [(said.words, said.name) for said in slip.handling] == [("格式合格。", who.clerk.name)]

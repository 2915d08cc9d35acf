"""What slip, circulation list and register say of those a paper went to: each in his place, as what he is there."""

from datetime import date

import openpyxl

from documents.sheets import circulation_of, slip_of
from office import acting, registers
from office.registers import Imprint, Selection
from office.registers.grid import pages
from office.registers.spreadsheet import to_xlsx

from .test_asked_and_told import invited
from .test_odd_ways import handed_over, row

NUMBER, RECEIVED, HANDED, SIGNED = 0, 1, 11, 12


def test_R_IN_12_the_clerks_first_look_does_not_stand_in_the_box_of_the_proposal(who, paper):
    one = paper()
    one.do("pass", who.clerk, opinion="格式合格。")
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values={"lead": who.posts["crops"]})
    slip = slip_of(one.document, viewer=None)
    assert [said.name for said in slip.proposals] == ["李建国"]
    assert [(said.words, said.name) for said in slip.handling] == [("格式合格。", who.clerk.name)]


def test_whoever_the_register_names_and_has_signed_stands_there_with_his_day_in_the_same_order(who, paper):
    one = paper()
    one.do("pass", who.clerk)
    values = {"lead": who.posts["crops"], "assisting": [who.posts["machines"]]}
    one.do("submit", who.director, opinion="拟请批示。", names=[who.leader], values=values)
    one.do("instruct", who.leader, opinion="同意拟办意见。")
    readers = [who.other_leader, who.first_head]
    one.do("send", who.clerk, names=readers)
    one.do("hand_over", who.clerk, names=[who.posts["crops"], who.posts["machines"]])
    assert row(one, who).cells[HANDED] == "种植业股、农机股、孙长河、赵明德"
    assert row(one, who).cells[SIGNED] == ""
    one.read(who.first_head)
    one.read(who.posts["machines"], actor=who.second_head, move="answer", opinion="农机已备。")
    assert row(one, who).cells[SIGNED] == "周国强 11-16\n赵明德 11-16"
    one.do("report", who.handler, opinion="已办。")
    assert row(one, who).cells[SIGNED] == "赵立军 11-16\n周国强 11-16\n赵明德 11-16"


def test_the_day_of_a_paper_of_last_year_breaks_behind_the_year_and_is_one_value_in_excel(who, paper, tmp_path):
    one = paper(received_on=date(2025, 12, 30))
    made = row(one, who)
    register = registers.get("documents.incoming")
    page = next(iter(pages([made], columns=register.columns)))
    assert list(page.text[RECEIVED].values()) == ["2025", "12-30"]
    to_xlsx(
        register, Selection(year=2026, viewer=who.clerk), target=tmp_path / "book.xlsx", imprint=Imprint(office="某局")
    )
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx").active
    assert [line[RECEIVED].value for line in sheet.iter_rows(min_row=4)] == ["2025-12-30"]


def test_whoever_goes_to_a_meeting_is_no_reader(who, paper):
    one = invited(who, paper, who.first_head)
    one.do("notify", who.clerk, names=[who.first_head])
    one.do("send", who.clerk, names=[who.other_leader])
    assert [reader.name for reader in slip_of(one.document, viewer=None).readers] == ["孙长河"]
    sheet = circulation_of(one.document, viewer=None)
    assert (sheet.scope, [reader.name for reader in sheet.readers]) == ("孙长河", ["孙长河"])


def test_readers_still_to_come_stand_on_the_list_in_their_order_with_room_to_sign(who, paper):
    one = paper(purpose="reading")
    readers = [who.leader, who.other_leader, who.first_head]
    one.do("send", who.clerk, names=readers, values={"in_order": True})
    sheet = circulation_of(one.document, viewer=None)
    assert [reader.name for reader in sheet.readers] == ["王志远", "孙长河", "赵明德"]
    assert [reader.signature for reader in sheet.readers] == ["", "", ""]


def test_leaders_still_to_instruct_are_no_readers_and_bring_no_empty_list_to_print(who, paper, client):
    one = paper()
    one.do("pass", who.clerk)
    leaders = [who.leader, who.other_leader]
    one.do("submit", who.director, opinion="拟请批示。", names=leaders, values={"lead": who.posts["crops"]})
    client.force_login(who.clerk)
    assert client.get(f"/cases/{one.case.public_id}/").context["circulation"] == []
    rows = client.get(f"/cases/{one.case.public_id}/circulation/").context["rows"]
    assert [row["name"] for row in rows] == ["孙长河"]


def test_nor_do_those_who_only_help(who, paper, client):
    one = handed_over(paper(), who)
    one.do("ask_help", who.handler, names=[who.posts["machines"]])
    client.force_login(who.clerk)
    page = client.get(f"/cases/{one.case.public_id}/").context
    assert page["circulation"] and not page["circulation_url"]
    acting.add_readers(one.case.turns.get(step="assign"), step="read", names=[who.leader], actor=who.clerk, at=one.at)
    assert client.get(f"/cases/{one.case.public_id}/").context["circulation_url"]

"""What slip, circulation list and register say of those a paper went to: each in his place, as what he is there."""

from datetime import date

import openpyxl

from documents.sheets import slip_of
from office import registers
from office.registers import Imprint, Selection
from office.registers.grid import pages
from office.registers.spreadsheet import to_xlsx

from .test_odd_ways import row

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
    one.do("circle", who.leader)
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

"""axe finds nothing serious on any main screen (WCAG 2.1 AA)."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from office import jobs
from office.models import Job

from .papers import act, before_leader, for_reading, incoming, main_turn

pytestmark = pytest.mark.browser
AXE = Axe()
OLD_BOOK = Path(__file__).parent.parent / "data" / "legacy-incoming-2025.xlsx"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
OPTIONS = {"resultTypes": ["violations"], "preload": False, "runOnly": {"type": "tag", "values": WCAG}}


def findings(page, address: str) -> list[str]:
    assert page.goto(address).ok, address
    # What is folded away is looked at too.
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
    found = AXE.run(page, options=OPTIONS).response["violations"]
    return [
        f"{address} {one['id']}: {node['target']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.fixture
def case(desk):
    """Instructed and going round, with whatever its pages can show."""
    who = desk.people
    made = before_leader(who, "关于低温雨雪冰冻灾害防范的通知", who.leader, who.other_leader, number="农办〔2026〕3号")
    act(made, "instruct", who.leader, opinion="同意。", values={"lead": who.posts["crops"]})
    act(made, "send", who.clerk, names=[who.colleague], values={"in_order": False})
    return made


def test_the_screens_a_clerk_lives_in_are_open_to_everybody(desk, case):
    late = incoming(desk.people, "一件作废的", urgency="flash")
    page = desk.sit(desk.people.clerk)
    page.goto(f"/cases/{late.public_id}/void/")
    page.get_by_label("理由").fill("重复登记")
    page.get_by_role("button", name="作废").click()
    page.wait_for_url("**/cases/*/")
    addresses = [
        "/", "/documents/incoming/new/", "/documents/incoming/", f"/cases/{case.public_id}/",
        f"/turns/{main_turn(case).pk}/", f"/cases/{case.public_id}/circulation/",
    ]
    assert [line for address in addresses for line in findings(page, address)] == []


@pytest.mark.soak
def test_what_a_clerk_opens_now_and_then_is_open_to_everybody(desk, case):
    page = desk.sit(desk.people.clerk)
    addresses = [
        *(f"/cases/{case.public_id}/{part}/" for part in ("chase", "bar", "void", "relocate", "relate")),
        f"/documents/incoming/{case.public_id}/edit/", f"/turns/{main_turn(case).pk}/record/",
        f"/clocks/{case.clocks.first().pk}/", "/search/?q=雨雪", "/chases/", "/registers/", "/jobs/", "/done/",
        "/on-paper/",
    ]
    assert [line for address in addresses for line in findings(page, address)] == []


def test_the_leaders_telephone_is_open_to_everybody(desk):
    who = desk.people
    case = before_leader(who, "关于低温雨雪冰冻灾害防范的通知")
    for_reading(who, "简报第1期", who.leader)
    page = desk.sit(who.leader, phone=True)
    addresses = ["/", "/reading/", f"/turns/{main_turn(case).pk}/", f"/cases/{case.public_id}/"]
    assert [line for address in addresses for line in findings(page, address)] == []


def test_an_old_register_is_brought_in_by_everybody(desk):
    """The file, its columns, what came of it."""
    page = desk.sit(desk.people.clerk)
    found = findings(page, "/documents/imports/")
    page.set_input_files("input[type=file]", OLD_BOOK)
    page.get_by_label("年度").fill("2025")
    page.get_by_role("button", name="核对").click()
    page.get_by_text("可以导入 214 件").wait_for()
    found += findings(page, "/documents/imports/check/")
    page.get_by_role("button", name="导入这 214 件").click()
    page.get_by_role("heading", name="打印任务").wait_for()
    job = Job.objects.get(kind="import")
    jobs.run(job.pk)
    job.refresh_from_db()
    found += findings(page, job.page)
    assert page.get_by_text("已导入 214 件").is_visible()
    assert found == []


def test_a_form_with_mistakes_is_open_to_everybody(desk):
    page = desk.sit(desk.people.clerk)
    page.goto("/documents/incoming/new/")
    page.get_by_role("button", name="保存并登下一件").click()
    page.locator(".error-summary").wait_for()
    found = AXE.run(page, options=OPTIONS).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


ADMINISTERED = {
    "system_admin": [
        "/people/", "/people/new/", "/departments/", "/departments/new/", "/dials/", "/dials/values/hours/",
        "/dials/steps/documents.incoming/", "/dials/steps/documents.incoming/handle/", "/dials/ladders/normal/",
        "/dials/procedures/", "/dials/phrases/", "/series/", "/series/new/", "/organisations/", "/calendar/2026/",
    ],
    "security_admin": ["/posts/", "/posts/new/", "/holdings/", "/holdings/new/", "/people/"],
    "audit_admin": ["/audit/", "/audit/changes/", "/audit/sign-ins/", "/audit/anchors/", "/audit/looks/", "/holdings/"],
}


@pytest.mark.soak
@pytest.mark.parametrize("who", ADMINISTERED)
def test_the_administrators_screens_are_open_to_everybody(desk, who):
    page = desk.sit(getattr(desk.people, who))
    assert [line for address in ADMINISTERED[who] for line in findings(page, address)] == []


@pytest.mark.soak
def test_what_one_arranges_for_himself_is_open_to_everybody(desk):
    page = desk.sit(desk.people.leader)
    addresses = [
        "/me/", "/password/", "/second-factor/setup/", "/phrases/", "/deputies/", "/leave/", "/notices/", "/rules/",
        "/keys/", "/calendar/",
    ]
    assert [line for address in addresses for line in findings(page, address)] == []

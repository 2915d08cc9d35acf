"""A printed register: what it leaves out it says, who is on it is looked at, and it is fetched by nobody it is
closed to by then."""

import io

import openpyxl
import pytest
from django.urls import reverse

from office import acting, jobs
from office.models import Job, Look, Post
from tests.journeys.papers import before_leader
from tests.people import seat


@pytest.fixture(autouse=True)
def _own_store(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    settings.VAR_DIR = tmp_path


@pytest.fixture
def papers(who):
    return [
        before_leader(who, "关于秋冬种的通知", who.leader),
        before_leader(who, "关于人事的通知", who.leader, restricted=True),
        before_leader(who, "关于春耕的通知", who.leader),
    ]


@pytest.fixture
def printed(client, papers):
    """printed(who.clerk): asks for the year's Excel file, lets the worker make it, answers with the job."""

    def ask(person) -> Job:
        client.force_login(person)
        client.get(reverse("incoming_print"), {"year": papers[0].series.year, "as": "xlsx"})
        job = Job.objects.latest("pk")
        jobs.run(job.pk)
        job.refresh_from_db()
        assert not job.failed
        return job

    return ask


@pytest.fixture
def auditor(who):
    """Somebody who sees the whole function by rule, and nothing by name."""
    seat(Post.objects.create(code="auditor", name="督查员", sees=["documents"]), who.outsider)
    return who.outsider


def sheet(client, job) -> list[str]:
    answer = client.get(reverse("job_file", args=[job.public_id]))
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return ["　".join(str(cell) for cell in row if cell is not None) for row in book.active.iter_rows(values_only=True)]


def test_R_IN_04_a_number_that_is_not_listed_is_said_to_be_left_out(client, who, auditor, printed):
    assert "只列本人可见的文件" in sheet(client, printed(who.leader))[1]
    lines = sheet(client, printed(auditor))
    assert "另有 1 件不在知悉范围内，未列" in lines[1]
    assert not any("人事" in line for line in lines)


def test_a_register_that_lists_everything_leaves_nothing_out(client, who, printed):
    assert "未列" not in sheet(client, printed(who.clerk))[1]


def test_a_line_in_a_printed_register_is_a_look_at_a_restricted_paper(who, papers, auditor, printed):
    printed(who.clerk)
    assert list(Look.objects.values_list("case", "person", "what")) == [(papers[1].pk, who.clerk.pk, "打印登记簿")]
    printed(auditor)
    assert Look.objects.count() == 1


def test_what_was_printed_before_a_bar_is_not_fetched_after_it(client, who, papers, printed):
    job = printed(who.second_clerk)
    sheet(client, job)
    acting.bar(papers[2], actor=who.clerk, people=[who.second_clerk], reason="反映的就是他")
    answer = client.get(reverse("job_file", args=[job.public_id]), follow=True)
    assert "现在不能看的文件" in answer.content.decode() and answer["Content-Type"].startswith("text/html")

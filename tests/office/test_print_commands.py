"""Slips and registers from the command line: what is printed, what is refused in a sentence, what is logged."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from office.models import Look
from tests.journeys.papers import before_leader


@pytest.fixture
def paper(who):
    return before_leader(who, "关于秋冬种的通知", who.leader)


@pytest.fixture
def secret(who):
    return before_leader(who, "关于人事的通知", who.leader, restricted=True)


def slip(case, out, *more: str) -> None:
    call_command("print_slip", case.reference, "-o", str(out), *more)


def test_a_slip_is_printed_by_the_number_as_it_is_typed(paper, tmp_path):
    call_command("print_slip", f"收{paper.series.year}-{paper.serial}", "-o", str(tmp_path / "a.pdf"))
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert not Look.objects.exists()


def test_a_restricted_slip_is_printed_for_somebody_who_may_see_it_and_the_look_is_kept(who, secret, tmp_path):
    out = tmp_path / "a.pdf"
    with pytest.raises(CommandError, match="--as"):
        slip(secret, out)
    with pytest.raises(CommandError, match="--as"):
        slip(secret, out, "--as", who.outsider.username)
    with pytest.raises(CommandError, match="没有账户"):
        slip(secret, out, "--as", "nobody")
    assert not out.exists() and not Look.objects.exists()
    slip(secret, out, "--as", who.leader.username)
    assert out.exists()
    assert list(Look.objects.values_list("case", "person", "what")) == [(secret.pk, who.leader.pk, "打印")]


@pytest.mark.parametrize("out", ["a.txt", "missing/a.pdf"])
def test_a_slip_needs_a_place_to_go(paper, tmp_path, out):
    with pytest.raises(CommandError, match="文件夹|结尾"):
        slip(paper, tmp_path / out)


def register(tmp_path, *more: str) -> None:
    year = str(timezone.localdate().year)
    call_command("print_register", "documents.incoming", "--year", year, "-o", str(tmp_path / "a.xlsx"), *more)


@pytest.mark.parametrize(("given", "words"), [
    (["--series", "无"], "没有“无”这一本；有：收"), (["--year", "2199"], "2199 年没有"),
    (["--as", "nobody"], "没有账户"), (["--as", "system"], "管理员账户"), (["--senders", "foo"], "有：above、"),
    (["-o", "a.txt"], "结尾"), (["-o", "/nowhere/a.pdf"], "没有文件夹"),
])  # fmt: skip
def test_a_register_that_cannot_be_is_refused_in_a_sentence(paper, tmp_path, given, words):
    with pytest.raises(CommandError, match=words):
        register(tmp_path, *given)
    assert list(tmp_path.iterdir()) == []


def test_a_register_is_written(paper, tmp_path):
    register(tmp_path, "--series", "收")
    assert (tmp_path / "a.xlsx").stat().st_size > 1_000

"""A state secret is found by what it may be registered by, and by nobody who is not cleared for it."""

import pytest

from office.models import User


@pytest.fixture
def secret(who, paper):
    paper(title="关于春耕的通知")
    return paper(book="密", secrecy=3, title="", number="某市机发〔2026〕1号", copies=1, group="peer")


def found(client, words: str, *, page: str = "/search/") -> list[str]:
    answer = client.get(page, {"q": words})
    assert answer.status_code == 200
    return [row.get("reference") or row["number"] for row in answer.context["rows"]]


@pytest.mark.parametrize("words", ["某市机发〔2026〕1号", "机发[2026]1", "来文单位peer", "机发 来文单位"])
def test_R_SEC_03_a_state_secret_is_found_by_its_number_and_its_sender(client, who, secret, words):
    client.force_login(who.clerk)
    assert found(client, words) == [secret.case.reference]
    assert found(client, words, page="/documents/incoming/") == ["密0001"]


def test_R_SEC_07_and_not_by_whom_it_is_closed_to(client, who, secret):
    User.objects.filter(pk=who.second_clerk.pk).update(clearance=1)
    client.force_login(User.objects.get(pk=who.second_clerk.pk))
    assert found(client, "某市机发〔2026〕1号") == []
    assert found(client, "机发", page="/documents/incoming/") == []


def test_ordinary_papers_of_the_same_words_stand_beside_it_newest_first(client, who, paper, secret):
    newer = paper(title="关于机发文件的说明")
    client.force_login(who.clerk)
    assert found(client, "机发") == [newer.case.reference, secret.case.reference]
    assert found(client, "机发", page="/documents/incoming/") == ["收0002", "密0001"]

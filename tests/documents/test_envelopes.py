"""R-IN-25: letters addressed to a leader in person, as their scan and their trail show them."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from office import acting
from office.models import Attachment
from tests import file_samples


def test_R_IN_25_the_scan_of_a_letter_is_called_its_envelope(who, client, settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    client.force_login(who.clerk)
    today = timezone.localdate().isoformat()
    client.post("/documents/incoming/new/", {
        "token": str(uuid.uuid4()), "series": "收", "received_on": today, "channel": "post", "carrier": "paper",
        "sender": "某乡政府", "secrecy": "0", "urgency": "normal", "copies": "1", "purpose": "envelope",
        "addressee": who.leader.pk, "files": SimpleUploadedFile("信封.pdf", file_samples.pdf()),
    })  # fmt: skip
    assert Attachment.objects.get().get_role_display() == "信封"


def test_R_IN_25_whoever_signs_for_a_letter_writes_nothing_the_clerks_could_read(who, paper):
    one = paper(purpose="envelope", title="", addressee=who.leader)
    one.do("deliver", who.clerk, names=[who.leader])
    with pytest.raises(acting.Refused):
        one.do("received", who.leader, opinion="信里讲了某事")
    one.do("received", who.leader)


def test_R_IN_25_and_the_page_has_no_box_for_words(client, who, paper):
    one = paper(purpose="envelope", title="", addressee=who.leader)
    one.do("deliver", who.clerk, names=[who.leader])
    client.force_login(who.leader)
    page = client.get(f"/turns/{one.turn.pk}/").content.decode()
    assert "本人签收" in page
    assert 'name="opinion"' not in page

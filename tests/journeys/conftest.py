"""A running office with the whole cast, and browsers in which they sit."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.conf import settings
from django.test import Client

from office.models import User
from tests.people import Cast, cast

WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@dataclass
class Desk:
    """The office at its address, and the page of everybody who has sat down."""

    address: str
    browser: object
    people: Cast
    opened: list = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def sit(self, who: User, *, phone: bool = False, script: bool = True):
        """A page of this person's own, signed in; logging in is not the subject here."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport=PHONE if phone else WIDE,
            has_touch=phone,
            is_mobile=phone,
            java_script_enabled=script,
            locale="zh-CN",
        )
        self.opened.append(context)
        client = Client()
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": self.address}])
        context.set_default_timeout(20_000)
        page = context.new_page()
        # A refused policy, a broken script, a missing picture: whatever the browser complains about.
        page.on("console", lambda words: self.said.append(words.text) if words.type == "error" else None)
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.goto("/")
        return page


@pytest.fixture
def desk(live_office, chromium) -> Iterator[Desk]:
    made = Desk(live_office, chromium, cast())
    yield made
    for context in made.opened:
        context.close()
    # 422 is how a form with mistakes is answered; Chromium notes every such answer.
    assert [words for words in made.said if "422" not in words] == []

"""A running office with the whole cast, and browsers in which they sit."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from office.models import User
from tests.people import Cast, cast

WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
Kind = tuple[bool, bool]


@pytest.fixture(scope="session")
def rooms(chromium) -> Iterator[dict[Kind, Any]]:
    """One page for each kind of screen: whoever sits down next finds it warm."""
    made: dict[Kind, Any] = {}
    yield made
    for page in made.values():
        page.context.close()


@dataclass
class Desk:
    """The office at its address. Everybody sits down in turn; the page is then his alone."""

    address: str
    browser: Any
    rooms: dict[Kind, Any]
    people: Cast
    own: list[Any] = field(default_factory=list)
    used: list[Any] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def sit(self, who: User, *, phone: bool = False, script: bool = True, alone: bool = False) -> Any:
        """A page at this person's queue, signed in; logging in is not the subject here. `alone`: a context that
        no other test sees, for who turns its clock."""
        page = self._room(phone=phone, script=script, alone=alone)
        self.sign_in(page, who)
        if page not in self.used:
            self.used.append(page)
            # A refused policy, a broken script, a missing picture: whatever the browser complains about.
            page.on("console", self._complains)
            page.on("pageerror", self._breaks)
        page.goto("/")
        return page

    def sign_in(self, page: Any, who: User) -> None:
        """Whoever was there is not; the page itself stays as it is."""
        client = Client()
        client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
        key = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.clear_cookies()
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": self.address}])

    def leave(self) -> None:
        """Nothing goes on in the pages that stay, and they speak to nobody."""
        for page in self.used:
            page.goto("about:blank")
            page.remove_listener("console", self._complains)
            page.remove_listener("pageerror", self._breaks)
        for context in self.own:
            context.close()

    def _complains(self, words: Any) -> None:
        if words.type == "error":
            self.said.append(words.text)

    def _breaks(self, error: Any) -> None:
        self.said.append(str(error))

    def _room(self, *, phone: bool, script: bool, alone: bool) -> Any:
        kind = (phone, script)
        if kind in self.rooms and not alone:
            return self.rooms[kind]
        context = self.browser.new_context(
            base_url=self.address,
            viewport=PHONE if phone else WIDE,
            has_touch=phone,
            is_mobile=phone,
            java_script_enabled=script,
            locale="zh-CN",
            # Nothing fades: what is looked at is what stays.
            reduced_motion="reduce",
        )
        context.set_default_timeout(20_000)
        page = context.new_page()
        if alone:
            self.own.append(context)
        else:
            self.rooms[kind] = page
        return page


@pytest.fixture
def desk(live_office, chromium, rooms) -> Iterator[Desk]:
    made = Desk(live_office, chromium, rooms, cast())
    yield made
    made.leave()
    # 422 is how a form with mistakes is answered; Chromium notes every such answer.
    assert [words for words in made.said if "422" not in words] == []

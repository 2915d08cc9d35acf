"""Two ways to work at a desk: with a mouse, and with nothing but the keyboard. One story serves both."""

import re

from playwright.sync_api import TimeoutError as PlaywrightTimeout


def labelled(page, label: str):
    """The field that shows this label; a hint may follow its words."""
    return page.get_by_label(re.compile(rf"^\s*{label}")).locator("visible=true").first


class Mouse:
    """Clicks. Also the hand of who has no script."""

    def __init__(self, page) -> None:
        self.page = page

    def press(self, name: str, *, role: str = "button") -> None:
        self.page.get_by_role(role, name=re.compile(name)).first.click()

    def follow(self, name: str) -> None:
        self.press(name, role="link")

    def unfold(self, name: str) -> None:
        """Open a move or a fold by its own words."""
        self.page.locator("summary:visible", has_text=re.compile(rf"^\s*{name}")).first.click()

    def write(self, label: str, words: str) -> None:
        labelled(self.page, label).fill(words)

    def choose(self, label: str, words: str) -> None:
        labelled(self.page, label).select_option(label=words)

    def tick(self, label: str) -> None:
        labelled(self.page, label).check()

    def attach(self, path) -> None:
        self.page.locator("input[type=file]").set_input_files(path)

    def take(self, words: str) -> None:
        """Open the paper of the list that has these words in its title."""
        self.page.get_by_role("link", name=re.compile(words)).first.click()

    def send(self, name: str) -> None:
        """The button that does it."""
        self.press(name)


class Keyboard:
    """Never clicks: Tab, Enter, Space, arrows, Ctrl+Enter, J and K."""

    def __init__(self, page) -> None:
        self.page = page
        self.keys = page.keyboard
        # The browser hands file dialogs over from now on; told only when the key is pressed, it may be too late.
        page.on("filechooser", lambda _chooser: None)

    def reach(self, place) -> None:
        """Tab until the place has the focus, as somebody without a mouse would."""
        # Looked up once: finding a field by its words again and again takes longer than all the keys.
        found = place.first.element_handle()
        for _press in range(120):
            if found.evaluate("it => it === document.activeElement"):
                return
            self.keys.press("Tab")
        raise AssertionError(f"{place} cannot be reached with Tab")

    def press(self, name: str, *, role: str = "button") -> None:
        self.reach(self.page.get_by_role(role, name=re.compile(name)))
        self.keys.press("Enter")

    def follow(self, name: str) -> None:
        self.press(name, role="link")

    def unfold(self, name: str) -> None:
        self.reach(self.page.locator("summary:visible", has_text=re.compile(rf"^\s*{name}")))
        self.keys.press("Enter")

    def write(self, label: str, words: str) -> None:
        self.reach(labelled(self.page, label))
        self.keys.press("Control+a")
        self.keys.insert_text(words)

    def choose(self, label: str, words: str) -> None:
        box = labelled(self.page, label)
        self.reach(box)
        self.keys.press("Home")
        wanted = box.evaluate("(it, words) => Array.from(it.options).findIndex((one) => one.text === words)", words)
        for _step in range(wanted):
            self.keys.press("ArrowDown")

    def tick(self, label: str) -> None:
        box = labelled(self.page, label)
        self.reach(box)
        if not box.is_checked():
            self.keys.press("Space")

    def attach(self, path) -> None:
        self.page.wait_for_load_state("networkidle")
        # On a busy machine Chromium may take the key before it is told to hand the dialog over: then once more.
        for seconds in (4, 8, 20):
            try:
                with self.page.expect_file_chooser(timeout=seconds * 1000) as chooser:
                    self.keys.press("F4")
            except PlaywrightTimeout:
                if seconds == 20:
                    raise
                continue
            chooser.value.set_files(path)
            return

    def take(self, words: str) -> None:
        title = self.page.locator("[data-row]", has_text=re.compile(words)).locator("a.title")
        self.keys.press("j")
        for _press in range(60):
            if title.first.evaluate("it => it === document.activeElement"):
                break
            self.keys.press("j")
        self.keys.press("Enter")

    def send(self, name: str) -> None:
        """Ctrl+Enter sends what is open, else the first move."""
        self.keys.press("Control+Enter")

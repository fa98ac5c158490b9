"""A tutorial of pages as a newcomer walks it: step by step, and each word that it names stands where it says."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.e2e.conftest import Visitor

STEP = re.compile(r"^(\d+)\. (.*?)(?=^\d+\. |^## |\Z)", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"(?<![*\w])\*([^*]+)\*(?!\*)")  #: in italics
SUBMIT = "main form.questions [type=submit]"


def steps(page: Path) -> dict[int, list[str]]:
    """By their numbers, what each of the steps names: buttons, links, words of a page."""
    found = STEP.findall(page.read_text("utf-8"))
    return {int(number): [" ".join(one.split()) for one in NAMED.findall(text)] for number, text in found}


class Walker:
    """Somebody at a browser who remembers all that they have seen in a step."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.page = visitor, visitor.page
        self.seen = ""

    def looks(self) -> "Walker":
        """Read the page, and what could be chosen on it."""
        choices = " ".join(self.page.locator("option, input[type=submit]").all_inner_texts())
        self.seen += f"\n{self.page.inner_text('body')} {choices}"
        return self

    def presses(self, name: str) -> "Walker":
        """The link or button that is called so, or else begins so."""
        self.looks()
        to_press, word = self.page.locator("a:visible, button:visible"), re.escape(name)
        found = [to_press.filter(has_text=re.compile(f"^\\s*{word}{end}")) for end in ("\\s*$", "")]
        (found[0] if found[0].count() else found[1]).first.click(timeout=5_000)
        self.page.wait_for_load_state()
        return self.looks()

    def sends(self) -> "Walker":
        """Press the button of the form."""
        self.looks().visitor.presses(SUBMIT)
        return self.looks()

    def goes_to(self, address: str) -> "Walker":
        """An address that was shown."""
        self.page.goto(address)
        return self.looks()


def walk(page: Path, taken: Mapping[int, Callable[[], Walker]]) -> int:
    """Take each step; raises AssertionError for one that is not known here, or names what is not to be seen."""
    told = steps(page)
    assert list(told) == list(taken)
    for number, names in told.items():
        walker = taken[number]()
        seen = " ".join(walker.seen.split()).casefold()
        assert (number, [name for name in names if name.casefold() not in seen]) == (number, [])
        walker.seen = ""
    return len(told)

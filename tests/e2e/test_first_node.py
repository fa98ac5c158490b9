"""The tutorial of the first node, walked as it stands, from the wheel: two organisations join, refer, and go."""

import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser

from shared.polling import poll_until
from shared.ports import free_ports
from shared.testing.tree import ROOT
from tests.e2e.conftest import Visitor
from tests.e2e.test_journey import answer, open_case_with_need, record_consent, refer, register, until
from tests.e2e.test_second_step import NEW_PASSWORD, gives, secret_on
from tests.network import SOON
from tests.walked_page import Shell, sections

PAGE = ROOT / "docs" / "tutorial" / "first-node.md"
PORTS = (
    "5700",
    "15700",
    "25700",
    "43690",
    "8080",
    "8081",
    "8082",
)  #: in the page; here others, which are free
OURS, THEIRS = "our-house", "echo-centre"
LINK = re.compile(r"http://127\.0\.0\.1:\d+/recover/\S+")
JOINING = range(3, 8)  #: the sections that each organisation walks


class Reader:
    """Who plays everybody: reads the page, and remembers what was printed once."""

    def __init__(self, folder: Path, programs: Path) -> None:
        (folder / "checkout").mkdir()
        (folder / "checkout" / ".venv").symlink_to(programs.parent)
        ports = dict(zip(PORTS, map(str, free_ports(len(PORTS))), strict=True))
        page = re.sub(rf"\b({'|'.join(PORTS)})\b", lambda found: ports[found[0]], PAGE.read_text("utf-8"))
        self.sections = sections(page)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("THROUGHLINE_")}
        environ = clean | {"HOME": str(folder)}
        self.shell = Shell(folder / "checkout", environ, self._types)
        self.place = folder / "first-node"
        self._password = ""

    def walks(self, number: int, *, instead: str = "") -> str:
        """One section; ``instead`` takes the place of its first command."""
        first, *rest = self.sections[number]
        return "".join(map(self._does, [instead or first, *rest]))

    def _does(self, command: str) -> str:
        said = self.shell.run(command)
        if told := re.search(r'shown this once: (\S+)|"password": "(.*)"', said):
            self._password = told[1] or told[2]
        return said

    def _types(self, command: str) -> str:
        if "network admit" in command:
            return self._words_by_telephone() + "\n"
        if "use-password" in command:
            return self._password + "\n"
        return "y\n" if re.search("network (sign|provision)", command) else ""

    def _words_by_telephone(self) -> str:
        """Those that the node's people see; both sides must see the same of the network."""
        org = self.shell.environ["ORG"]
        told = json.loads((self.place / org / "joined").read_text())["words"]
        network = self.shell.run("throughline network words --json")
        self.shell.commands -= 1  # ours, not the page's
        assert {"of": "the network", "words": told["the network"]} in json.loads(network)
        return str(told[org])

    def joins(self, *, instead: str = "") -> list[str]:
        """Sections 3 to 7; returns the links of the administrator and of who works there."""
        said = "".join(
            self.walks(number, instead=instead if number == JOINING[0] else "") for number in JOINING
        )
        assert said.count("answer read") == 1
        return LINK.findall(said)


@pytest.fixture
def reader(tmp_path: Path, programs: Path) -> Iterator[Reader]:
    made = Reader(tmp_path, programs)
    yield made
    if made.place.exists():  # the test failed before its end
        for command in made.sections[10]:
            subprocess.run(["bash", "-c", command], cwd=made.place, env=made.shell.environ, check=False)  # noqa: S607


class Person(Visitor):
    """Somebody at a browser, whose presses are counted."""

    presses_in_all = 0

    def presses(self, selector: str) -> "Visitor":
        Person.presses_in_all += 1
        return super().presses(selector)

    def comes_in_by(self, link: str) -> "Person":
        """A password of their own, then the second step."""
        self.goes_to(link.removeprefix(self.url)).fills(password=NEW_PASSWORD, again=NEW_PASSWORD)
        gives(self.presses("main form [type=submit]"), secret_on(self).now())
        self.presses("main a.btn-primary")
        assert self.page.url.endswith(("/inbox", "/directory")), "an administrator sees no case"
        return self


def person(browser: Browser, link: str) -> Person:
    page = browser.new_context(locale="en").new_page()
    return Person(page, link.partition("/recover/")[0]).comes_in_by(link)


@pytest.mark.timeout(900)
def test_the_first_node_as_the_page_tells_it(
    browser: Browser, reader: Reader, record_property: Callable[[str, object], None]
) -> None:
    for number in range(3):
        reader.walks(number)
    began, before = time.monotonic(), (reader.shell.commands, reader.shell.answers)

    administrator, olena = (person(browser, link) for link in reader.joins())
    ours = reader.shell.commands - before[0], reader.shell.answers - before[1]
    again, *rest = reader.sections[8]
    petro = person(browser, reader.joins(instead=again)[1])
    assert "seen by the node of echo-centre" in reader.shell.walks(rest)

    _offers_legal_assistance(petro)
    referral = _is_sent(olena)
    _is_answered(petro, olena, referral)
    seconds = time.monotonic() - began
    assert administrator.goes_to("/node").sees("Node")

    _one_leaves_and_one_is_revoked(reader)
    reader.walks(10)
    assert not reader.place.exists()
    record_property(
        "figure",
        "From an invitation to the first answered referral, by docs/tutorial/first-node.md from the wheel: a partner "
        f"joins by {ours[0]} commands and {ours[1]} typed answers of all sides; with its partner and the referral "
        f"{Person.presses_in_all} presses in pages, and {seconds:.0f} seconds of this machine.",
    )


def _offers_legal_assistance(petro: Visitor) -> None:
    petro.goes_to("/directory").follows("/services").follows("/services/new")
    petro.fills(name="Lawyers").chooses("service_type", "legal_assistance").ticks("status", "open")
    petro.presses("main form.questions [type=submit]")
    assert petro.sees("Lawyers")


def _is_sent(olena: Visitor) -> str:
    alias = f"Test {uuid4().hex[:8]}"
    register(olena, alias, "Mirela")
    record_consent(olena, THEIRS)
    open_case_with_need(olena)
    referral = refer(olena, THEIRS)
    assert olena.sees("Nobody else sees this yet")
    olena.presses("form[action$='/send-now'] [type=submit]")
    until(olena, "delivered", "the referral is delivered")
    return referral


def _is_answered(petro: Visitor, olena: Visitor, referral: str) -> None:
    for move in ("acknowledge", "accept", "complete"):
        answer(petro.goes_to("/inbox"), referral, move)
        if petro.sees("Send it now"):
            petro.presses("form[action$='/send-now'] [type=submit]")
    until(olena, "completed", "the referral is completed")


def _one_leaves_and_one_is_revoked(reader: Reader) -> None:
    go, leave, *revoke = reader.sections[9]
    assert f"{THEIRS} leaves" in reader.shell.walks([go, leave])
    tries = f"(cd ../{OURS}; throughline network test {THEIRS} --timeout 2 2>&1 || true)"
    poll_until(
        lambda: "is not in the network" in reader.shell.run(tries), seconds=SOON, what="that it has left"
    )
    *_, listed = map(reader.shell.run, revoke)
    assert listed == "Organisations: nothing\n"

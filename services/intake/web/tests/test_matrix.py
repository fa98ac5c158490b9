"""Who may do what: every role at every address, about an own case, a colleague's, another organisation's, or none."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from services.intake.domain import Role
from services.intake.tests.node import CHEAP, HERE, Node
from services.intake.usecases.staff import NewStaff, add_staff
from services.intake.web.tests.cells import NAMES, Asker, World, as_in_table, unlike_the_absent
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import PASSWORD
from shared.database import Database

# Each column says the status that somebody gets; four of them are for one's own case, a colleague's, another
# organisation's, and one that is not there. Not signed in: 302 leads to the sign-in, 401 asks for a token.
TABLE = (Path(__file__).parent / "matrix.txt").read_text("utf-8")
FILES = {"/static/<path:filename>", "/shared/<path:filename>", "/bootstrap/static/<path:filename>"}

NOBODY = "nobody"

Cells = dict[str, list[int]]


def rows() -> Iterator[tuple[str, str, Cells]]:
    """Method, rule, and the statuses for each who asks."""
    lines = [line for line in TABLE.splitlines() if line.strip()]
    roles = [name.strip() for name in lines[0].split("|")]
    for line in lines[1:]:
        first, *others = line.split("|")
        method, rule, nobody = first.split()
        yield (
            method,
            rule,
            dict(zip(roles, [[int(n) for n in one.split()] for one in (nobody, *others)], strict=True)),
        )


LOOKING = [row for row in rows() if row[0] == "GET"]
DOING = [row for row in rows() if row[0] != "GET"]


class Kept:
    """The world, made once, with whoever asks; all is there again as it was, whatever a test did."""

    def __init__(self, site: Site) -> None:
        for name, role in (("daria", Role.CASE_WORKER), ("vera", Role.AUDITOR)):
            add_staff(site.node.database, NewStaff(name, PASSWORD, role, name), org=HERE, hasher=CHEAP)
        self.world, self.at = World(site), site.node.at
        self.askers = {role: Asker(site, role) for role in (NOBODY, *NAMES)}
        self.contents = sqlite3.connect(":memory:")
        with self._now() as now:
            now.backup(self.contents)

    def as_it_was(self) -> "Kept":
        self.world.site.node.at = self.at
        with self._now() as now:
            self.contents.backup(now)
        return self

    def _now(self) -> closing[sqlite3.Connection]:
        return closing(sqlite3.connect(self.world.site.node.database.engine.url.database or ""))


@pytest.fixture(scope="module")
def made(web_database: Database, web: Flask) -> Iterator[Kept]:
    made = Kept(Site(Node(web_database), web))
    with closing(made.contents):
        yield made


@pytest.fixture
def kept(made: Kept) -> Kept:
    return made.as_it_was()


def test_no_address_is_missing_in_the_table(web: Flask) -> None:
    there = {
        (method, rule)
        for known in web.url_map.iter_rules()
        if known.rule not in FILES
        for method in (known.methods or set()) - {"HEAD", "OPTIONS"}
        for rule in as_in_table(known.rule)
    }

    assert there == {(method, rule) for method, rule, _ in rows()}


def test_looking(kept: Kept) -> None:
    wrong: dict[Any, Any] = {}
    for method, rule, cells in LOOKING:
        wrong |= asked(kept, method, rule, cells)
    assert wrong == {}


@pytest.mark.parametrize(("method", "rule", "cells"), DOING, ids=[row[1] for row in DOING])
def test_doing(kept: Kept, method: str, rule: str, cells: Cells) -> None:
    assert asked(kept, method, rule, cells) == {}


def asked(kept: Kept, method: str, rule: str, cells: Cells) -> dict[Any, Any]:
    """What is not as the table says, by who asked what."""
    wrong: dict[Any, Any] = {}
    world = kept.world
    for role, expected in cells.items():
        who = kept.askers[role].again()
        answers = [who.asks(method, rule, about) for about in world.asked_about(role)[: len(expected)]]
        if [answer.status for answer in answers] != expected:
            wrong[method, rule, role] = [answer.status for answer in answers]
        if seen := [name for name in world.hidden_from(role) for answer in answers if name in answer.body]:
            wrong[method, rule, role, "saw"] = seen
        if strange := unlike_the_absent(role, expected, answers):
            wrong[method, rule, role, "unlike the absent"] = strange
    return wrong

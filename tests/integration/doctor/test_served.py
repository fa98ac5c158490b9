"""What a node's pages are told of the checks: what the command says, without asking another machine."""

import os
import socket
from collections.abc import Callable
from contextlib import closing
from typing import Any
from unittest.mock import patch

import pytest

from deploy.composition import web_of
from deploy.doctor.node_checks import CHECKS
from deploy.doctor.served import ELSEWHERE, SERVED, examine
from services.intake.usecases.well_being import Verdict
from services.intake.web.check_labels import CHECKS as NAMES
from services.intake.web.check_labels import VERDICTS
from tests.integration.doctor.faults import FAULTS
from tests.integration.doctor.site import Site

OF_THE_PAGES = ("org", "org_name", "intake_database_url", "key_file", "public_url", "secret_key")
BEFORE_THE_START = ("key_apart",)  #: what is found by a setting, which a process keeps
BESIDES = {"the key file is damaged": {"backup_of_keys"}}  #: it is not the file that was backed up, either
SEEN = [fault for fault, (check, _, _) in FAULTS.items() if check not in ELSEWHERE]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else is asked."""

    def refuse(*_: Any) -> None:
        raise AssertionError("another machine was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def found(site: Site, happens: Callable[[Site], Any]) -> dict[str, list[str]]:
    """What pages find that started with their settings alone, before it happened."""
    told = {f"THROUGHLINE_{name.upper()}": site.settings[name] for name in OF_THE_PAGES}
    others = {name: value for name, value in os.environ.items() if not name.startswith("THROUGHLINE_")}
    with patch.dict(os.environ, others | told, clear=True):
        web = web_of("intake")
        with closing(web.open_database()) as database:
            happens(site)
            return {name: row for name, *row in examine(web, database)}


def wrong(rows: dict[str, list[str]]) -> set[str]:
    return {name for name, (verdict, *_) in rows.items() if verdict in ("failed", "warning")}


@pytest.mark.parametrize("fault", SEEN)
def test_a_fault_is_seen_on_the_page_too(site: Site, fault: str) -> None:
    check, plant, remedy = FAULTS[fault]
    if check in BEFORE_THE_START:
        plant(site)
        plant = nothing

    rows = found(site, plant)

    assert wrong(rows) - BESIDES.get(fault, set()) == {check}, rows
    assert remedy in rows[check][2]


def nothing(_: Site) -> None:
    """Happens."""


def test_a_well_node_is_well_with_the_settings_of_its_pages_alone(site: Site) -> None:
    rows = found(site, nothing)

    assert {name: row[0] for name, row in rows.items() if row[0] != "well"} == {
        "durability": "not applicable",
        "joined": "not applicable",
    }


def test_each_check_has_a_name_on_the_page_or_is_made_elsewhere() -> None:
    assert {check.name for check in CHECKS} == set(NAMES) | ELSEWHERE
    assert {check.name for check in SERVED} == set(NAMES)
    assert set(VERDICTS) == set(Verdict)

"""A node that has not joined yet is told so, with the next command, and its settings are not to blame."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.commands.own_keys import TO_COME, with_password
from deploy.configured import NAME
from tests.in_process import throughline
from tests.integration.doctor.site import Site
from tests.integration.doctor.test_served import OF_THE_PAGES, found, nothing, wrong
from tests.integration.test_command_line import CONFIGURATION, network_file, refuses
from tests.integration.test_init import ANSWERS, words

AWAITS = {"network_file", "broker", "certificate", "directory", "worker", "outbox"}


@pytest.fixture
def node(tmp_path: Path) -> Path:
    made = throughline(*words(tmp_path / "node", **ANSWERS))
    assert made.returncode == 0, made.stderr
    return tmp_path / "node"


def examined(node: Path) -> tuple[int, dict[str, Any]]:
    only = (word for name in ("settings", "joined", *AWAITS) for word in ("--only", name))
    said = throughline("doctor", "--json", *only, config=str(node / NAME))
    return said.returncode, {one["name"]: one for one in json.loads(said.stdout)}


def test_it_is_told_so_with_the_next_command_and_nothing_has_failed(node: Path) -> None:
    code, told = examined(node)

    assert (code, told["settings"]["verdict"], told["joined"]["verdict"]) == (0, "well", "warning")
    assert "has not joined" in told["joined"]["says"]
    assert "throughline network join" in told["joined"]["remedy"]
    assert {told[name]["says"] for name in AWAITS} == {"joined comes first"}


def test_a_setting_that_is_wrong_is_told_as_well(node: Path) -> None:
    with (node / NAME).open("a") as file:
        file.write("THROUGHLINE_RESEND_SECONDS=soon\n")

    code, told = examined(node)

    assert (code, told["settings"]["verdict"]) == (2, "failed")
    assert "THROUGHLINE_AMQP_URL" not in told["settings"]["says"]


@pytest.mark.parametrize("command", ["network leave", "network test hub", "upgrade --check", "case erase X"])
def test_a_command_that_needs_the_network_says_the_same(node: Path, command: str) -> None:
    said = throughline(*command.split(), config=str(node / NAME))

    refuses(said, code=CONFIGURATION, naming="has not joined", remedy="throughline network join")
    assert "AMQP_URL" not in said.stderr


def test_a_command_that_has_more_to_complain_of_says_that(node: Path) -> None:
    with (node / NAME).open("a") as file:
        file.write("THROUGHLINE_RESEND_SECONDS=soon\n")

    refuses(
        throughline("network", "leave", config=str(node / NAME)),
        code=CONFIGURATION,
        naming="THROUGHLINE_RESEND_SECONDS",
        remedy="must be",
    )


def loses_address(node: Path) -> None:
    network_file(node)


def loses_network(node: Path) -> None:
    (node / "secrets" / "broker-url").write_text("amqp://our-house:x@127.0.0.1:1/")


@pytest.mark.parametrize(("one", "to_blame"), [(loses_address, "settings"), (loses_network, "network_file")])
def test_one_that_has_joined_and_lost_a_file_is_not_taken_for_a_new_one(
    node: Path, one: Callable[[Path], None], to_blame: str
) -> None:
    one(node)

    code, told = examined(node)

    assert (code, told["joined"]["verdict"], told[to_blame]["verdict"]) == (2, "well", "failed")


def test_until_the_hub_has_told_the_password_that_is_what_is_missing(node: Path) -> None:
    network_file(node)
    address = with_password("amqp://127.0.0.1:1/%2F", "our-house", TO_COME)
    (node / "secrets" / "broker-url").write_text(address)

    _, told = examined(node)

    assert (told["joined"]["verdict"], told["broker"]["verdict"]) == ("well", "warning")
    assert "throughline network use-password" in told["broker"]["remedy"]


def test_the_pages_tell_it_too_where_they_know(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("network_file", "amqp_url_file"):
        site.settings[name] = str(site.folder / "none")
    monkeypatch.setattr(
        "tests.integration.doctor.test_served.OF_THE_PAGES", (*OF_THE_PAGES, "network_file", "amqp_url_file")
    )

    rows = found(site, nothing)

    assert wrong(rows) == {"joined"}
    assert "throughline network join" in rows["joined"][2]

"""What a released version wrote is read today, and what is written today is read by a released version."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from shared.messaging.errors import Refused
from shared.messaging.message import Incoming, Message, open_message
from tests.compatibility.release import EXAMPLES, Release, releases

WRITTEN = [
    pytest.param(path, id=f"{release.version}-{path.stem}")
    for release in releases()
    for path in release.events
]
READERS = [
    pytest.param(release, path, id=f"{release.version}-{path.stem}")
    for release in releases()
    for path in sorted(EXAMPLES.iterdir())
    if path.name in {kept.name for kept in release.events}
]  #: a new event, or a new major version of one, an old reader parks


def opened(body: bytes) -> Message:
    wire = json.loads(body)
    key = "to.anybody" if wire["source"] == "/hub" else f"from.{wire['source'][1:]}.{wire['type']}"
    return open_message(Incoming(None, key, body))


def errors(release: Release, wire: dict[str, Any]) -> list[ValidationError]:
    """What the release's own readers would have against it."""
    declared = release.contract["components"]["messages"].values()
    rules = {one["name"]: one["payload"]["properties"]["data"] for one in declared}
    return list(Draft202012Validator(rules[wire["type"]]).iter_errors(wire["data"]))


@pytest.mark.parametrize("path", WRITTEN)
def test_what_it_wrote_is_read_whole(path: Path) -> None:
    assert opened(path.read_bytes()).event.dump() == json.loads(path.read_bytes())["data"]


@pytest.mark.parametrize(("release", "path"), READERS)
def test_its_readers_take_what_is_written_today(release: Release, path: Path) -> None:
    wire = json.loads(path.read_bytes())

    assert errors(release, wire) == []


def test_a_field_taken_away_would_be_seen() -> None:
    """The contract that is kept can refuse."""
    release, *_ = releases()
    sent = next(path for path in release.events if "referral_sent" in path.name)
    wire = json.loads(sent.read_bytes())

    del wire["data"]["to_org"]

    assert len(errors(release, wire)) == 1


def test_a_major_version_that_nobody_knows_is_parked() -> None:
    release, *_ = releases()
    wire = json.loads(release.events[0].read_bytes())
    wire["dataschema"] = wire["dataschema"].rsplit(":", 1)[0] + ":99.0"

    with pytest.raises(Refused) as refused:
        opened(json.dumps(wire).encode())

    assert refused.value.code == "newer_version"

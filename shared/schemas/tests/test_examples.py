"""Every event has an example, and every example is an event."""

import json
from pathlib import Path

import pytest

from shared.messaging.message import Incoming, encode, open_message
from shared.schemas import Event, event_types
from shared.schemas.registry import major

EXAMPLES = Path(__file__).parents[1] / "examples"


def example_of(declared: type[Event]) -> Path:
    return EXAMPLES / f"{declared.type}.v{major(declared.version)}.json"


@pytest.mark.parametrize("declared", event_types(), ids=lambda declared: declared.type)
def test_the_example_survives_the_journey(declared: type[Event]) -> None:
    wire = json.loads(example_of(declared).read_text())
    key = "to.anybody" if wire["source"] == "/hub" else f"from.{wire['source'][1:]}.{declared.type}"

    message = open_message(Incoming(None, key, example_of(declared).read_bytes()))

    assert type(message.event) is declared
    assert message.event.dump() == wire["data"]


def test_no_example_is_an_orphan() -> None:
    assert set(EXAMPLES.glob("*.json")) == {example_of(declared) for declared in event_types()}


@pytest.mark.parametrize("declared", event_types(), ids=lambda declared: declared.type)
def test_what_a_newer_minor_version_added_is_kept(declared: type[Event]) -> None:
    wire = json.loads(example_of(declared).read_text())

    event = declared.load(wire["data"] | {"added_next_year": {"a": 1}})

    assert event.unknown == {"added_next_year": {"a": 1}}
    assert event.dump() == wire["data"] | {"added_next_year": {"a": 1}}


@pytest.mark.parametrize("declared", event_types(), ids=lambda declared: declared.type)
def test_a_missing_required_field_is_refused(declared: type[Event]) -> None:
    wire = json.loads(example_of(declared).read_text())
    required = [name for name, rule in declared.schema.fields.items() if rule.required]

    for name in required:
        body = json.dumps({**wire, "data": {k: v for k, v in wire["data"].items() if k != name}}).encode()
        assert _refusal(body) == "invalid_data", name


def _refusal(body: bytes) -> str:
    from shared.messaging.errors import Refused

    with pytest.raises(Refused) as refused:
        open_message(Incoming(None, "retry", body))
    return refused.value.code


MORE_OF = {
    "intake": ("conferences", "masking"),
    "referral": ("questions", "conferences"),
    "reporting": ("masking",),
}  #: of a publisher with more to say than one file holds


def test_events_are_named_in_the_past_tense_by_their_publisher() -> None:
    for declared in event_types():
        publisher, _, name = declared.type.partition(".")
        assert declared.__module__.rpartition(".")[2] in (publisher, *MORE_OF.get(publisher, ()))
        assert name.endswith(("ed", "sent", "made", "overdue", "history")), name


def test_encoding_keeps_every_attribute() -> None:
    declared = event_types()[0]
    wire = json.loads(example_of(declared).read_text())
    from datetime import datetime
    from uuid import UUID

    body = encode(
        declared.load(wire["data"]),
        id=UUID(wire["id"]),
        sender=wire["source"][1:],
        subject=wire["subject"],
        at=datetime.fromisoformat(wire["time"]),
    )

    assert json.loads(body) == wire

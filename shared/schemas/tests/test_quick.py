"""The quick way takes nothing that marshmallow would not, and makes the same of what it takes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError, fields, validate

from shared.clock import new_id
from shared.schemas import Event, event_types
from shared.schemas.intake import ReferralDelivered, ServicesOffered
from shared.schemas.life import Move
from shared.schemas.quick import Quick
from shared.schemas.registry import major

EXAMPLES = Path(__file__).parents[1] / "examples"
TAKEN = [
    "",
    "x",
    "None",
    "sent",
    "01a2",
    "2026-W01-1",
    "2026-03-02",
    "2026-03-02T09:00:00",
    "2026-03-02 09:00:00+01:00",
]

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(TAKEN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def example_of(declared: type[Event]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (EXAMPLES / f"{declared.type}.v{major(declared.version)}.json").read_text()
    )["data"]
    return found


@pytest.mark.parametrize("declared", event_types(), ids=lambda declared: declared.type)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_both_ways_judge_alike(declared: type[Event], data: st.DataObject) -> None:
    wire = example_of(declared)
    wire[data.draw(st.sampled_from(sorted(wire)))] = data.draw(anything)

    assert_alike(declared, wire)


def assert_alike(declared: type[Event], wire: dict[str, Any]) -> None:
    try:
        slow = declared.schema.load(wire)
    except ValidationError:
        slow = None
    try:
        event = declared.load(wire)
    except ValidationError:
        event = None

    assert (event is None) == (slow is None)
    if event is not None and slow is not None:
        assert {name: getattr(event, name) for name in slow if name in declared.schema.fields} == {
            name: value for name, value in slow.items() if name in declared.schema.fields
        }


@pytest.mark.parametrize("zone", ["+00:00", "Z", "z", "-00:00", "+01:00", "+0100", "+24:00", ""])
@pytest.mark.parametrize("fraction", ["", ".1", ".123456", ".1234567", ".9999999", ",5", "."])
@pytest.mark.parametrize(
    "begin", ["2026-03-02T09:00:00", "2026-03-02t09:00:00", "2026-03-02 09:00:00", "2026-02-30T09:00:00"]
)
def test_a_moment_is_the_same_either_way(begin: str, fraction: str, zone: str) -> None:
    assert_alike(ReferralDelivered, example_of(ReferralDelivered) | {"delivered_at": begin + fraction + zone})


@pytest.mark.parametrize("form", ["{}", "{{{}}}", "urn:uuid:{}", "{}0", " {}"])
@pytest.mark.parametrize("hyphens", ["-", ""])
def test_an_id_is_the_same_either_way(form: str, hyphens: str) -> None:
    written = form.format(str(new_id()).replace("-", hyphens))

    assert_alike(ReferralDelivered, example_of(ReferralDelivered) | {"referral_id": written})
    assert_alike(ReferralDelivered, example_of(ReferralDelivered) | {"referral_id": written.upper()})


@pytest.mark.parametrize("declared", event_types(), ids=lambda declared: declared.type)
def test_every_example_is_taken_without_marshmallow(declared: type[Event]) -> None:
    assert declared.quick.take(example_of(declared))


@pytest.mark.parametrize(
    "rule",
    [
        fields.Integer(validate=validate.Range(min=1, max=3, min_inclusive=False)),
        fields.Integer(validate=validate.Range(min=1, max=3, max_inclusive=False)),
        fields.String(validate=validate.Length(equal=2)),
        fields.String(validate=validate.Regexp("a b", flags=re.VERBOSE)),
        fields.String(validate=validate.Regexp("b")),
        fields.Enum(Move),
    ],
)
@pytest.mark.parametrize("value", [1, 2, 3, "ab", "abc", "a b", "xb", "send", "SEND"])
def test_a_rule_of_another_kind_is_the_same_either_way(rule: fields.Field[Any], value: object) -> None:
    rule.required = True
    schema = Schema.from_dict({"it": rule})()

    try:
        taken = Quick(schema.fields, {}).take({"it": value})
    except Exception:  # noqa: BLE001 - what is not taken is marshmallow's to judge
        return
    assert taken == schema.load({"it": value})


def test_a_list_has_an_end() -> None:
    wire = example_of(ServicesOffered)
    services = (wire["services"] * 501)[:501]

    ServicesOffered.load({**wire, "services": services[:500]})
    with pytest.raises(ValidationError):
        ServicesOffered.load({**wire, "services": services})

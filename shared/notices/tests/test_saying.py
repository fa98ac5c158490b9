"""The rule: nothing else can be said on any channel, however it is tried."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from marshmallow import ValidationError

from shared.notices.saying import SENTENCES, Allowed, Saying

INBOX = "https://node.example/inbox"
GOOD = Saying(3, INBOX, "uk")


def test_what_is_said_is_a_sentence_a_count_a_link_and_a_language() -> None:
    assert GOOD.dump() == {"sentence": "something_waits", "count": 3, "link": INBOX, "language": "uk"}
    assert set(Allowed().fields) == {"sentence", "count", "link", "language"}
    assert SENTENCES == ("something_waits", "this_is_a_test")


@pytest.mark.parametrize(
    "more", [{"org": "harbour"}, {"state": "accepted"}, {"name": "Kryptonym"}, {"id": "1"}]
)
def test_nothing_else_can_be_added(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Allowed().load(GOOD.dump() | more)


@pytest.mark.parametrize(
    "changes",
    [
        {"sentence": "Alena has arrived"},
        {"count": "3"},
        {"count": -1},
        {"language": "Alena"},
        {"link": f"{INBOX}?who=Alena"},
        {"link": f"{INBOX}#Alena"},
        {"link": "https://Alena@node.example/inbox"},
        {"link": "https://node.example/referrals/0192"},
        {"link": "javascript:alert(1)//inbox"},
        {"link": "https://[node.example/inbox"},
    ],
)
def test_no_field_can_hold_anything_else(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        replace(GOOD, **changes)


def test_a_saying_with_more_fields_is_none() -> None:
    @dataclass(frozen=True)
    class Chatty(Saying):
        org: str = "harbour"

    with pytest.raises(ValidationError):
        Chatty(1, INBOX)

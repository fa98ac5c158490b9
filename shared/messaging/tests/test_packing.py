"""Packs: many events in one message of the broker, in order, and none of them at another's mercy."""

from uuid import UUID

import orjson
import pytest

from shared.clock import new_id
from shared.messaging.message import LARGEST, Outgoing
from shared.messaging.packing import LARGEST_PACK, MOST, as_one, packed, unpacked
from shared.messaging.topology import NETWORK_IN, NETWORK_OUT

SENT, MADE = "from.harbour-house.intake.referral_sent", "from.harbour-house.intake.move_made"


def said(key: str = SENT, *, exchange: str = NETWORK_IN, body: bytes | None = None) -> Outgoing:
    id_ = new_id()
    return Outgoing(id_, exchange, key, body or orjson.dumps({"id": str(id_)}))


def ids(packs: list[list[Outgoing]]) -> list[list[UUID]]:
    return [[one.id for one in pack] for pack in packs]


def test_what_goes_to_one_place_goes_together() -> None:
    messages = [said() for _ in range(3)]

    assert ids(list(packed(messages))) == [[one.id for one in messages]]


def test_places_are_apart_and_do_not_part_each_others_packs() -> None:
    there, elsewhere = [said("to.a.referral.moved"), said("to.a.referral.moved")], said("to.b.referral.moved")

    assert ids(list(packed([there[0], elsewhere, there[1]]))) == [[t.id for t in there], [elsewhere.id]]


def test_one_place_hears_its_messages_in_their_order() -> None:
    messages = [said(SENT), said(MADE), said(SENT)]

    assert ids(list(packed(messages))) == [[one.id] for one in messages]


def test_a_pack_is_bounded_in_count_and_size() -> None:
    many = [said() for _ in range(MOST + 1)]
    large = [said(body=b"{" + b"x" * (LARGEST_PACK // 2)) for _ in range(2)]

    assert [len(pack) for pack in packed(many)] == [MOST, 1]
    assert [len(pack) for pack in packed(large)] == [1, 1]


def test_a_pack_is_not_packed_again() -> None:
    pack = as_one([said(), said()])

    assert [len(one) for one in packed([said(), pack, said()])] == [1, 1, 1]


def test_a_pack_opens_into_what_was_packed() -> None:
    messages = [said("to.a.referral.moved", exchange=NETWORK_OUT) for _ in range(4)]
    [pack] = packed(messages)

    assert unpacked(as_one(pack).body, None) == [(one.id, one.body) for one in messages]


def test_one_event_travels_as_it_stands() -> None:
    message = said()

    assert as_one([message]) == message
    assert unpacked(message.body, message.id) == [(message.id, message.body)]


@pytest.mark.parametrize(
    "body",
    [b"", b"[", b"[]", b"[1,", b"nonsense", b"[" + b"1," * MOST + b"1]", b"[" + b" " * LARGEST + b"1]"],
    ids=["empty", "broken", "an empty list", "cut off", "no JSON", "more than a pack holds", "too large"],
)
def test_what_is_no_pack_of_ours_stays_whole(body: bytes) -> None:
    """So that it is parked once, whatever is in it."""
    id_ = new_id()

    assert unpacked(body, id_) == [(id_, body)]


def test_what_stands_in_a_pack_without_an_id_has_none() -> None:
    assert unpacked(b'[1,{"id":"x"}]', new_id()) == [(None, b"1"), (None, b'{"id":"x"}')]

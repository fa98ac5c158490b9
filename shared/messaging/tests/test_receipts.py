"""What a service of the hub says of what it has stored, and to whom."""

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from shared.clock import new_id
from shared.messaging.delivery import Batch
from shared.messaging.message import HUB, Message
from shared.messaging.receipts import confirm_receipt
from shared.messaging.tests.desk import desk_at
from shared.schemas.hub import MessagesReceived
from shared.schemas.intake import HistoryAsked, PeopleCalled
from shared.sealing import Letter

CALL = PeopleCalled(contact_ids=[], urgent=False)
Receipt = Callable[[Batch], list[str] | None]


@pytest.fixture
def receipt(tmp_path: Path) -> Receipt:
    """Gives the batch; returns the ids that are said to be received, or None when nothing is said."""
    database = desk_at(tmp_path).database
    outbox = database.outbox.table

    def give(batch: Batch) -> list[str] | None:
        with database.transaction() as tx:
            confirm_receipt(tx, batch, by="reporting")
        with database.reading() as tx:
            bodies = tx.execute(select(outbox.c.body)).scalars().all()
        return orjson.loads(bodies[0])["data"]["message_ids"] if bodies else None

    return give


def message(sender: str = HUB, *, ends_pack: bool = True) -> Message:
    return Message(new_id(), sender, HistoryAsked(referral_id=new_id(), after=0), ends_pack=ends_pack)


def test_the_last_message_of_each_pack_stands_for_it(receipt: Receipt) -> None:
    pack = [message(ends_pack=False), message(ends_pack=False), message()]
    alone = message()

    assert receipt(Batch([*pack, alone])) == [str(pack[-1].id), str(alone.id)]


def test_a_repeat_is_received_again(receipt: Receipt) -> None:
    again = message()

    assert receipt(Batch([], [again])) == [str(again.id)]


def test_nothing_is_said_of_what_nodes_say(receipt: Receipt) -> None:
    assert receipt(Batch([message("clinic")])) is None


def test_a_receipt_is_not_receipted(receipt: Receipt) -> None:
    assert receipt(Batch([Message(new_id(), HUB, MessagesReceived(message_ids=[new_id()]))])) is None


def test_nor_is_what_a_node_says_that_knows_no_letters(receipt: Receipt) -> None:
    assert receipt(Batch([Message(new_id(), "clinic", CALL)])) is None


def test_a_node_is_told_that_its_call_is_stored(tmp_path: Path) -> None:
    database = desk_at(tmp_path).database
    call = Message(new_id(), "clinic", CALL, letter=Letter(b"{}", b""))
    with database.transaction() as tx:
        confirm_receipt(tx, Batch([message(), call]), by="notifications")

    with database.reading() as tx:
        rows = tx.execute(select(database.outbox.table)).all()
    told = {row.routing_key: orjson.loads(row.body)["data"]["message_ids"] for row in rows}
    assert told["to.clinic.hub.messages_received"] == [str(call.id)]
    assert len(told) == 2

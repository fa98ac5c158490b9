"""Remember what has been heard, for ever, so that hearing it twice does nothing."""

from collections.abc import Sequence

from sqlalchemy import Table, delete

from shared.database import Transaction
from shared.messaging.message import Key, Message
from shared.rows import add_new


def hear(tx: Transaction, table: Table, messages: Sequence[Message]) -> list[bool]:
    """Tell of each message whether it is new, as the transaction's first act.

    The same id twice in one batch is new once. Two workers hearing one id wait for each other.
    """
    keys = sorted({message.key for message in messages})
    rows = [{"sender": sender, "message_id": id_, "heard_at": tx.at} for sender, id_ in keys]
    new = {(row.sender, row.message_id) for row in add_new(tx, table, rows)}
    return [_once(new, message.key) for message in messages]


def forget(tx: Transaction, table: Table, keys: Sequence[Key]) -> None:
    """In the transaction that has heard them: they are to be heard again."""
    for sender, id_ in keys:
        tx.execute(delete(table).where(table.c.sender == sender, table.c.message_id == id_))


def _once(new: set[tuple[str, object]], key: tuple[str, object]) -> bool:
    fresh = key in new
    new.discard(key)
    return fresh

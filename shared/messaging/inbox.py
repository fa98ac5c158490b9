"""Remember what has been heard, for ever, so that hearing it twice does nothing, and what was said stays said."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import Table, delete, select

from shared.database import Transaction
from shared.messaging.message import Key, Message
from shared.rows import add_new


class Heard(StrEnum):
    """Whether a message was heard before."""

    NEW = "new"
    AGAIN = "again"
    OTHERWISE = "otherwise"  #: under its id, but it said something else


def hear(tx: Transaction, table: Table, messages: Sequence[Message]) -> list[Heard]:
    """Tell of each message whether it is new, as the transaction's first act.

    The same id twice in one batch is new once. Two workers hearing one id wait for each other.
    """
    first = {message.key: message for message in reversed(messages)}
    rows = [
        {"sender": sender, "message_id": id_, "heard_at": tx.at, "contents": first[sender, id_].contents}
        for sender, id_ in sorted(first, key=_by_number)
    ]
    new = {(row.sender, row.message_id) for row in add_new(tx, table, rows)}
    said = {key: first[key].contents for key in new} | _said(tx, table, first.keys() - new)
    return [_once(new, said, message) for message in messages]


def _by_number(key: Key) -> tuple[str, int]:
    """As the keys themselves are ordered, but sooner."""
    return key[0], key[1].int


def forget(tx: Transaction, table: Table, keys: Sequence[Key]) -> None:
    """In the transaction that has heard them: they are to be heard again."""
    for sender, id_ in keys:
        tx.execute(delete(table).where(table.c.sender == sender, table.c.message_id == id_))


def _said(tx: Transaction, table: Table, keys: set[Key]) -> dict[Key, bytes | None]:
    """What stands for the contents of those that were heard before; of what was heard by 0.1.0 it is not known."""
    rows = tx.execute(select(table).where(table.c.message_id.in_([id_ for _, id_ in keys]))) if keys else ()
    return {(row.sender, row.message_id): row.contents for row in rows}


def _once(new: set[Key], said: dict[Key, bytes | None], message: Message) -> Heard:
    if message.key in new:
        new.discard(message.key)
        return Heard.NEW
    known = said.get(message.key)
    return Heard.AGAIN if known is None or known == message.contents else Heard.OTHERWISE

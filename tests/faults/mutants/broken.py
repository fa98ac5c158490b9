"""Deliberately broken variants of the messaging core, each the smallest change that breaks one of its promises."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch
from uuid import UUID

from services.intake.usecases import arrivals, ledger, proofs
from services.intake.usecases.ledger import Ledger
from shared import engines
from shared.database import Transaction
from shared.messaging import confirms, inbox, outbox, parked, scribe
from shared.messaging.delivery import Delivery
from shared.messaging.inbox import Heard
from shared.messaging.keybook import KeyBook
from shared.messaging.link import Link
from shared.messaging.message import Incoming, Message
from shared.messaging.outbox import Outbox
from shared.messaging.parked import Failed
from shared.messaging.pump import Pump
from shared.messaging.relay import Relay
from shared.sealing import Letter, enclose

Mutant = Callable[[], AbstractContextManager[Any]]


def no_confirms() -> Any:
    """What was published counts as confirmed."""
    send_due = Relay.send_due

    def send_and_believe(relay: Relay, link: Link) -> int:
        claimed: list[Any] = []
        publish = link.publish
        with patch.object(link, "publish", lambda messages: (claimed.extend(messages), publish(messages))):
            sent = send_due(relay, link)
        relay._confirmed |= {message.id for message in claimed}
        return sent

    return patch.object(Relay, "send_due", send_and_believe)


def no_mandatory() -> Any:
    """What nobody asked for is confirmed, and gone."""
    return patch.object(confirms, "MANDATORY", False)  # noqa: FBT003 - the constant's own value


def mark_before_send() -> Any:
    """A row is forgotten when it is taken for sending."""
    claim_due = Outbox.claim_due

    def claim_and_forget(of: Outbox, tx: Transaction, limit: int) -> Sequence[Any]:
        claimed = claim_due(of, tx, limit)
        if claimed:
            tx.execute(of.table.delete().where(of.table.c.message_id.in_([m.id for m in claimed])))
        return claimed

    return patch.object(Outbox, "claim_due", claim_and_forget)


def no_inbox() -> Any:
    """Everything is news."""
    return patch.object(inbox, "hear", lambda _tx, _table, messages: [Heard.NEW] * len(messages))


def inbox_apart() -> Any:
    """What was heard is remembered in a transaction of its own, before it is handled."""
    together, hear = Delivery._together, inbox.hear

    def remember_first(delivery: Delivery, pairs: Sequence[tuple[Incoming, Message]], also: Any) -> Any:
        with delivery.database.transaction() as tx:
            new = hear(tx, delivery.inbox, [message for _, message in pairs])
        with patch.object(inbox, "hear", lambda *_: new):
            return together(delivery, pairs, also)

    return patch.object(Delivery, "_together", remember_first)


def acknowledge_first() -> Any:
    """The broker may forget a batch before it is handled."""
    deliver = Pump._deliver

    def acknowledge_and_deliver(pump: Pump, link: Link, batch: Sequence[Incoming]) -> None:
        link.acknowledge(batch)
        with patch.object(link, "acknowledge", lambda _: None):
            deliver(pump, link, batch)

    return patch.object(Pump, "_deliver", acknowledge_and_deliver)


def no_receipts() -> Any:
    """A confirm is taken for delivery."""
    publish = Outbox.publish

    def publish_and_trust(of: Outbox, tx: Transaction, event: Any, **how: Any) -> UUID:
        return publish(of, tx, event, **{**how, "awaits": None})

    return patch.object(Outbox, "publish", publish_and_trust)


def no_receipts_within_the_hub() -> Any:
    """What notifications and reporting are told is forgotten once the broker has it."""
    return patch.object(outbox, "_receipt_of", lambda _pack: None)


def order_dependent() -> Any:
    """Whatever move comes last is where the referral stands."""
    apply = Ledger.apply

    def apply_any(ledger: Ledger, entry: Any, move: Any, **deadlines: Any) -> None:
        entry.standing = replace(entry.standing, number=move.number - 1)
        apply(ledger, entry, move, **deadlines)

    return patch.object(Ledger, "apply", apply_any)


def no_repeated_answer() -> Any:
    """A repeat is passed over in silence, though its sender waits for an answer."""
    together = Delivery._together

    def hear_once(delivery: Delivery, pairs: Any, also: Any) -> Any:
        handler = delivery.handler
        with patch.object(
            Delivery, "handler", lambda _self, tx, batch: handler(tx, replace(batch, repeated=()))
        ):
            return together(delivery, pairs, also)

    return patch.object(Delivery, "_together", hear_once)


def forget_unready() -> Any:
    """What was not ready is acknowledged like what was done."""
    keep = parked.keep

    def keep_the_hopeless(tx: Transaction, table: Any, queue: str, failed: Sequence[Failed]) -> None:
        keep(tx, table, queue, [one for one in failed if one.again_after is None])

    return patch.object(parked, "keep", keep_the_hopeless)


def forget_what_failed_again() -> Any:
    """What was tried again is let go, whatever became of it."""
    return patch.object(
        Delivery, "_deliver_kept", lambda delivery, events: delivery.deliver(events) and set()
    )


def synchronous_normal() -> Any:
    """SQLite's own habit, which lets a power cut take what was committed."""
    prepare = engines._prepare_sqlite

    def prepare_lazily(connection: Any, record: Any) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA synchronous=NORMAL").close()

    return patch.object(engines, "_prepare_sqlite", prepare_lazily)


def endless_patience() -> Any:
    """A confirm may stay out for ever."""
    return patch.object(confirms, "CONFIRM_TIMEOUT", float("inf"))


def never_behind() -> Any:
    """A service hears on, however much it has to say that it cannot send."""
    return patch.object(Relay, "is_behind", new=False)


def no_signature() -> Any:
    """Whatever a letter is signed with, it is believed."""
    return patch.object(Letter, "is_by", lambda *_: True)


def unsigned_is_heard() -> Any:
    """Who could sign is heard without."""
    return patch.object(KeyBook, "must_sign", lambda *_: False)


def open_envelopes() -> Any:
    """Nothing is sealed on the way."""
    return patch.object(
        scribe, "enclose", lambda frames, reader, key: enclose(frames, reader=reader, key=key and None)
    )


@contextmanager
def any_chain() -> Iterator[None]:
    """The hub may say what it likes of the order of moves."""
    with (
        patch.object(ledger, "prove_link", lambda *_, **__: None),
        patch.object(arrivals, "prove_link", lambda *_, **__: None),
    ):
        yield


def the_hub_is_believed() -> Any:
    """What the hub says of a move is not compared with its maker's letter."""
    return patch.object(
        ledger, "prove_move", lambda message, _referral, move: proofs.enclosed(message, move.letter)
    )


def letters_of_nobody() -> Any:
    """A move without a letter is taken, whoever is said to have made it."""
    return patch.object(Ledger, "_began_unsigned", lambda *_: True)


@contextmanager
def whole_batches() -> Iterator[None]:
    """A batch that fails is not looked through for the one that is to blame."""

    def all_or_nothing(delivery: Delivery, pairs: Any, also: Any = None) -> Any:
        try:
            return delivery._together(pairs, also)
        except Exception as error:  # noqa: BLE001 - as broken as can be
            return {
                incoming.tag: delivery._failed([(incoming, m)], error)[incoming.tag] for incoming, m in pairs
            }

    with patch.object(Delivery, "_attempt", all_or_nothing):
        yield

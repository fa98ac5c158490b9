"""Witness the audits of others, and keep what others witness of ours."""

from collections.abc import Sequence

from services.intake.storage import audit as rows
from services.intake.storage.audit import Witness
from services.intake.storage.audit_tables import witnessed
from services.intake.usecases.proofs import enclosed, event_in
from shared.database import Transaction
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, Message
from shared.messaging.topology import from_node
from shared.messaging.witness import witness
from shared.schemas.intake import AuditCheckpointMade, AuditCheckpointWitnessed
from shared.schemas.referral import AuditCheckpointKept, AuditCheckpointPassed
from shared.sealing import Letter


def hear_of_audits(tx: Transaction, messages: Sequence[Message]) -> None:
    """Take in what the hub passes on; raises Refused for what is not proven or is not what was said before."""
    for message in messages:
        if isinstance(message.event, AuditCheckpointPassed):
            _witness(tx, message, message.event)
        elif isinstance(message.event, AuditCheckpointKept):
            _keep(tx, message, message.event)


def _witness(tx: Transaction, message: Message, passed: AuditCheckpointPassed) -> None:
    """Keep another's checkpoint for ever, and sign that it is kept."""
    letter = enclosed(message, passed.letter)
    made: AuditCheckpointMade = event_in(letter, AuditCheckpointMade)
    if letter.said.sender != passed.org:
        raise Refused("letter_differs")
    witness(tx, witnessed, passed.org, made, letter)
    said = AuditCheckpointWitnessed(org=passed.org, number=made.number, hash=made.hash)
    subject, readers = f"audit/{passed.org}/{made.number}", (HUB, passed.org)
    tx.outbox.publish_letter(tx, said, to=from_node(tx.outbox.sender), subject=subject, readers=readers)


def _keep(tx: Transaction, message: Message, kept: AuditCheckpointKept) -> None:
    ours = rows.find_checkpoint(tx, kept.number)
    if ours is None:
        raise Refused("checkpoint_unknown")
    if ours.hash != kept.hash:
        raise Refused("checkpoint_differs")
    letter = _word_of_hub(message) if kept.witness == HUB else _word_of_partner(tx, message, kept)
    rows.put_witness(tx, Witness(kept.number, kept.witness, letter.without_private()))


def _word_of_hub(message: Message) -> Letter:
    if message.letter is None:
        raise Refused("letter_missing")
    return message.letter


def _word_of_partner(tx: Transaction, message: Message, kept: AuditCheckpointKept) -> Letter:
    letter = enclosed(message, kept.letter)
    said: AuditCheckpointWitnessed = event_in(letter, AuditCheckpointWitnessed)
    known = (letter.said.sender, said.org, said.number, said.hash)
    if known != (kept.witness, tx.outbox.sender, kept.number, kept.hash):
        raise Refused("letter_differs")
    return letter

"""The hub witnesses the audits of nodes, and carries their checkpoints to the partners whom they ask."""

from services.referral.storage import known_organisations, witnessed
from shared.database import Transaction
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, Message
from shared.messaging.topology import to_node
from shared.messaging.witness import witness
from shared.schemas.intake import AuditCheckpointMade, AuditCheckpointWitnessed
from shared.schemas.referral import AuditCheckpointKept, AuditCheckpointPassed
from shared.sealing import Letter

PARTNERS = 2  #: the most that one checkpoint is passed on to


def take_checkpoint(tx: Transaction, message: Message, event: AuditCheckpointMade) -> None:
    """Keep it, say so in a letter of its own, and pass it on unchanged to the partners that its letter names.

    Raises Refused for one that is not proven, or is not what the node said before.
    """
    letter, org = _letter(message), message.sender
    witness(tx, witnessed, org, event, letter)
    kept = AuditCheckpointKept(number=event.number, hash=event.hash, witness=HUB)
    to, subject = to_node(org), f"audit/{event.number}"
    tx.outbox.publish_letter(tx, kept, to=to, subject=subject, readers=(org,))
    passed = AuditCheckpointPassed(org=org, letter=letter.hash)
    for partner in _partners(tx, letter, org):
        tx.outbox.publish(tx, passed, to=to_node(partner), subject=f"audit/{org}", encloses=[letter])


def pass_word_on(tx: Transaction, message: Message, event: AuditCheckpointWitnessed) -> None:
    """A partner has witnessed a checkpoint: take its letter to the node whose it is. Raises Refused."""
    letter = _letter(message)
    if not known_organisations(tx, [event.org]):
        raise Refused("organisation_unknown")
    kept = AuditCheckpointKept(
        number=event.number, hash=event.hash, witness=message.sender, letter=letter.hash
    )
    to, subject = to_node(event.org), f"audit/{event.number}"
    tx.outbox.publish(tx, kept, to=to, subject=subject, encloses=[letter])


def _letter(message: Message) -> Letter:
    """That says nothing else, so that whoever reads it reads no more than this."""
    if message.letter is None or len(message.letter.said.events) != 1:
        raise Refused("letter_missing")
    return message.letter


def _partners(tx: Transaction, letter: Letter, org: str) -> list[str]:
    asked = [reader for reader in letter.said.readers if reader not in (HUB, org)][:PARTNERS]
    known = known_organisations(tx, asked)
    return [reader for reader in asked if reader in known]

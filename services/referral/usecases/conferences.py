"""Pass letters of a case conference on, from one participant to another. Nothing of it is kept here."""

from services.referral import storage
from shared.database import Transaction
from shared.messaging.errors import Refused
from shared.messaging.message import Message
from shared.messaging.topology import to_node
from shared.schemas.conferences import ConferenceAct, ConferencePassed, ConferenceRefused


def pass_act_on(tx: Transaction, message: Message) -> None:
    """To the organisation that it is for, each time that it is said; a repeated one may have been lost on its way.

    Who takes part is for the nodes to know. Where the network has no such organisation, or it runs version 0.1.0 and
    would park what it does not know, the maker is told. Raises Refused.
    """
    act: ConferenceAct = message.event  # type: ignore[assignment]
    letter = message.letter
    if letter is None or len(letter.said.events) != 1:
        raise Refused("letter_missing")
    subject = f"conference/{act.conference_id}"
    if not _can_hear(tx, act.to_org):
        refused = ConferenceRefused(conference_id=act.conference_id, act_id=act.act_id, to_org=act.to_org)
        tx.outbox.publish(tx, refused, to=to_node(message.sender), subject=subject)
        return
    passed = ConferencePassed(conference_id=act.conference_id, from_org=message.sender, letter=letter.hash)
    tx.outbox.publish(tx, passed, to=to_node(act.to_org), subject=subject, encloses=[letter])


def _can_hear(tx: Transaction, org: str) -> bool:
    return org in storage.known_organisations(tx, {org}) and storage.signs(tx, org)

"""What a party does at its start: it follows the network's file, and says which keys it has if others know others."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import MetaData

from shared.database import Database, Transaction
from shared.messaging.registers import begin_with, kept_register
from shared.schemas.intake import KeysChanged
from shared.sealing import OwnKeys
from shared.sealing.network_file import NetworkFile, NetworkFileUnusable
from shared.sealing.register import ACTIVE, NotFollowed
from shared.sealing.succession import SignedStatement, Standing, Statement, standings

log = structlog.get_logger()


@dataclass(frozen=True)
class Party:
    """Who introduces itself: its tables, name and keys, how it begins, and how it says its keys, if it does."""

    metadata: MetaData
    name: str
    keys: OwnKeys
    begin: Callable[[Transaction, MetaData, NetworkFile], object] = begin_with
    say: Callable[[Transaction, KeysChanged], object] | None = None


def introduce(database: Database, party: Party, network: NetworkFile) -> None:
    """Begin with the network's file, and say our keys where the register names others of ours.

    Saying it again, at each start until the register names them, says the same. Raises NetworkFileUnusable.
    """
    with database.transaction() as tx:
        try:
            party.begin(tx, party.metadata, network)
        except NotFollowed as error:
            raise NetworkFileUnusable(
                f"the network's file does not go on from what this database follows ({error.code}): "
                "ask for a new invitation, and compare its words"
            ) from None
        if party.say and (statement := own_statement(tx, party.metadata, party.keys, party.name)):
            party.say(tx, as_event(statement))


def own_statement(
    tx: Transaction, metadata: MetaData, keys: OwnKeys, party: str, *, leaves: bool = False
) -> SignedStatement | None:
    """What there is to say of our keys: that they are others than the register names, or that we leave."""
    standing = own_standing(tx, metadata, party)
    if standing is None or standing.state != ACTIVE or (standing.keys == keys.public and not leaves):
        return None
    signing = next((key for key in keys.signing if key.public == standing.keys.signing), None)
    if signing is None:
        log.error("keys.not_those_of_the_register", org=party)
        return None
    made = [key.made for key in (keys.sealing[0], keys.signing[0]) if key.made]
    network = kept_register(tx, metadata)[0].register.network  # type: ignore[index]
    said = Statement(
        network=network,
        party=party,
        admitted=standing.entry.admitted,
        number=standing.number + 1,
        keys=keys.public,
        at=max(made, default=tx.at),
        leaves=leaves,
    )
    return said.signed(signing)


def own_standing(tx: Transaction, metadata: MetaData, party: str) -> Standing | None:
    """How a party stands by the register that is followed; None before there is one that names it."""
    kept = kept_register(tx, metadata)
    return standings(kept[0].register, kept[1]).get(party) if kept else None


def as_event(statement: SignedStatement) -> KeysChanged:
    """As it travels to the hub."""
    return KeysChanged(text=statement.text, signature=statement.signature)

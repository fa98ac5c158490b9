"""The network of these tests: one root key, which is here, and the parties that its register names."""

from collections.abc import Mapping
from datetime import datetime

from shared.messaging.registers import to_wire
from shared.schemas.referral import KeyRegister
from shared.sealing import OwnKeys, SigningKey
from shared.sealing.founding import found
from shared.sealing.network_file import NetworkFile

ROOT = SigningKey.generate()


def founded(parties: Mapping[str, OwnKeys], at: datetime) -> NetworkFile:
    """A network of these parties, whose names are their ids."""
    return found("tests", [ROOT], 1, {party: (party, keys.public) for party, keys in parties.items()}, at)


def published(network: NetworkFile) -> KeyRegister:
    """Its register, as the hub publishes it."""
    return to_wire((network.register, []))

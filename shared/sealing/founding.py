"""A network's beginning: its first register, signed by root keys that lie side by side only now."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from shared.sealing.key_file import PublicKeys
from shared.sealing.network_file import NetworkFile
from shared.sealing.register import Register, Roots, SignedRegister
from shared.sealing.signing import SigningKey


def found(
    network: str,
    roots: Sequence[SigningKey],
    threshold: int,
    parties: Mapping[str, tuple[str, PublicKeys]],
    at: datetime,
) -> NetworkFile:
    """A network of that name with these parties in its first register: of each its id, its name and its keys.

    Raises ValueError for a threshold that the roots cannot reach.
    """
    named = Roots(network, tuple(root.public for root in roots), threshold)
    first = Register.first(network)
    for party, (name, keys) in parties.items():
        first = first.admitting(party, name, keys, at)
    signed = SignedRegister(first.write())
    for root in roots:
        signed = signed.signed(root)
    return NetworkFile(named, signed)

"""What keeps practice and real work apart: neither takes the other's names, files or settings."""

import os
from typing import Protocol, TypeVar

from shared.settings import PREFIX, SettingsWrong


class Sending(Protocol):
    """What speaks as somebody."""

    @property
    def sender(self) -> str:
        """The organisation's id, or the hub's."""


Composition = TypeVar("Composition", bound=Sending)

NETWORK = "practice"  #: the network's name, in everything that is signed
ORG_PREFIX = "practice-"  #: begins every organisation's id in it, and in no other network


def no_practice(composition: Composition) -> Composition:
    """Real services do not run as an organisation of a practice network, nor in one; raises SettingsWrong."""
    network = getattr(composition, "network", None)
    if composition.sender.startswith(ORG_PREFIX) or (network and network.roots.network == NETWORK):
        raise SettingsWrong(
            ["this is of a practice network: real work needs an organisation and a network of its own"]
        )
    return composition


def refuse_settings() -> None:
    """A practice network takes no settings, so that it cannot be led to real data; raises SettingsWrong."""
    told = sorted(name for name in os.environ if name.startswith(PREFIX))
    if told:
        raise SettingsWrong(
            [f"{told[0]} is set: practise where nothing of a real node is set up, or unset it"]
        )

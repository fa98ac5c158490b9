"""The network's file: what a party is told of its network once, by people, and begins with. Nothing in it is secret."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared import files
from shared.sealing.register import NotFollowed, Roots, SignedRegister, follow
from shared.sealing.succession import SignedStatement, standings

JOIN = "get it with: throughline network join"


class NetworkFileUnusable(Exception):
    """The file is missing, damaged or not signed by those whom it names; the message says what to do."""


@dataclass(frozen=True)
class NetworkFile:
    """The roots, and a register that enough of them have signed, with what parties have said of their keys since."""

    roots: Roots
    register: SignedRegister
    statements: tuple[SignedStatement, ...] = ()

    def dump(self) -> dict[str, Any]:
        """As JSON."""
        return {
            **self.roots.dump(),
            "register": self.register.dump(),
            "statements": [one.dump() for one in self.statements],
        }

    @classmethod
    def load(cls, told: Mapping[str, Any]) -> "NetworkFile":
        """From that; raises ValueError or KeyError for what is none, NotFollowed for what is not signed."""
        roots = Roots(told["network"], tuple(told["roots"]), told["threshold"])
        register = SignedRegister(told["register"]["text"], told["register"]["signatures"])
        statements = tuple(SignedStatement(**one) for one in told["statements"])
        follow(None, register, roots)
        standings(register.register, statements)
        return cls(roots, register, statements)


def write_network_file(path: Path, network: NetworkFile) -> None:
    """Write the file, or let a newer one take its place in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    files.replace(path, json.dumps(network.dump(), indent=1).encode(), rights=files.PUBLIC)


def read_network_file(path: Path) -> NetworkFile:
    """What the file says; raises NetworkFileUnusable with the remedy."""
    try:
        return NetworkFile.load(json.loads(path.read_text()))
    except OSError as error:
        raise NetworkFileUnusable(f"{path}: {error.strerror}; {JOIN}") from None
    except NotFollowed:
        raise NetworkFileUnusable(f"{path} is not signed by those whom it names; {JOIN}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NetworkFileUnusable(f"{path} is no network's file; {JOIN}") from None

"""What a node's own pages show of the checks: those that make sense in their process, and ask no other machine."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from deploy.composition import WebComposition
from deploy.doctor.check import Node, NotApplicable
from deploy.doctor.node_checks import CHECKS
from shared.database import Database, Transaction

ELSEWHERE = frozenset(
    {
        "settings",
        "secret_files",
        "key_fits",
        "network_file",
        "broker",
        "certificate",
        "public_address",
        "pages_certificate",
        "pages_tls",
        "pages_in_the_clear",
        "pages_room",
        "mail",
        "backup_settings",
    }
)  #: what is set for other processes, was proven when this one started, or waits for an answer from another machine
SERVED = tuple(check for check in CHECKS if check.name not in ELSEWHERE)

Answer = TypeVar("Answer")


class ServedNode(Node):
    """The node as the process of its pages has it open already."""

    def __init__(self, web: WebComposition, database: Database) -> None:
        super().__init__()
        self._web, self._open = web, database

    @cached_property
    def settings(self) -> Any:
        """The pages' own."""
        return self._web.settings

    def asked(self, question: Callable[[Transaction], Answer]) -> Answer:
        """What the database answers; NotApplicable while it does not."""
        _ = self.file
        try:
            with self._open.reading() as tx:
                return question(tx)
        except SQLAlchemyError:
            raise NotApplicable("database comes first") from None


def examine(web: WebComposition, database: Database) -> list[tuple[str, str, str, str]]:
    """Of each check its name, the verdict, what it says, and what to do; nothing of it is personal or secret."""
    node = ServedNode(web, database)
    found = ((check.name, check.of(node)) for check in SERVED)
    return [(name, one.verdict.value, one.says, one.remedy) for name, one in found]

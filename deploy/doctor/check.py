"""What a check is, what it finds, and what it looks at: a node or a hub, opened as far as it can be."""

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from deploy.backup.copies import path_of
from deploy.composition import keys_in, open_database, refuse_misspelt, scribe_of
from deploy.configured import has_not_joined
from services.intake.settings import IntakeSettings, IntakeWebSettings
from shared.clock import now
from shared.database import Database, Transaction
from shared.schema_version import is_newest
from shared.sealing import KeyFileUnusable, OwnKeys
from shared.settings import SettingsWrong, read, variable

UNTOLD = {variable("amqp_url"): "amqp://localhost"}  #: stands for the hub's broker, which joining tells

Answer = TypeVar("Answer")


class Verdict(StrEnum):
    """How it is."""

    WELL = "well"
    WARNING = "warning"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Finding:
    """What was found, and what to do about it; nothing of it is personal or secret."""

    verdict: Verdict
    says: str = ""
    remedy: str = ""


WELL = Finding(Verdict.WELL)


def warning(says: str, remedy: str) -> Finding:
    """It works, and will not for ever."""
    return Finding(Verdict.WARNING, says, remedy)


def failed(says: str, remedy: str) -> Finding:
    """It does not work, or is not safe."""
    return Finding(Verdict.FAILED, says, remedy)


class NotApplicable(Exception):
    """There is nothing to look at: the message says why, or which check comes first."""


@dataclass(frozen=True)
class Check:
    """``look`` finds out; ``mend`` does what is safe about what it found, and is not there where nothing is."""

    name: str
    look: Callable[[Any], Finding]
    mend: Callable[[Any], None] | None = None

    def of(self, machine: "Machine") -> Finding:
        """What it finds now; what it cannot look at is not applicable."""
        try:
            return self.look(machine)
        except NotApplicable as nothing:
            return Finding(Verdict.NOT_APPLICABLE, str(nothing))


class Machine:
    """What a node and a hub have alike: settings and keys. Each part is opened when it is first asked for."""

    reads: ClassVar[tuple[type, ...]]  #: the settings of its processes; the first are what checks look at
    pages: ClassVar[str]  #: the service whose pages people reach

    def __init__(self) -> None:
        self.at = now()

    @cached_property
    def is_to_join(self) -> bool:
        """Whether it has nothing yet of what the hub gives to a node, so that what needs it cannot be looked at."""
        return False

    def must_have_joined(self) -> None:
        """Raises NotApplicable before it has."""
        if self.is_to_join:
            raise NotApplicable("joined comes first")

    def _read(self, settings: type) -> Any:
        return read(settings, os.environ | UNTOLD if self.is_to_join else None)

    @cached_property
    def problems(self) -> list[str]:
        """What is wrong with the settings; nothing, if they can be used."""
        found: list[str] = []
        for settings in self.reads:
            try:
                refuse_misspelt()
                self._read(settings)
            except SettingsWrong as wrong:
                found += wrong.problems
        return list(dict.fromkeys(found))

    @cached_property
    def settings(self) -> Any:
        """Those that are looked at; NotApplicable while they are wrong."""
        if self.problems:
            raise NotApplicable("settings comes first")
        return self._read(self.reads[0])

    @property
    def databases(self) -> dict[str, str]:
        """The address of each service's database."""
        raise NotImplementedError

    @cached_property
    def keys(self) -> OwnKeys:
        """Those of the key file; NotApplicable while it cannot be used."""
        try:
            return keys_in(self.settings.key_file)
        except KeyFileUnusable:
            raise NotApplicable("key_file comes first") from None


class Node(Machine):
    """The node of this process's settings."""

    reads = (IntakeSettings, IntakeWebSettings)
    pages = "intake"

    @cached_property
    def is_to_join(self) -> bool:
        """Whether ``throughline network join`` has made none of the files that it makes."""
        return has_not_joined()

    @property
    def databases(self) -> dict[str, str]:
        """The address of its one database, by the service."""
        return {"intake": self.settings.intake_database_url}

    def database(self) -> "closing[Database]":
        """The node's own, to be closed."""
        scribe = scribe_of("intake", self.settings.org, self.keys)
        return closing(
            open_database("intake", self.settings.intake_database_url, sender=scribe.name, scribe=scribe)
        )

    @property
    def file(self) -> Path | None:
        """That of SQLite; None for another engine, NotApplicable where it is not there: to look would make it."""
        path = path_of(self.settings.intake_database_url)
        if path is not None and not path.is_file():
            raise NotApplicable("database comes first")
        return path

    def asked(self, question: Callable[[Transaction], Answer]) -> Answer:
        """What the database answers; NotApplicable while it is not there, or not of this version."""
        _ = self.file
        try:
            if not is_newest("services.intake", self.settings.intake_database_url):
                raise NotApplicable("migrations comes first")
            with self.database() as database, database.reading() as tx:
                return question(tx)
        except SQLAlchemyError:
            raise NotApplicable("database comes first") from None

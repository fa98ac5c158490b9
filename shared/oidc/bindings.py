"""Which account of the organisation opens whose here: a command or the person says so, no mail address does."""

from sqlalchemy import select

from shared.database import Database, Transaction
from shared.oidc.tables import OidcTables, unbind
from shared.rows import add_new
from shared.sign_ins import sha256


def subject_sha256(issuer: str, subject: str) -> str:
    """What is kept of somebody at a provider. ``subject`` is its ``sub``, which it gives to nobody else."""
    return sha256(f"{issuer}\n{subject}")


class SubjectTaken(Exception):
    """That account of the organisation opens somebody else's account here."""


class Bindings:
    """The bindings of one service."""

    def __init__(self, database: Database, tables: OidcTables) -> None:
        self._database, self._tables = database, tables

    def owner(self, subject: str) -> str | None:
        """Whom the hashed subject opens the account of."""
        c = self._tables.subjects.c
        with self._database.reading() as tx:
            return tx.execute(select(c.username).where(c.subject_sha256 == subject)).scalar_one_or_none()

    def is_bound(self, username: str) -> bool:
        """Whether an account of the organisation opens this one."""
        c = self._tables.subjects.c
        with self._database.reading() as tx:
            return tx.execute(select(c.username).where(c.username == username)).first() is not None

    def bind(self, username: str, subject: str) -> None:
        """The hashed subject opens that account from now on, and what did before no longer; raises SubjectTaken."""
        with self._database.transaction() as tx:
            bind(tx, self._tables, username, subject)


def bind(tx: Transaction, tables: OidcTables, username: str, subject: str) -> None:
    """The same, when the transaction commits."""
    unbind(tx, tables, username)
    row = {"subject_sha256": subject, "username": username, "bound_at": tx.at}
    if not add_new(tx, tables.subjects, [row]):
        raise SubjectTaken

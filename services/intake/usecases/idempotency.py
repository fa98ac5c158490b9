"""The same request twice has one effect and one answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from services.intake.storage import bookkeeping
from services.intake.usecases.checks import checked, text
from shared.database import Answer as Answered
from shared.database import Database, Transaction, Wish, Work

KEY = {"idempotency_key": text(200)}


class KeyReused(Exception):
    """The key stands for another request already."""

    code = "idempotency_key_reused"


@dataclass(frozen=True)
class Answer:
    """What was answered: HTTP's status and the JSON."""

    status: int
    body: Any


class _Within(Database):
    """A database whose transactions are all the one that is open already."""

    def __init__(self, database: Database, tx: Transaction) -> None:
        self.engine, self.clock, self._outbox = database.engine, database.clock, database.outbox
        self.is_sqlite, self._tx = database.is_sqlite, tx

    @contextmanager
    def transaction(self, *, may_be_forgotten: bool = False) -> Iterator[Transaction]:  # noqa: ARG002 - it is part of another
        """The open one, which commits later."""
        yield self._tx

    reading = transaction

    def together(self, do: Work[Wish, Answered]) -> Callable[[Wish], Answered]:
        """Alone: the transaction is somebody's own."""
        return lambda wish: _raised(do(self._tx, [wish])[0])


def within(database: Database, tx: Transaction) -> Database:
    """The database for use cases that are to be part of the transaction that is open."""
    return _Within(database, tx)


def _raised(outcome: Answered | Exception) -> Answered:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def remembered(database: Database, username: str, key: str, body_sha256: str) -> Answer | None:
    """What was answered to this request before; raises KeyReused when it was another request."""
    with database.reading() as tx:
        return _remembered(tx, username, key, body_sha256)


def _remembered(tx: Transaction, username: str, key: str, body_sha256: str) -> Answer | None:
    if not bookkeeping.is_claimed(tx, username, key):
        return None
    found = bookkeeping.find_answer(tx, username, key, body_sha256)
    if found is None:
        raise KeyReused
    return Answer(found.status, found.answer)


def answer_once(
    database: Database, username: str, key: str, body_sha256: str, do: Callable[[Database], Answer]
) -> Answer:
    """Do it and remember the answer in the same commit, or give the answer that is remembered.

    ``do`` is given the database to call its use case with; what it raises undoes everything, also the key.
    Two requests with one key wait for each other. Raises KeyReused, or Invalid for what is no key.
    """
    checked({"idempotency_key": key}, KEY, needed=KEY)
    with database.transaction() as tx:
        if not bookkeeping.claim_key(tx, username, key, body_sha256):
            found = _remembered(tx, username, key, body_sha256)
            if found is not None:
                return found
        answer = do(_Within(database, tx))
        bookkeeping.set_answer(tx, username, key, status=answer.status, answer=answer.body)
        return answer

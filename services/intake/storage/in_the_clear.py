"""What version 0.1.0 wrote in the clear: sealed some rows at a time, each once, whoever is killed in between."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, null, or_, select, text, update
from sqlalchemy.exc import OperationalError

from services.intake.storage import cells
from services.intake.storage.bookkeeping import BODY
from services.intake.storage.staff import NOT_IN_THE_CLEAR
from services.intake.storage.tables import idempotency_keys, moves, people, referrals, staff, storage_keys
from shared.database import Database, Transaction
from shared.rows import change

AT_ONCE = 200  #: rows
LOCK = 7_265_102  #: PostgreSQL's advisory lock of those who seal what is in the clear; any number will do
REWRITING = 30.0  #: seconds to wait for others to let go of SQLite's file, or of a table
TABLES = (people, referrals, moves, idempotency_keys, staff)  #: in which something may have been in the clear

EMPTY_PERSON = dict.fromkeys(cells.PERSONAL) | {"languages": (), "search_key": ""}
Rows = Sequence[Mapping[Any, Any]]
Seal = Callable[[Transaction], int]


def _find(tx: Transaction, query: Any) -> Rows:
    if not tx.is_sqlite:
        tx.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    return tx.execute(query.limit(AT_ONCE)).mappings().all()


def _write(tx: Transaction, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    change(tx, table, rows)
    if rows:
        tx.execute(update(storage_keys).values(rewritten_at=None))
    return len(rows)


def _seal_people(tx: Transaction) -> int:
    found = _find(tx, select(people).where(people.c.search_key != ""))
    sealed = [{"id": row["id"]} | EMPTY_PERSON | cells.of_person(tx.at_rest, row["id"], row) for row in found]
    return _write(tx, people, sealed)


def _seal_referrals(tx: Transaction) -> int:
    c = referrals.c
    query = select(c.id, c.direction, c.content).where(or_(_is_there(c.content), _is_there(c.reference)))
    found = [tuple(row.values()) for row in _find(tx, query)]
    empty = {"content": None, "reference": None}
    sealed = [
        {"id": id_} | empty | cells.of_content(tx.at_rest, id_, direction, content)
        for id_, direction, content in found
    ]
    return _write(tx, referrals, sealed)


def _is_there(column: Any) -> ColumnElement[bool]:
    is_there: ColumnElement[bool] = column.is_not(null())
    return is_there


def _seal_said(tx: Transaction) -> int:
    c = moves.c
    said = [c[name] for name in cells.SAID]
    of = (referrals.c.data_key, referrals.c.direction)
    query = select(c.referral_id, c.move_id, *said, *of).join(referrals)
    found = _find(tx, query.where(or_(*map(_is_there, said))))
    data_keys = {row["referral_id"]: row["data_key"] for row in found}
    without = {row["referral_id"]: row["direction"] for row in found if row["data_key"] is None}
    new = {id_: cells.of_content(tx.at_rest, id_, way, None)["data_key"] for id_, way in without.items()}
    change(tx, referrals, [{"id": id_, "data_key": data_key} for id_, data_key in new.items()])
    return _write(tx, moves, [_said_row(tx, row, data_keys | new) for row in found])


def _said_row(tx: Transaction, row: Mapping[Any, Any], data_keys: Mapping[Any, bytes]) -> dict[str, Any]:
    id_ = row["referral_id"]
    sealed = cells.of_said(tx.at_rest, data_keys[id_], id_, row)
    empty = dict.fromkeys(cells.SAID)
    return {"referral_id": id_, "move_id": row["move_id"], "sealed": sealed} | empty


def _seal_answers(tx: Transaction) -> int:
    c = idempotency_keys.c
    found = _find(tx, select(idempotency_keys).where(_is_there(c.status), c.sealed.is_(None)))
    return _write(tx, idempotency_keys, [_answer_row(tx, row) for row in found])


def _answer_row(tx: Transaction, row: Mapping[Any, Any]) -> dict[str, Any]:
    named = {"username": row["username"], "key": row["key"]}
    sealed = cells.of_answer(tx.at_rest, row["username"], row["key"], row["answer"])
    blind = tx.at_rest.blind(BODY, row["body_sha256"]).hex()
    return named | {"body_sha256": blind, "answer": None, "sealed": sealed}


def _seal_staff(tx: Transaction) -> int:
    found = _find(tx, select(staff).where(staff.c.sealed.is_(None)))
    return _write(tx, staff, [_member_row(tx, row) for row in found])


def _member_row(tx: Transaction, row: Mapping[Any, Any]) -> dict[str, Any]:
    sealed = cells.of_member(tx.at_rest, row["username"], row)
    return {"username": row["username"], "sealed": sealed} | NOT_IN_THE_CLEAR


STEPS: tuple[Seal, ...] = (_seal_people, _seal_referrals, _seal_said, _seal_answers, _seal_staff)


def is_rewritten(tx: Transaction) -> bool:
    """Whether the whole database was written anew since something in it was sealed last."""
    waits = select(storage_keys.c.id).where(storage_keys.c.rewritten_at.is_(None))
    return tx.execute(waits.limit(1)).first() is None


def set_rewritten(tx: Transaction) -> None:
    """It was."""
    tx.execute(update(storage_keys).values(rewritten_at=tx.at))


def rewrite(database: Database) -> bool:
    """Write anew where something was in the clear, so that the engine leaves nothing of it behind.

    Says whether; not while others hold on to it, or where the disk has no room for a second one.
    """
    do = _rewrite_file if database.is_sqlite else _rewrite_tables
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # what is set on it is nobody else's
        try:
            return do(connection)
        except OperationalError:
            return False


def _rewrite_file(connection: Connection) -> bool:
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {REWRITING * 1000:.0f}")
    connection.exec_driver_sql("VACUUM")
    return bool(connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0] == 0)


def _rewrite_tables(connection: Connection) -> bool:
    connection.exec_driver_sql(f"SET lock_timeout = {REWRITING * 1000:.0f}")
    for table in TABLES:
        connection.exec_driver_sql(f"VACUUM FULL {table.name}")
    return True

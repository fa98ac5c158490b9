"""Stored referrals by the million: real ones, and copies of their rows under new ids in every database."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import create_engine, inspect, text

from bench.measures.moments import burst
from bench.ours import OurSide
from shared.testing.private_postgres import execute

SEEDS = 50  #: real referrals, that all others are copies of
MADE_BEFORE = 24 * 3600  #: seconds by which the copies' ids are older than now


@dataclass(frozen=True)
class _Copied:
    """A table whose rows are copied, its columns that hold ids, and the one that says when a row came to be."""

    table: str
    ids: tuple[str, ...]
    since: str


_INBOX = _Copied("inbox", ("message_id",), since="heard_at")
_MOVES = ("referral_id", "move_id")
_NODE = [_Copied("referrals", ("id",), since="sent_at"), _Copied("moves", _MOVES, since="made_at"), _INBOX]
_HUB = {
    "referral": [
        _Copied("referrals", ("id",), since="taken_at"),
        _Copied("moves", _MOVES, since="recorded_at"),
        _INBOX,
    ],
    "notifications": [_INBOX],
    "reporting": [_Copied("referrals", ("referral_id",), since="sent_at"), _INBOX],
}

#: An old UUIDv7 that follows from the one that is copied and from the copy's number: the same in every table, in
#: order of time, as real ones are.
_NEW_ID = "(lpad(to_hex(:first + n), 12, '0') || substr(md5({0}::text || '-' || n), 13))::uuid"


def store(side: OurSide, referrals: int) -> None:
    """Store so many, a multiple of 50. The outbox is not copied: where there is a receiver nothing stays in it."""
    begun = time.time()
    burst(side, SEEDS)
    side.hush()
    copies = referrals // SEEDS - 1
    tables = {side.plan.nodes[0].database_url: _NODE}
    tables |= {url: _HUB[name] for name, url in side.plan.databases.items()}
    for url, copied in tables.items():
        _copy(url, copied, {"first": int((begun - MADE_BEFORE) * 1_000), "copies": copies, "since": begun})
        execute(url, "VACUUM ANALYZE")
        execute(url, "CHECKPOINT")
    side.sent += SEEDS * copies


def _copy(url: str, tables: Sequence[_Copied], told: Mapping[str, float]) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for copied in tables:
            columns = [column["name"] for column in inspect(connection).get_columns(copied.table)]
            connection.execute(text(_statement(copied, columns)), told)
    engine.dispose()


def _statement(copied: _Copied, columns: Sequence[str]) -> str:
    """INSERT each row so often, in the order of its new id."""
    values = [_NEW_ID.format(name) if name in copied.ids else name for name in columns]
    return (
        f"INSERT INTO {copied.table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {copied.table}, "  # noqa: S608 - our own words
        f"generate_series(1, CAST(:copies AS bigint)) AS n WHERE {copied.since} >= to_timestamp(:since) ORDER BY n"
    )

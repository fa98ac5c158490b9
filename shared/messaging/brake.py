"""How often a party is answered that only tries its link: a few times a minute, however often it asks."""

from datetime import timedelta

import structlog
from sqlalchemy import Column, Integer, MetaData, String, Table, select, update

from shared.database import Moment, Transaction
from shared.rows import add_new

AT_MOST = 10  #: round trips from one party to another
WITHIN = timedelta(minutes=1)

log = structlog.get_logger()


def add_brake_table(metadata: MetaData) -> Table:
    """Define it in the service's own metadata: how many of each party's to each other were taken, and since when."""
    return Table(
        "round_trips_taken",
        metadata,
        Column("org", String(31), primary_key=True),
        Column("to_org", String(31), primary_key=True),
        Column("since", Moment, nullable=False),
        Column("number", Integer, nullable=False),
    )


def may_pass(tx: Transaction, table: Table, org: str, *, to: str) -> bool:
    """Whether one more of that party's to that other is taken; counts it. What is too much is logged once a minute."""
    mine = (table.c.org == org) & (table.c.to_org == to)
    add_new(tx, table, [{"org": org, "to_org": to, "since": tx.at, "number": 0}])
    row = tx.execute(select(table).where(mine).with_for_update()).one()
    if not row.since <= tx.at < row.since + WITHIN:
        tx.execute(update(table).where(mine).values(since=tx.at, number=1))
        return True
    if row.number > AT_MOST:
        return False
    tx.execute(update(table).where(mine).values(number=row.number + 1))
    if row.number == AT_MOST:
        log.warning("round_trip.too_often", org=org)
    return bool(row.number < AT_MOST)

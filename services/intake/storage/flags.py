"""Indexes of the few rows whose flag is set."""

from collections.abc import Sequence

from sqlalchemy import Index, text


def flagged(table: str, flag: str, order: Sequence[str] = ("id",)) -> Index:
    """To stand among the columns of that table: the rows lie in the order in which they are shown."""
    return Index(f"ix_{table}_{flag}", *order, sqlite_where=text(f"{flag} = 1"), postgresql_where=text(flag))

"""Indexes of the few rows whose flag is set, or that have a value at all."""

from collections.abc import Sequence

from sqlalchemy import Index, text


def flagged(table: str, flag: str, order: Sequence[str] = ("id",)) -> Index:
    """To stand among the columns of that table: the rows lie in the order in which they are shown."""
    return Index(f"ix_{table}_{flag}", *order, sqlite_where=text(f"{flag} = 1"), postgresql_where=text(flag))


def filled(table: str, column: str) -> Index:
    """To stand among the columns of that table: rows without a value cost it nothing."""
    some = text(f"{column} IS NOT NULL")
    return Index(f"ix_{table}_{column}", column, sqlite_where=some, postgresql_where=some)

"""Indexes of the few rows whose flag is set."""

from sqlalchemy import Index, text


def flagged(table: str, flag: str) -> Index:
    """To stand among the columns of that table."""
    return Index(f"ix_{table}_{flag}", "id", sqlite_where=text(f"{flag} = 1"), postgresql_where=text(flag))

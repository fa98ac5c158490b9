"""What is counted of a case, as it lies in the cell of its row: published codes, sealed with the storage key itself."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
import structlog

from shared.at_rest import StorageKeys, Unreadable, place

log = structlog.get_logger()


def of_case(keys: StorageKeys, id_: UUID, published: Mapping[str, Any]) -> bytes:
    """The cell of what is counted of a case; it outlives the person's data key."""
    return keys.seal(orjson.dumps(published), place("cases.counted", id_))


def case_counted_in(keys: StorageKeys, id_: UUID, cell: bytes | None) -> dict[str, Any]:
    """The published codes by which a case is counted; a cell that cannot be opened counts as unknown."""
    if cell is None:
        return {}
    try:
        found: dict[str, Any] = orjson.loads(keys.open(cell, place("cases.counted", id_)))
    except Unreadable:
        _tell_unreadable("cases", id_)
        return {}
    return found


def _tell_unreadable(table: str, id_: UUID) -> None:
    log.error("at_rest.unreadable", kind=table, row=str(id_))

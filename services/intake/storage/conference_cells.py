"""What was said in a conference, as it lies in cells: sealed with the conference's own data key, and gone with it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
import structlog

from shared.at_rest import StorageKeys, Unreadable, place

log = structlog.get_logger()


def new_key(keys: StorageKeys, conference_id: UUID) -> bytes:
    """The cell of a new conference's data key."""
    return keys.new_data_key(_place(conference_id))[1]


def of_act(
    keys: StorageKeys, data_key: bytes, ids: tuple[UUID, UUID], content: Mapping[str, Any]
) -> bytes | None:
    """The cell of an act, of the conference's and its own id; None for one that says nothing."""
    if not content:
        return None
    key = keys.data_key(data_key, _place(ids[0]))
    return key.seal(orjson.dumps(dict(content)), place("conference_acts.sealed", *ids))


def act_in(
    keys: StorageKeys, data_key: bytes | None, ids: tuple[UUID, UUID], cell: bytes | None
) -> dict[str, Any]:
    """What an act says; nothing where it says nothing, is erased, or cannot be opened."""
    if data_key is None or cell is None:
        return {}
    try:
        key = keys.data_key(data_key, _place(ids[0]))
        found: dict[str, Any] = orjson.loads(key.open(cell, place("conference_acts.sealed", *ids)))
    except Unreadable:
        _tell_unreadable(ids[1])
        return {}
    return found


def _tell_unreadable(act_id: UUID) -> None:
    log.error("at_rest.unreadable", kind="conference_acts", row=str(act_id))


def _place(conference_id: UUID) -> bytes:
    return place("conferences.data_key", conference_id)

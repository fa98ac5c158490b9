"""What is personal in the node's rows: sealed into cells on its way in, opened on its way out. Nobody else knows cells.

A person has a data key, and so has each referral, for its content and for what is said with its moves. What is counted
of a person, remembered answers, and what staff are called are sealed with the storage key itself: the first outlives
the person's data key.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson
import structlog

from services.intake.domain import Direction, Person, folded
from shared.at_rest import StorageKeys, Unreadable, place
from shared.schemas.codes import published_age_band

ERASED, UNREADABLE = "erased", "unreadable"
PERSONAL = (
    "alias",
    "given_name",
    "family_name",
    "birth_date",
    "age_band",
    "gender",
    "citizenship",
    "languages",
    "phone",
    "address",
)  #: of a person
OF_STAFF = ("display_name", "email")  #: of somebody who works here
SAID = ("note", "outcome", "scheduled_for")  #: of a move
COUNTED = ("gender", "age_band", "citizenship")  #: of a person; the age band as it is published
NO_PERSON = dict.fromkeys(
    ("data_key", "sealed", "alias_index", "phone_index")
)  #: of whom the data key is gone
NO_CONTENT = dict.fromkeys(("data_key", "sealed", "reference_index"))  #: of a referral
DIGITS = 5  #: the least of a telephone number that is looked for

log = structlog.get_logger()


def of_person(keys: StorageKeys, id_: UUID, values: Mapping[str, Any]) -> dict[str, Any]:
    """The cells of a person's row, with a new data key."""
    key, data_key = keys.new_data_key(place("people.data_key", id_))
    age_band = values.get("age_band")
    counted = _known(values, COUNTED) | ({"age_band": published_age_band(age_band)} if age_band else {})
    return {
        "data_key": data_key,
        "sealed": key.seal(orjson.dumps(_known(values, PERSONAL)), place("people.sealed", id_)),
        "counted": keys.seal(orjson.dumps(counted), place("people.counted", id_)),
        "alias_index": _first(keys, alias_of(values.get("alias"))),
        "phone_index": _first(keys, phone_of(values.get("phone"))),
    }


def _known(values: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name in names if (value := values.get(name)) not in (None, (), [])}


def alias_of(typed: str | None) -> tuple[str, str] | None:
    """The alias as it stands in the index, whatever the case and the blanks in which it is typed."""
    words = " ".join(folded(typed or "").split())
    return ("alias", words) if words else None


def reference_of(typed: str | None) -> tuple[str, str] | None:
    """The reference that came with a referral as it stands in the index."""
    words = " ".join(folded(typed or "").split())
    return ("reference", words) if words else None


def phone_of(typed: str | None) -> tuple[str, str] | None:
    """The telephone number as it stands in the index: its digits."""
    digits = "".join(letter for letter in folded(typed or "") if letter.isdecimal())
    return ("phone", digits) if len(digits) >= DIGITS else None


def _first(keys: StorageKeys, indexed: tuple[str, str] | None) -> bytes | None:
    return keys.blind(*indexed) if indexed else None


def person_in(keys: StorageKeys, row: Mapping[Any, Any], c: Any) -> Person:
    """The person of a row, whose columns are those of ``c``; ``missing`` says why there is nothing."""
    id_ = row[c.id]
    said, missing = _opened(keys, "people", row[c.data_key], row[c.sealed], id_)
    if missing == ERASED and not row[c.erased_at]:
        missing = UNREADABLE  # a key that was taken away is no erasure
    known = {name: said[name] for name in PERSONAL if name in said}
    typed = {"birth_date": date.fromisoformat(said["birth_date"])} if "birth_date" in said else {}
    languages = {"languages": tuple(said.get("languages", ()))}
    return Person(id_, row[c.created_at], row[c.created_by], **known | typed | languages, missing=missing)


def _opened(
    keys: StorageKeys, table: str, data_key: bytes | None, cell: bytes | None, id_: UUID, *part: UUID
) -> tuple[dict[str, Any], str | None]:
    """What the cell holds and None, or nothing and why."""
    if data_key is None or cell is None:
        return {}, ERASED
    owner = "referrals" if part else table
    try:
        key = keys.data_key(data_key, place(f"{owner}.data_key", id_))
        found: dict[str, Any] = orjson.loads(key.open(cell, place(f"{table}.sealed", id_, *part)))
    except Unreadable:
        _tell_unreadable(table, id_)
        return {}, UNREADABLE
    return found, None


def _tell_unreadable(table: str, id_: UUID | str) -> None:
    log.error("at_rest.unreadable", kind=table, row=str(id_))


def counted_in(keys: StorageKeys, id_: UUID, cell: bytes | None) -> dict[str, str]:
    """The codes by which a person is counted; a cell that cannot be opened counts as unknown."""
    if cell is None:
        return {}
    try:
        found: dict[str, str] = orjson.loads(keys.open(cell, place("people.counted", id_)))
    except Unreadable:
        _tell_unreadable("people", id_)
        return {}
    return found


def of_content(
    keys: StorageKeys, referral_id: UUID, direction: str, content: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The cells of a referral's row, with a new data key, also where nothing came with the referral.

    One that came is found by its reference; those that we sent, by their case.
    """
    key, data_key = keys.new_data_key(place("referrals.data_key", referral_id))
    where = place("referrals.sealed", referral_id)
    sealed = None if content is None else key.seal(orjson.dumps(content), where)
    came = content if content and direction == Direction.IN else {}
    index = _first(keys, reference_of(came.get("case_reference")))
    return {"data_key": data_key, "sealed": sealed, "reference_index": index}


def content_in(keys: StorageKeys, row: Mapping[Any, Any]) -> tuple[dict[str, Any] | None, str | None]:
    """What left or came with the referral of that row; None and why where it is not there."""
    content, missing = _opened(keys, "referrals", row["data_key"], row["sealed"], row["id"])
    return (None, missing) if missing else (content, None)


def of_said(
    keys: StorageKeys, data_key: bytes | None, referral_id: UUID, line: Mapping[str, Any]
) -> bytes | None:
    """The cell of what is said with a move. Nothing is kept where the referral's own data key is gone."""
    said = _known(line, SAID)
    if not said or data_key is None:
        return None
    try:
        key = keys.data_key(data_key, place("referrals.data_key", referral_id))
    except Unreadable:
        _tell_unreadable("referrals", referral_id)
        return None
    return key.seal(orjson.dumps(said), place("moves.sealed", referral_id, line["move_id"]))


def said_in(keys: StorageKeys, row: Mapping[Any, Any]) -> dict[str, Any]:
    """What was said with the move of that row; ``unreadable`` where that cannot be told."""
    if row["sealed"] is None:
        return {}
    ids = row["referral_id"], row["move_id"]
    said, missing = _opened(keys, "moves", row["data_key"], row["sealed"], *ids)
    if missing:
        return {"unreadable": "at_rest"} if missing == UNREADABLE else {}
    at = said.get("scheduled_for")
    return _known(said, SAID) | ({"scheduled_for": datetime.fromisoformat(at).astimezone(UTC)} if at else {})


def of_sheet(
    keys: StorageKeys, data_key: bytes | None, person_id: UUID, id_: UUID, content: Mapping[str, Any]
) -> bytes | None:
    """The cell of a sheet of the person's file. Nothing is kept where the person's data key is gone."""
    if data_key is None:
        return None
    key = keys.data_key(data_key, place("people.data_key", person_id))
    return key.seal(orjson.dumps(dict(content)), place("sheets.sealed", person_id, id_))


def sheet_in(keys: StorageKeys, row: Mapping[Any, Any]) -> tuple[dict[str, Any], str | None]:
    """What stands on the sheet of that row, which has the ``data_key`` of its person; or nothing and why."""
    if row["data_key"] is None or row["sealed"] is None:
        return {}, ERASED
    try:
        key = keys.data_key(row["data_key"], place("people.data_key", row["person_id"]))
        where = place("sheets.sealed", row["person_id"], row["id"])
        found: dict[str, Any] = orjson.loads(key.open(row["sealed"], where))
    except Unreadable:
        _tell_unreadable("sheets", row["id"])
        return {}, UNREADABLE
    return found, None


def of_attachment(
    keys: StorageKeys, data_key: bytes, ids: tuple[UUID, UUID], known: Mapping[str, Any], content: bytes
) -> dict[str, bytes]:
    """The cells of a file, of the person's and the file's own id: what is known of it, and its bytes."""
    key = keys.data_key(data_key, place("people.data_key", ids[0]))
    return {
        "sealed": key.seal(orjson.dumps(dict(known)), place("attachments.sealed", *ids)),
        "content": key.seal(content, place("attachments.content", *ids)),
    }


def attachment_in(keys: StorageKeys, row: Mapping[Any, Any]) -> tuple[dict[str, Any], str | None]:
    """What is known of the file of that row, which has the ``data_key`` of its person; or nothing and why."""
    if row["data_key"] is None or row["sealed"] is None:
        return {}, ERASED
    try:
        found: dict[str, Any] = orjson.loads(_opened_file(keys, row, "sealed"))
    except Unreadable:
        _tell_unreadable("attachments", row["id"])
        return {}, UNREADABLE
    return found, None


def _opened_file(keys: StorageKeys, row: Mapping[Any, Any], cell: str) -> bytes:
    key = keys.data_key(row["data_key"], place("people.data_key", row["person_id"]))
    return key.open(row[cell], place(f"attachments.{cell}", row["person_id"], row["id"]))


def bytes_in(keys: StorageKeys, row: Mapping[Any, Any], size: int) -> bytes | None:
    """The file's bytes, ``size`` as it was sealed with them; None where they cannot be opened."""
    try:
        return _opened_file(keys, row, "content")[:size]
    except Unreadable:
        _tell_unreadable("attachments", row["id"])
        return None


def of_answer(keys: StorageKeys, username: str, key: str, answer: Any) -> bytes:
    """The cell of an answer that is remembered."""
    return keys.seal(orjson.dumps(answer), place("idempotency_keys.sealed", username, key))


def answer_in(keys: StorageKeys, username: str, key: str, cell: bytes) -> Any:
    """The answer that is remembered; raises Unreadable."""
    return orjson.loads(keys.open(cell, place("idempotency_keys.sealed", username, key)))


def of_member(keys: StorageKeys, username: str, known: Mapping[str, Any]) -> bytes:
    """The cell of what is known of a member of staff."""
    return keys.seal(orjson.dumps(_known(known, OF_STAFF)), place("staff.sealed", username))


def member_in(keys: StorageKeys, username: str, cell: bytes) -> dict[str, Any]:
    """What is known of them; nothing but their user name where that cannot be told."""
    try:
        found: dict[str, Any] = orjson.loads(keys.open(cell, place("staff.sealed", username)))
    except Unreadable:
        _tell_unreadable("staff", username)
        found = {"display_name": username}
    return dict.fromkeys(OF_STAFF) | found


def of_words(keys: StorageKeys, table: str, id_: UUID, words: Mapping[str, str | None]) -> bytes:
    """The cell of what staff wrote about a record, such as why it is held: in its row's ``sealed``."""
    known = {name: written for name, written in words.items() if written}
    return keys.seal(orjson.dumps(known), place(f"{table}.sealed", id_))


def words_in(keys: StorageKeys, table: str, id_: UUID, cell: bytes | None) -> dict[str, str]:
    """What they wrote; nothing where it is gone, or cannot be opened."""
    if cell is None:
        return {}
    try:
        found: dict[str, str] = orjson.loads(keys.open(cell, place(f"{table}.sealed", id_)))
    except Unreadable:
        _tell_unreadable(table, id_)
        return {}
    return found


def of_document(keys: StorageKeys, import_id: UUID, document: Mapping[str, Any]) -> dict[str, bytes]:
    """The cells of what came from another system and lies here as it came, with a data key of its own."""
    key, data_key = keys.new_data_key(place("imports.data_key", import_id))
    return {
        "data_key": data_key,
        "sealed": key.seal(orjson.dumps(document), place("imports.sealed", import_id)),
    }


def document_in(keys: StorageKeys, row: Mapping[Any, Any]) -> dict[str, Any]:
    """What came; nothing where it is erased, or cannot be opened."""
    return _opened(keys, "imports", row["data_key"], row["sealed"], row["id"])[0]

"""What lies in an outbox, for tests: the events, whoever has signed them."""

import orjson

from shared.messaging.drafts import split
from shared.messaging.packing import unpacked
from shared.sealing import Letter, letters_in


def events_in(body: bytes, *, sender: str | None = None) -> list[bytes]:
    """The events that a row's sender says, each as one JSON object; of letters only the ``sender``'s own, if named."""
    events, letters = split(body)
    if events:
        return [event for _, event in unpacked(events, None)]
    said = [letter.said for letter in letters_in(letters)]
    return [orjson.dumps(event) for one in said if sender in (None, one.sender) for event in one.events]


def letters_beside(body: bytes) -> dict[str, Letter]:
    """The letters of a row, by their hashes."""
    _, letters = split(body)
    return {letter.hash: letter for letter in letters_in(letters)} if letters else {}

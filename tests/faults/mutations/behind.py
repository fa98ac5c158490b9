"""Rightly signed nonsense: events of the contract that were changed, then signed and sealed with valid keys."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import MetaData

from shared import schemas
from shared.clock import now
from shared.messaging.errors import Refused, Unready
from shared.messaging.keybook import KeyBook, add_key_table
from shared.messaging.message import HUB, Incoming, Message, encode, open_message
from shared.messaging.scribe import Scribe
from shared.sealing import Letter, enclose, framed
from shared.sealing.letter import MEANT_AS
from shared.sealing.tests.mutations import KEYS, READER, changed

NODE = "harbour-house"
NASTY: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 1e308, 2**31, 2**53 + 1, -(2**63), 2**64 - 1),
    *("", " ", "\0", "\u202e", "x" * 5_000, "NaN", "2026-02-30T00:00:00+00:00", "9999-12-31T23:59:59-12:00"),
    *("00000000-0000-0000-0000-000000000000", [], {}, [[]], {"": {}}, [None] * 500, {"$gt": ""}),
)
EXAMPLES = [
    orjson.loads(file.read_bytes())
    for file in sorted((Path(schemas.__file__).parent / "examples").rglob("*.json"))
]


class Believing:
    """Trusts whatever was signed with the one key that there is: the signature is not what is tried here."""

    def believe(self, letter: Letter) -> None:
        """Raises Refused for another's."""
        if not letter.is_by(KEYS.public.signing):
            raise Refused("signature")

    def must_sign(self, sender: str) -> bool:
        """Everybody."""
        return bool(sender)


def _reader() -> Scribe:
    metadata = MetaData()
    add_key_table(metadata)
    return Scribe(READER, KEYS, KeyBook(READER, metadata.tables["keys"]))


SCRIBE, TRUST = _reader(), Believing()


def nonsense(times: int, *, seed: int) -> Iterator[bytes]:
    """Texts of letters: one value is another, is missing, or is one too many; or bytes are changed."""
    dice = random.Random(seed)  # noqa: S311 - so that a failure can be had again
    for number in range(times):
        text = _letter(EXAMPLES[number % len(EXAMPLES)])
        if dice.random() < 0.2:
            yield from changed(orjson.dumps(text), 1, dice)
        else:
            _spoil(text, dice)
            yield orjson.dumps(text)


def _letter(example: dict[str, Any]) -> dict[str, Any]:
    event = orjson.loads(orjson.dumps(example)) | {"source": f"/{NODE}"}
    return {"v": 2, "from": NODE, "to": [READER], "key": KEYS.signing[0].id, "events": [event]}


def _spoil(text: dict[str, Any], dice: random.Random) -> None:
    places = list(_places(text))
    for holder, name in dice.sample(places, min(len(places), dice.choice((1, 1, 1, 2, 3)))):
        nasty = dice.choice(NASTY)
        if isinstance(holder, dict) and dice.random() < 0.2:
            holder.pop(name, None)
        elif isinstance(holder, dict) and dice.random() < 0.1:
            holder[f"{name}x"] = nasty
        elif isinstance(holder, dict) or name < len(holder):
            holder[name] = nasty


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every value in it, by what holds it and where."""
    for name in (
        list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    ):
        yield value, name
        yield from _places(value[name])


def ends(text: bytes) -> list[str]:
    """What becomes of such a letter, signed and sealed: the code of its refusal, or ``taken``.

    Whatever else is raised stands for itself: it would have been an error in a service.
    """
    letter = Letter(text, KEYS.signing[0].sign(text, meant_as=MEANT_AS))
    body = enclose(framed([letter]), reader=READER, key=KEYS.sealing[0].public)
    arrived = Incoming(None, f"from.{NODE}.intake.x", body, tag=1)
    return [_end(one) for one in SCRIBE.opened(arrived)]


def _end(incoming: Incoming) -> str:
    try:
        message = open_message(incoming, TRUST)
    except (Refused, Unready) as refused:
        return refused.code
    require_sound(message)
    return "taken"


def require_sound(message: Message) -> None:
    """What is taken can be said again, and is then the same."""
    event = message.event
    again = orjson.loads(encode(event, id=message.id, sender=HUB, subject="", at=_AT))
    assert type(event).load(again["data"]) == event


_AT = now()

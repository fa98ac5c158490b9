"""The kinds of field that the directory takes, and what is said of a value that is not of its kind."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pycountry
from marshmallow import fields

from services.referral.hsds.rows import CANONICAL_UUID

MAX_TEXT = 10_000
WHOLE_NUMBER = re.compile(r"([0-9]{1,7})(\.0+)?", re.ASCII)
MISSING: dict[str, Any] = {"required": "The field is missing."}


class Id(fields.Field[UUID]):
    """A UUID in its usual form, the only one HSDS uses."""

    default_error_messages = MISSING | {"invalid": "This is not a UUID."}

    def _deserialize(self, value: object, *_: object, **__: object) -> UUID:
        if isinstance(value, str) and CANONICAL_UUID.fullmatch(value):
            return UUID(value)
        raise self.make_error("invalid")


class Text(fields.String):
    """Text, kept exactly as it is: what starts like a formula or a tag is harmless until somebody runs it."""

    default_error_messages = MISSING | {
        "invalid": "This must be text.",
        "long": f"This is longer than {MAX_TEXT} characters.",
        "unstorable": "This holds a character that no text can have (NUL or half of a pair).",
    }

    def _deserialize(
        self, value: object, attr: str | None, data: Mapping[str, Any] | None, **_: object
    ) -> str:
        text = super()._deserialize(value, attr, data)
        if len(text) > MAX_TEXT:
            raise self.make_error("long")
        if re.search("[\0\ud800-\udfff]", text):
            raise self.make_error("unstorable")
        return text


class Whole(fields.Field[int]):
    """A whole number from 0 to `most`, as a JSON number or as the text of a CSV cell."""

    default_error_messages = MISSING | {"invalid": "This must be a whole number from 0 to {most}."}

    def __init__(self, most: int, *, required: bool = False) -> None:
        """Take numbers up to and including `most`."""
        super().__init__(required=required)
        self._most = most

    def _deserialize(self, value: object, *_: object, **__: object) -> int:
        digits = WHOLE_NUMBER.fullmatch(str(value))
        if digits and int(digits[1]) <= self._most:
            return int(digits[1])
        raise self.make_error("invalid", most=self._most)


class Language(fields.Field[str]):
    """An ISO 639-1 or 639-3 code, read as ISO 639-3; the codes for unknown and several are refused."""

    default_error_messages = MISSING | {"invalid": "This is not a language code of ISO 639-1 or ISO 639-3."}

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        code = value if isinstance(value, str) else ""
        language = pycountry.languages.get(alpha_2=code) or pycountry.languages.get(alpha_3=code)
        if language is None or language.scope == "S":
            raise self.make_error("invalid")
        return str(language.alpha_3)


class Moment(fields.AwareDateTime):
    """A date and time with its time zone: without one it is no moment."""

    default_error_messages = MISSING | dict.fromkeys(
        ("invalid", "invalid_awareness", "format"), "This must be a date and time with its time zone."
    )

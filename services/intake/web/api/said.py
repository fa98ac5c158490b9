"""Fields of the API whose refusals are codes and never quote a value."""

from collections.abc import Collection
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

_ALWAYS = {"required": "needed", "null": "needed", "validator_failed": "unknown_code"}


class Said(Schema):
    """What a request may say; a name that is not declared is refused."""

    error_messages = {"unknown": "unknown_field", "type": "not_an_object"}  # noqa: RUF012 - marshmallow's own


def _words(invalid: str) -> dict[str, Any]:
    kinds = ("invalid", "invalid_utf8", "invalid_uuid", "invalid_awareness", "format", "too_large")
    return _ALWAYS | dict.fromkeys(kinds, invalid)


def _rules(**more: Any) -> dict[str, Any]:
    """Whatever need not be said may as well be null."""
    return {"allow_none": not more.get("required", False), **more}


def text(longest: int, **more: Any) -> fields.String:
    """Free text."""
    length = validate.Length(max=longest, error="too_long")
    return fields.String(error_messages=_words("not_text"), validate=length, **_rules(**more))


def code(among: Collection[str], **more: Any) -> fields.String:
    """A code of a list."""
    listed = validate.OneOf(list(among), error="unknown_code")
    return fields.String(error_messages=_words("unknown_code"), validate=listed, **_rules(**more))


def codes(among: Collection[str], **more: Any) -> fields.List[Any]:
    """Some codes of a list."""
    return fields.List(code(among, required=True), error_messages=_words("not_a_list"), **_rules(**more))


def texts(longest: int, **more: Any) -> fields.List[Any]:
    """Some texts, such as codes of lists that are too long to be written here."""
    return fields.List(text(longest, required=True), error_messages=_words("not_a_list"), **_rules(**more))


def identifier(**more: Any) -> fields.UUID:
    """The id of something."""
    return fields.UUID(error_messages=_words("not_an_id"), **_rules(**more))


def day(**more: Any) -> fields.Date:
    """A date, YYYY-MM-DD."""
    return fields.Date(error_messages=_words("not_a_date"), **_rules(**more))


def moment(**more: Any) -> fields.AwareDateTime:
    """A moment with its zone, ISO 8601."""
    return fields.AwareDateTime(format="iso", error_messages=_words("not_a_moment"), **_rules(**more))


def number(among: Collection[int], **more: Any) -> fields.Integer:
    """One of some numbers."""
    listed = validate.OneOf(list(among), error="unknown_code")
    return fields.Integer(
        strict=True, error_messages=_words("unknown_code"), validate=listed, **_rules(**more)
    )


def each(names: Collection[str], value: fields.Field[Any], **more: Any) -> fields.Dict:
    """Some of these names, each with a value."""
    named = code(names, required=True)
    return fields.Dict(keys=named, values=value, error_messages=_words("not_an_object"), **_rules(**more))


class Flag(fields.Boolean):
    """``true`` or ``false`` of JSON and nothing that looks like it."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("not_true_or_false")
        return value


class YesOrNo(fields.Boolean):
    """``true`` or ``false`` and nothing that looks like it, as a part of an address."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if value not in ("true", "false"):
            raise ValidationError("not_true_or_false")
        return bool(value == "true")

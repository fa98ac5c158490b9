"""The declared rules as types of msgspec: what is right passes at a fraction of the cost, marshmallow judges the rest.

A type takes nothing that its rule would not take. A rule that has no such type takes its value itself.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from types import GenericAlias
from typing import Annotated, Any, Literal
from uuid import UUID

from marshmallow import fields, validate
from msgspec import Meta, Struct, convert, defstruct
from msgspec.structs import asdict

LENGTHS = (25, 32)  #: of a moment in UTC, with microseconds if there are some
Rules = Mapping[str, fields.Field[Any]]


class NotQuick(Exception):
    """Perhaps wrong, perhaps only unusual."""


class Quick:
    """Takes what obeys all rules of an event; ``absent``: what those are that need not be there."""

    def __init__(self, rules: Rules, absent: Mapping[str, Any]) -> None:
        types = {name: _type_of(rule) for name, rule in rules.items()}
        self._struct = _struct(types, absent)
        self._moments = [name for name, rule in rules.items() if type(rule) is fields.AwareDateTime]
        self._themselves = {name: rule for name, rule in rules.items() if types[name] is Any}

    def take(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Every field as Python has it; raises, whatever it is, for what marshmallow is to judge."""
        values = asdict(convert(data, self._struct))
        for name in self._moments:
            if values[name] is not None and not _is_as_we_write(data[name]):
                raise NotQuick
        for name, rule in self._themselves.items():
            if name in data:
                values[name] = rule.deserialize(data[name])
        return values


def _is_as_we_write(moment: str) -> bool:
    """Of other forms msgspec takes more than marshmallow, and it rounds where marshmallow cuts off."""
    return len(moment) in LENGTHS and moment[10] == "T" and moment.endswith("+00:00")


def _struct(types: Mapping[str, Any], absent: Mapping[str, Any]) -> type[Struct]:
    """Of exactly these fields: what a newer minor version says besides is taken by marshmallow."""
    declared = [
        (name, type_, absent[name]) if name in absent else (name, type_) for name, type_ in types.items()
    ]
    return defstruct("Wire", declared, kw_only=True, forbid_unknown_fields=True)


def _type_of(rule: fields.Field[Any]) -> Any:
    """Any, where msgspec cannot say the same."""
    make = _TYPES.get(type(rule))
    type_ = make(rule) if make else Any
    for validator in rule.validators:
        narrow = _NARROWER.get(type(validator))
        type_ = narrow(type_, validator) if narrow and type_ is not Any else Any
    return type_ | None if rule.allow_none and type_ is not Any else type_


def _list(rule: Any) -> Any:
    inner = _type_of(rule.inner)
    return Any if inner is Any or type(rule.inner) is fields.AwareDateTime else GenericAlias(list, inner)


_TYPES: dict[type, Callable[[Any], Any]] = {
    fields.UUID: lambda _: UUID,
    fields.String: lambda _: str,
    fields.Integer: lambda _: int,
    fields.AwareDateTime: lambda _: Annotated[datetime, Meta(tz=True)],
    fields.Enum: lambda rule: rule.enum if rule.by_value is True else Any,
    fields.List: _list,
}


def _of_pattern(type_: Any, one: Any) -> Any:
    """It is looked for anywhere by msgspec, which knows no flags, and at the beginning by marshmallow."""
    is_plain = one.regex.flags == re.UNICODE
    return Annotated[type_, Meta(pattern=f"^(?:{one.regex.pattern})")] if is_plain else Any


def _of_range(type_: Any, one: validate.Range) -> Any:
    is_whole = one.min_inclusive and one.max_inclusive
    return Annotated[type_, Meta(ge=one.min, le=one.max)] if is_whole else Any


def _of_length(type_: Any, one: validate.Length) -> Any:
    return Annotated[type_, Meta(min_length=one.min, max_length=one.max)] if one.equal is None else Any


_NARROWER: dict[type, Callable[[Any, Any], Any]] = {
    validate.Regexp: _of_pattern,
    validate.OneOf: lambda type_, one: Literal[tuple(one.choices)] if type_ in (str, int) else Any,
    validate.Range: _of_range,
    validate.Length: _of_length,
}

"""The declared rules as plain functions: what is right passes quickly, what may be wrong is left to marshmallow.

A quick function takes exactly what its rule takes in the form in which we write it, and raises for all else, right or
wrong. marshmallow's own way costs some microseconds a field, and a move has fifteen of them at each of three readers.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import fields, validate

Quick = Callable[[Any], Any]


class NotQuick(Exception):
    """Perhaps wrong, perhaps only unusual: let marshmallow see it."""


def quick(rule: fields.Field[Any]) -> Quick:
    """The quick function of a rule, or marshmallow's own where there is none."""
    make = _MAKE.get(type(rule))
    if make is None:
        return rule.deserialize
    looks = [_LOOKS[type(one)](one) for one in rule.validators if type(one) in _LOOKS]
    if type(rule) is fields.String and len(looks) == len(rule.validators) == 1:
        return _text(looks[0])
    return _validated(make(rule), rule.validators)


def _text(fits: Callable[[str], object]) -> Quick:
    """Most fields of an event are words of a list or of a pattern."""

    def check(value: Any) -> Any:
        if type(value) is not str or not fits(value):
            raise NotQuick
        return value

    return check


def _validated(convert: Quick, validators: Sequence[Quick]) -> Quick:
    if not validators:
        return convert

    def check(value: Any) -> Any:
        converted = convert(value)
        for refuse in validators:
            refuse(converted)
        return converted

    return check


def _exactly(kind: type, convert: Quick) -> Quick:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise NotQuick
        return convert(value)

    return check


def _as_it_is(value: Any) -> Any:
    return value


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise NotQuick
    return moment


def _enum(rule: Any) -> Quick:
    by_value = {member.value: member for member in rule.enum}
    return _exactly(str, by_value.__getitem__)


def _list(rule: Any) -> Quick:
    inner = quick(rule.inner)
    return _exactly(list, lambda value: [inner(one) for one in value])


_LOOKS: dict[type, Callable[[Any], Callable[[str], object]]] = {
    validate.Regexp: lambda rule: rule.regex.match,
    validate.OneOf: lambda rule: frozenset(rule.choices).__contains__,
}
_MAKE: dict[type, Callable[[Any], Quick]] = {
    fields.UUID: lambda _: _exactly(str, UUID),
    fields.String: lambda _: _exactly(str, _as_it_is),
    fields.Integer: lambda _: _exactly(int, _as_it_is),
    fields.AwareDateTime: lambda _: _exactly(str, _moment),
    fields.Enum: _enum,
    fields.List: _list,
}

"""One declaration per event: the Python type and the wire rule on one line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, Self, TypeVar, cast, dataclass_transform

import orjson
from marshmallow import INCLUDE, Schema, validate
from marshmallow import fields as rules

from shared.schemas.quick import Quick

T = TypeVar("T", bound="Record")

_types: dict[tuple[str, int], type["Event"]] = {}


def wire(rule: rules.Field[Any], *, default: Any = MISSING) -> Any:  # a field specifier stands for any type
    """Attach the marshmallow rule that a field obeys on the wire; one with a default of None may be absent or null."""
    rule.required = default is MISSING
    rule.allow_none = default is None
    return field(default=default, metadata={"wire": rule})


class Record:
    """A part of an event. Fields of a newer minor version are kept in ``unknown`` and travel on."""

    schema: ClassVar[Schema]
    quick: ClassVar[Quick]
    absent: ClassVar[Mapping[str, Any]]  #: the fields that need not be there, as if they were not
    unknown: Mapping[str, Any]

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """Check wire data once, where it enters; raises marshmallow.ValidationError, which names every error."""
        try:
            values = cls.quick.take(data)
        except Exception:  # noqa: BLE001 - what is not taken quickly is judged by marshmallow
            values = cls._thoroughly(data)
        loaded = cls.__new__(cls)
        vars(loaded).update(values)
        vars(loaded).setdefault("unknown", {})
        return loaded

    @classmethod
    def _thoroughly(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """With what a newer minor version says besides."""
        known = cls.schema.fields
        values = {name: value for name, value in cls.schema.load(data).items() if name in known}
        unknown = {name: value for name, value in data.items() if name not in known}
        return {**cls.absent, **values, "unknown": unknown}

    def to_json(self) -> bytes:
        """The wire form, absent optional fields left out. What rules allow is what orjson writes as they say."""
        return orjson.dumps(self._fields(), default=Record._fields, option=orjson.OPT_PASSTHROUGH_DATACLASS)

    def _fields(self) -> dict[str, Any]:
        values = vars(self)
        told = {name: value for name in self.schema.fields if (value := values[name]) is not None}
        return {**self.unknown, **told}

    def dump(self) -> dict[str, Any]:
        """The wire form as JSON types."""
        dumped: dict[str, Any] = orjson.loads(self.to_json())
        return dumped


class Event(Record):
    """A fact already true. Named in the past tense, never edited, only superseded."""

    type: ClassVar[str]
    version: ClassVar[str]


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(wire,))
def record(cls: type[T]) -> type[T]:
    """Turn the class's wire fields into a frozen dataclass and its schema."""
    cls.__annotations__["unknown"] = "Mapping[str, Any]"
    cls.unknown = field(default_factory=dict, repr=False)
    made = dataclass(unsafe_hash=True, kw_only=True)(cls)  # frozen for the type checker (see ``values``)
    wired = {f.name: f.metadata["wire"] for f in fields(cast("Any", made)) if "wire" in f.metadata}
    made.schema = Schema.from_dict(wired, name=made.__name__)(unknown=INCLUDE)
    made.absent = {f.name: f.default for f in fields(cast("Any", made)) if f.default is not MISSING}
    made.quick = Quick(made.schema.fields, made.absent)
    return made


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(wire,))
def event(name: str, *, version: str = "1.0", reads: Sequence[int] = ()) -> Callable[[type[T]], type[T]]:
    """Register the class as event *name* at *version* ``major.minor``; it also ``reads`` those older majors."""

    def register(cls: type[T]) -> type[T]:
        made = record(cls)
        if not issubclass(made, Event):
            raise TypeError(f"{made.__name__} is not an Event")
        made.type, made.version = name, version
        for known in (*reads, major(version)):
            _types[name, known] = made
        return made

    return register


class _Part(rules.Field[Any]):
    """A record inside an event."""

    def __init__(self, part: type[Record]) -> None:
        super().__init__()
        self.part = part

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return value.dump()

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return self.part.load(value)


def one(part: type[Record]) -> rules.Field[Any]:
    """The wire rule of one record."""
    return _Part(part)


def many(part: type[Record], *, at_most: int) -> rules.Field[Any]:
    """The wire rule of a bounded list of records."""
    return rules.List(_Part(part), validate=validate.Length(max=at_most))


def major(version: str) -> int:
    """The part of a version that a reader must know."""
    return int(version.partition(".")[0])


def event_types() -> list[type[Event]]:
    """Every declared event, in the order of declaration."""
    return list(dict.fromkeys(_types.values()))


def find(name: str, version: str) -> type[Event] | None:
    """The declared event of that name and major version, or None."""
    return _types.get((name, major(version)))


def newest(name: str) -> int | None:
    """The newest major version known of an event, or None when its name is unknown."""
    known = [version for declared, version in _types if declared == name]
    return max(known, default=None)

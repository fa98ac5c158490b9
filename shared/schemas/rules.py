"""The wire rules that several events share."""

from datetime import datetime

from marshmallow import fields, validate

from shared.schemas import codes, life

MOST = 2**31 - 1  #: the largest whole number of an ordinary column in every database
ORGANISATION = r"^[a-z][a-z0-9-]{1,30}$"  #: an organisation's id, also its user and queue at the broker


def organisation() -> fields.Field[str]:
    """An organisation's id."""
    return fields.String(validate=validate.Regexp(ORGANISATION))


def service_type() -> fields.Field[str]:
    """A code of ``codes.SERVICE_TYPES``."""
    return fields.String(validate=validate.OneOf(codes.SERVICE_TYPES))


def urgency() -> fields.Field[str]:
    """A code of ``codes.URGENCIES``."""
    return fields.String(validate=validate.OneOf(codes.URGENCIES))


def purpose() -> fields.Field[str]:
    """A code of ``codes.REFERRAL_PURPOSES``."""
    return fields.String(validate=validate.OneOf(codes.REFERRAL_PURPOSES))


def reason() -> fields.Field[str]:
    """A code of ``life.REASONS``."""
    return fields.String(validate=validate.OneOf(life.REASONS))


def state() -> fields.Field[life.State]:
    """A state of the referral's life."""
    return fields.Enum(life.State, by_value=True)


def move() -> fields.Field[life.Move]:
    """A move of the referral's life."""
    return fields.Enum(life.Move, by_value=True)


def moment() -> fields.Field[datetime]:
    """A moment in UTC, ISO 8601."""
    return fields.AwareDateTime(format="iso")


def sealed() -> fields.Field[str]:
    """Content that only the receiving organisation can open, as version 0.1.0 carried it (base64, at most 512 KiB)."""
    return fields.String(validate=validate.Length(min=1, max=700_000))


def digest() -> fields.Field[str]:
    """A SHA-256 in hexadecimal."""
    return fields.String(validate=validate.Regexp("^[0-9a-f]{64}$"))


def text(longest: int) -> fields.Field[str]:
    """Plain text that is shown to people."""
    return fields.String(validate=validate.Length(min=1, max=longest))


def version() -> fields.Field[str]:
    """A version of this software, as packages have it."""
    return fields.String(validate=validate.Regexp(r"^[0-9][0-9A-Za-z.+-]{0,39}$"))


def number(least: int = 0) -> fields.Field[int]:
    """A whole number, not below *least*, and not above what every database can keep."""
    return fields.Integer(strict=True, validate=validate.Range(min=least, max=MOST))

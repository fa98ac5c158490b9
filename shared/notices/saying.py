"""The rule of all notices, in one place: what may leave on any channel, and the one shape of a channel."""

from dataclasses import asdict, dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from marshmallow import RAISE, Schema, ValidationError, fields, validate

WAITS = "something_waits"  #: so many things wait in the inbox
TEST = "this_is_a_test"  #: nothing waits; somebody tries the way
SENTENCES = (WAITS, TEST)
LANGUAGES = ("en", "ru", "be", "uk")
LONGEST_LINK = 500


def is_inbox(link: str) -> bool:
    """Whether it is the bare address of an inbox: nobody's name and no record can stand in it."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    bare = not (parts.query or parts.fragment or parts.username or parts.password)
    return bare and parts.scheme in ("http", "https") and parts.path.endswith("/inbox")


def _check_link(link: str) -> None:
    if not is_inbox(link):
        raise ValidationError("not an inbox")


class Allowed(Schema):
    """All that may leave: a fixed sentence by its code, a count, a link to the inbox, a language. Nothing else."""

    class Meta:
        """Whatever is not named here is refused."""

        unknown = RAISE

    sentence = fields.String(required=True, validate=validate.OneOf(SENTENCES))
    count = fields.Integer(required=True, strict=True, validate=validate.Range(0, 1_000_000))
    link = fields.String(required=True, validate=[validate.Length(max=LONGEST_LINK), _check_link])
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))


@dataclass(frozen=True)
class Saying:
    """What is said. There is none that the rule does not allow; raises ValidationError."""

    count: int
    link: str
    language: str = "en"
    sentence: str = WAITS

    def __post_init__(self) -> None:
        """Also one that somebody gave more fields."""
        Allowed().load(asdict(self))

    def dump(self) -> dict[str, Any]:
        """As JSON, by the rule."""
        said: dict[str, Any] = Allowed().load(asdict(self))
        return said


class Channel(Protocol):
    """One way to tell somebody. Another way is another class with this one method."""

    def tell(self, to: str, saying: Saying, *, message_id: str) -> None:
        """Return when it was taken at ``to``; raises ChannelAway, AddressRefused, or what else went wrong.

        The same thing told again comes under the same ``message_id``, which tells nothing.
        """


class ChannelAway(Exception):
    """Nobody can be told this way now: others need not be tried."""


class AddressRefused(Exception):
    """The other end says for good that there is no such address."""

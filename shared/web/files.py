"""Files in forms: which addresses take one, how large it may be, and that none touches a disk on its way in."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any, TypeVar

from flask import Request, current_app, g, request
from werkzeug.exceptions import ClientDisconnected

from shared.web.problems import Problem

View = TypeVar("View", bound=Callable[..., Any])
READ_PAST = (
    10  #: times the largest file a body may be, so that what was typed beside one too large is not lost
)
AT_ONCE = 65_536  #: bytes
UNREAD = 12_000_000  #: bytes of what nobody asked for that are read, so that the answer is heard


@dataclass(frozen=True)
class Place:
    """The field of a form in which a file may come, and of how many bytes."""

    field: str
    up_to: int


def takes_a_file(field: str, *, up_to: int) -> Callable[[View], View]:
    """Let forms that are sent to this view carry one file, in that field; no other view takes any.

    Of a larger one the view gets ``up_to`` bytes and one more, and says so.
    """

    def mark(view: View) -> View:
        view.takes_a_file = Place(field, up_to)  # type: ignore[attr-defined]
        return view

    return mark


def let_in() -> None:
    """From here on this request may be as large as its address allows: after the sign-in was checked, not before."""
    view = current_app.view_functions.get(request.endpoint or "")
    g.place_of_file = getattr(view, "takes_a_file", None)
    if g.place_of_file:
        request.max_content_length = g.place_of_file.up_to * READ_PAST


def check() -> None:
    """That no file came but the one that is asked for: a form's field would take another for its text."""
    place = g.get("place_of_file")
    came = [field for field, _ in request.files.items(multi=True)]
    if came and came != [place.field if place else None]:
        raise Problem(400, "no_files")


def read_past(sent: IO[bytes]) -> None:
    """Read to its end what a request says, though its answer is known; of more than ``UNREAD`` the rest is left."""
    left = UNREAD
    with suppress(ClientDisconnected):
        while left > 0 and (part := sent.read(AT_ONCE)):
            left -= len(part)


class FilesInMemory(Request):
    """A request whose files lie in memory only, and no more of them than is asked for."""

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002 - the library's own list
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        place = g.get("place_of_file")
        return _Cut(place.up_to + 1) if place else _Cut(0)


class _Cut(BytesIO):
    """Keeps the first so many bytes of what is written; the rest is read past."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def write(self, part: Any) -> int:
        super().write(part[: max(self.most - self.tell(), 0)])
        return len(part)

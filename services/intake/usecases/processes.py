"""Which processes of this node live: each shows itself again and again, so that one too many or too old is seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from uuid import UUID

from services.intake.storage import bookkeeping
from shared.clock import made_at, new_id
from shared.database import Database, Transaction

WORKER, PAGES = "worker", "pages"
SHOWN_EVERY = 10.0  #: seconds
SILENT_FOR = timedelta(minutes=2)  #: after which it lives no more
CHANGING_OVER = timedelta(seconds=30)  #: for which an old one may still end when its successor has begun
_PREFIX = "process"
ME, VERSION = new_id(), version("throughline")  #: of this process


@dataclass(frozen=True)
class Process:
    """One of the node; its id was made when it began. ``seen_at`` is when it showed itself last."""

    kind: str
    id: UUID
    version: str
    seen_at: datetime

    @property
    def began(self) -> datetime:
        """When it was started."""
        return made_at(self.id)


def show(database: Database, kind: str, *, me: UUID = ME, of: str = VERSION) -> None:
    """A process lives, this one unless said otherwise, ``of`` a version; what ended long ago is forgotten."""
    with database.transaction() as tx:
        bookkeeping.put_link(tx, f"{_PREFIX} {kind} {me.hex}", of)
        bookkeeping.forget_links(tx, f"{_PREFIX} ", tx.at - SILENT_FOR)


def living(tx: Transaction) -> list[Process]:
    """Those that have shown themselves lately."""
    found = bookkeeping.links_since(tx, f"{_PREFIX} ", tx.at - SILENT_FOR)
    return [_process(*one) for one in found]


def _process(name: str, seen_at: datetime, version: str) -> Process:
    _, kind, id_ = name.split(" ")
    return Process(kind, UUID(id_), version, seen_at)


def twice(processes: Iterable[Process]) -> list[str]:
    """The kinds of which two live at once; one that ends while the next begins is no second."""
    by_kind: dict[str, list[Process]] = {}
    for one in processes:
        by_kind.setdefault(one.kind, []).append(one)
    return sorted(kind for kind, them in by_kind.items() if _at_once(them))


def _at_once(them: list[Process]) -> bool:
    newest = max(one.began for one in them)
    return sum(one.began == newest or one.seen_at > newest + CHANGING_OVER for one in them) > 1

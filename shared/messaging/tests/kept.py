"""A desk whose clock is set by hand, and what it keeps to be tried again."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from shared.clock import now
from shared.messaging import parked
from shared.messaging.errors import Unready
from shared.messaging.parked import Parked
from shared.messaging.tests.desk import Desk, metadata
from shared.schemas.intake import HistoryAsked

KEPT = metadata.tables["parked"]
UNREADY = Unready("not_yet")


@dataclass
class Hours:
    """A clock that is set by hand."""

    at: datetime = field(default_factory=now)

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, time: timedelta) -> None:
        self.at += time


def fails(desk: Desk, error: Exception) -> None:
    def fail(_: HistoryAsked) -> None:
        raise error

    desk.also = fail


def mended(desk: Desk) -> None:
    desk.also = lambda _: None


def kept(desk: Desk) -> list[Parked]:
    with desk.database.reading() as tx:
        return [Parked(**row) for row in tx.execute(KEPT.select()).mappings()]


def replay(desk: Desk, id_: UUID) -> None:
    with desk.database.transaction() as tx:
        parked.replay(tx, KEPT, id_)


def waiting_for_somebody(desk: Desk) -> int:
    with desk.database.reading() as tx:
        assert len(parked.list_parked(tx, KEPT)) == parked.count_parked(tx, KEPT)
        return parked.count_parked(tx, KEPT)

"""Cut the power again and again while a service works: ``python -m tests.faults.power.cuts 10000``."""

import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

from sqlalchemy import create_engine, func, select, text

from shared import engines
from shared.database import Database
from shared.messaging.tests.desk import Desk, asked, metadata
from shared.messaging.topology import from_node
from shared.schemas.intake import HistoryAsked
from tests.faults.power import driver
from tests.faults.power.disk import Cut, LossyDisk, found_after

TRANSACTIONS = 30  #: in one run
CUTS = 25  #: in one run, each at another write
_names = count()

Moment = tuple[Cut, frozenset[UUID]]  #: the disk, and what somebody had been told is stored by then


class Lost(AssertionError):
    """What was told to be stored is not there, or half of something is."""


def cut(number: int) -> None:
    """So many cuts; raises Lost for the first after which not all is there."""
    done = 0
    for run in count():
        dice = random.Random(run)  # noqa: S311 - a run is to be done again
        for moment in _run(dice)[: number - done]:
            _require_all(moment, dice, run)
            done += 1
        if done >= number:
            return


def _run(dice: random.Random) -> list[Moment]:
    """Work on a lossy disk, and note some moments at which the power might have failed."""
    stored: set[UUID] = set()
    moments: list[Moment] = []

    def perhaps_cut() -> None:
        if dice.random() < 0.1 and stored:
            moments.append((disk.now(), frozenset(stored)))

    disk = LossyDisk(f"lossy-{next(_names)}", perhaps_cut)
    try:
        with tempfile.TemporaryDirectory() as folder, _on(disk):
            _work(Desk(f"sqlite:///{folder}/desk.db"), stored)
    finally:
        disk.unregister()
    return dice.sample(moments, min(CUTS, len(moments)))


@contextmanager
def _on(disk: LossyDisk) -> Iterator[None]:
    """Databases that are opened meanwhile are on that disk."""

    def engine_on_disk(url: Any, **options: Any) -> Any:
        options["connect_args"] = {}
        connect = partial(driver.Connection, url.database, disk.name)
        return create_engine(url, module=driver, creator=connect, **options)

    with patch.object(engines, "create_engine", engine_on_disk):
        yield


def _work(desk: Desk, stored: set[UUID]) -> None:
    """Hear something and say something, again and again: effect, inbox and outbox in one transaction each."""

    def handle(tx: Any, batch: Any) -> None:
        desk.handle(tx, batch)
        for message in batch.fresh:
            event = HistoryAsked(referral_id=message.event.referral_id, after=1)
            tx.outbox.publish(tx, event, to=from_node("harbour-house"), subject="", awaits=str(message.id))

    object.__setattr__(desk.delivery, "handler", handle)
    with closing(desk.database):
        for number in range(TRANSACTIONS):
            incoming = asked(number)
            desk.delivery.deliver([incoming])
            stored.add(incoming.id)  # type: ignore[arg-type]
            if number % 11 == 0:
                with desk.database.engine.connect() as connection:
                    connection.execute(text("PRAGMA wal_checkpoint(PASSIVE)"))


def _require_all(moment: Moment, dice: random.Random, run: int) -> None:
    disk, stored = moment
    with tempfile.TemporaryDirectory() as folder:
        found_after(disk, dice, Path(folder))
        with closing(Database(f"sqlite:///{folder}/desk.db")) as found, found.reading() as tx:
            if (said := tx.execute(text("PRAGMA integrity_check")).scalar_one()) != "ok":
                raise Lost(f"run {run}: {said}")
            heard = set(tx.execute(select(metadata.tables["inbox"].c.message_id)).scalars())
            counts = [
                tx.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
                for name in ("inbox", "heard", "outbox")
            ]
    if not stored <= heard:
        raise Lost(f"run {run}: {len(stored - heard)} of {len(stored)} that were stored are gone")
    if len(set(counts)) != 1:
        raise Lost(f"run {run}: half of a transaction is there: {counts}")


def main() -> None:
    """The number of cuts."""
    number = int(sys.argv[1])
    cut(number)
    sys.stdout.write(f"Power cuts: {number:,}, nothing lost, nothing half there.\n")


if __name__ == "__main__":
    main()

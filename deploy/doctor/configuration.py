"""Settings and clock: what everything else is read by."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from deploy.clock import refuse_lost_time
from deploy.configured import JOINS, NOT_JOINED, OF_A_FILE
from deploy.doctor.check import WELL, Check, Finding, Machine, Node, NotApplicable, failed, warning
from deploy.settings import ALL
from services.intake.storage.network_tables import round_trips
from shared.settings import SettingsWrong, variable

ANYBODY = 0o007  #: rights of all who are neither the owner nor of the file's group
SOME, MUCH = timedelta(minutes=2), timedelta(minutes=10)  #: by which our clock and the hub's may differ


def settings(machine: Machine) -> Finding:
    """Those of the processes that are looked at."""
    if machine.problems:
        return failed("; ".join(machine.problems), "set what is named, in docs/reference/settings.md")
    return WELL


def secret_files(_machine: Machine) -> Finding:
    """Nobody but the owner and a group reads the files that hold a setting."""
    if open_ := [name for name, file in _secret_files() if _rights(file) & ANYBODY]:
        return failed(
            f"everybody on this machine can read the file of {' and of '.join(open_)}",
            "chmod o-rwx each, or throughline doctor --fix",
        )
    return WELL


def _close_secret_files(_machine: Machine) -> None:
    for _, file in _secret_files():
        if _rights(file) & ANYBODY:
            file.chmod(_rights(file) & ~ANYBODY)


def _secret_files() -> Iterator[tuple[str, Path]]:
    """Of each setting that stands in a file: the variable that names it, and the file."""
    for variable_ in sorted(variable(name) + OF_A_FILE for name in ALL):
        if variable_ in os.environ:
            yield variable_, Path(os.environ[variable_])


def _rights(file: Path) -> int:
    """None, where there is no file, or not for us: then the settings say so."""
    try:
        return file.stat().st_mode
    except OSError:
        return 0


def joined(node: Node) -> Finding:
    """What the hub gives to a node is here."""
    if variable("network_file") not in os.environ:
        raise NotApplicable("the network is set for the worker")
    if node.is_to_join:
        return warning(NOT_JOINED, JOINS)
    return WELL


def clock(_machine: Machine) -> Finding:
    """Of this machine."""
    try:
        refuse_lost_time()
    except SettingsWrong as wrong:
        return failed(str(wrong), "timedatectl set-ntp true")
    return WELL


def clock_of_hub(node: Node) -> Finding:
    """Compared with ours in the last round trip: the hub saw it between our sending and our reading."""
    c = round_trips.c
    last = select(round_trips).where(c.heard_of_hub_at.is_not(None)).order_by(c.started_at.desc()).limit(1)
    trip = node.asked(lambda tx: tx.execute(last).one_or_none())
    if trip is None:
        raise NotApplicable("no round trip yet: throughline network test hub")
    apart = max(trip.started_at - trip.seen_by_hub_at, trip.seen_by_hub_at - trip.heard_of_hub_at)
    if apart <= SOME:
        return WELL
    says = f"this machine's clock and the hub's differ by {int(apart.total_seconds())} seconds"
    remedy = "set this machine's clock (timedatectl set-ntp true), then run throughline network test hub"
    return failed(says, remedy) if apart > MUCH else warning(says, remedy)


CHECKS = (
    Check("settings", settings),
    Check("secret_files", secret_files, _close_secret_files),
    Check("joined", joined),
    Check("clock", clock),
    Check("clock_of_hub", clock_of_hub),
)

"""The processor time that trees of processes have used, as Linux counts it."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
STAT = Path("/proc/stat")


@dataclass(frozen=True)
class _Used:
    """One line of ``/proc/<pid>/stat``: the parent, and the ticks used here and by children that have ended."""

    parent: int
    ticks: int


def processor_seconds(roots: Iterable[int]) -> float:
    """Seconds that these processes and all below them have used so far, those that have ended included."""
    used = dict(_read_all())
    children = defaultdict(list)
    for pid, one in used.items():
        children[one.parent].append(pid)
    return sum(used[pid].ticks for pid in _below(roots, children) if pid in used) / TICKS


def machine_seconds() -> float:
    """Seconds that the processors of this machine have been busy since it started, for whomever."""
    user, nice, system, _idle, _waiting, irq, soft_irq = map(int, STAT.read_text("ascii").split()[1:8])
    return (user + nice + system + irq + soft_irq) / TICKS


def _below(roots: Iterable[int], children: dict[int, list[int]]) -> Iterator[int]:
    for pid in roots:
        yield pid
        yield from _below(children.get(pid, ()), children)


def _read_all() -> Iterator[tuple[int, _Used]]:
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = path.read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile, and its parent has its time
        yield int(path.parent.name), _Used(int(after_name[1]), sum(int(ticks) for ticks in after_name[11:15]))

"""Play many seeds on all processors: ``python -m tests.faults.simulation.many 100000``."""

import logging
import os
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import structlog

from deploy.memory import prepare_memory
from tests.faults.simulation.play import play
from tests.faults.simulation.promise import Broken

AT_ONCE = 20  #: seeds that one process is given


def play_many(seeds: range, *, are_enough: Callable[[int], bool] = lambda _: False) -> tuple[int, list[str]]:
    """How many were played, and what was broken by which; ends early when so many are enough."""
    parts = [seeds[first : first + AT_ONCE] for first in range(0, len(seeds), AT_ONCE)]
    played = 0
    broken: list[str] = []
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), be_quiet) as processes:
        for part, found in zip(parts, processes.map(_play_all, parts), strict=True):
            played += len(part)
            broken += found
            if are_enough(played):
                processes.shutdown(cancel_futures=True)
                break
    return played, broken


def be_quiet() -> None:
    """Troubles are what is wanted here: nobody needs to be told of each, and no time is there for garbage."""
    prepare_memory()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _play_all(seeds: range) -> list[str]:
    found = []
    for seed in seeds:
        try:
            play(seed)
        except Broken as broken:
            found.append(str(broken))
        except Exception as error:  # noqa: BLE001 - a seed that cannot be played is one to look at
            found.append(f"seed {seed}: {error!r}")
    return found


def main() -> None:
    """The number of seeds, and the first one if it is not 0."""
    count, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    _, found = play_many(range(first, first + count))
    lines = [*found, f"Simulation: {count:,} seeds from {first}, {len(found)} broken."]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()

"""Change envelopes on all processors, in bounded time: ``python -m tests.faults.mutations.many 1000000``."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from shared.sealing.tests.mutations import taken_for_its_senders
from tests.faults.mutations.behind import ends, nonsense

AT_ONCE = 5_000  #: that one process is given
SECONDS = 1_800.0  #: after which no more are begun

Part = tuple[str, int, int, float]  #: the kind, how many, the seed, and until when to begin
Found = tuple[str, int, list[str]]  #: the kind, how many were tried, and what was wrong


def _sealed(count: int, seed: int) -> Iterator[str]:
    return (f"taken: {body.hex()}" for body in taken_for_its_senders(count, seed=seed, sealed=True))


def _open(count: int, seed: int) -> Iterator[str]:
    return (f"taken: {body.hex()}" for body in taken_for_its_senders(count, seed=seed, sealed=False))


def _signed(count: int, seed: int) -> Iterator[str]:
    for text in nonsense(count, seed=seed):
        try:
            ends(text)
        except Exception as error:  # noqa: BLE001 - that anything was raised is what is looked for
            yield f"{error!r}: {text.hex()}"


KINDS: Mapping[str, Callable[[int, int], Iterator[str]]] = {
    "sealed": _sealed,
    "behind the seal": _open,
    "behind the signature": _signed,
}


def tried(count: int, seconds: float = SECONDS) -> Iterator[Found]:
    """So many in all, a third of each kind; what was wrong is told with its bytes."""
    until, each = time.time() + seconds, -(-count // len(KINDS))
    parts = [
        (kind, min(AT_ONCE, each - first), first, until)
        for first in range(0, each, AT_ONCE)
        for kind in KINDS
    ]
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as processes:
        yield from processes.map(_try, parts)


def _try(part: Part) -> Found:
    kind, count, seed, until = part
    return (kind, count, list(KINDS[kind](count, seed))) if time.time() < until else (kind, 0, [])


def main() -> None:
    """The number of envelopes, and the seconds to do it in if they are others."""
    count, seconds = int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS
    found = list(tried(count, seconds))
    wrong = [f"{kind}: {what}" for kind, _, those in found for what in those]
    figures = [_figure(kind, [one for one in found if one[0] == kind]) for kind in KINDS]
    done = sum(number for _, number, _ in found)
    late = [] if done >= count else [f"Only {done:,} of {count:,} were begun in {seconds:,.0f} seconds."]
    sys.stdout.write("\n".join([*wrong, *figures, *late]) + "\n")
    sys.exit(bool(wrong or late))


def _figure(kind: str, found: list[Found]) -> str:
    tried_of_it = sum(number for _, number, _ in found)
    wrong = sum(len(those) for *_, those in found)
    return f"Envelopes changed ({kind}): {tried_of_it:,}, {wrong} wrongly taken."


if __name__ == "__main__":
    main()

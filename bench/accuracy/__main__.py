"""``python -m bench.accuracy``: of the counts of 30 and more, how many come out within a tenth of what is true."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from random import Random
from statistics import median
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench.__main__ import RESULTS
from bench.accuracy.people import cells_of, network
from bench.accuracy.ways import WAYS, Way

SIZES = (300, 1_000, 3_000, 10_000)
LARGE, NEAR, AIM = 30, 0.1, 0.85


@dataclass(frozen=True)
class Found:
    """One way on networks of one size: the median share that is near, the least and the most, and of how many cells."""

    way: str
    people: int
    near: float
    least: float
    most: float
    cells: int

    @property
    def reached(self) -> bool:
        """Whether it is as right as is wanted."""
        return self.near >= AIM


def main(
    *,
    rounds: Annotated[int, typer.Option(min=1, max=50, help="Networks of each size.")] = 5,
    size: Annotated[list[int] | None, typer.Option(help="Only networks of this size.")] = None,
    file: Annotated[Path, typer.Option("--json", help="Where to.")] = RESULTS / "newest-accuracy.json",
) -> None:
    """Publish the same invented networks in every way, and compare each count with what is true."""
    found = [measured(name, way, people, rounds) for people in size or SIZES for name, way in WAYS.items()]
    Console().print(_table(found))
    told = {"opendp": version("opendp"), "pac-synth": version("pac-synth"), "rounds": rounds, "aim": AIM}
    lines = [asdict(one) | {"reached": one.reached} for one in found]
    file.write_text(json.dumps({"conditions": told, "measured": lines}, indent=2) + "\n", "utf-8")


def measured(name: str, way: Way, people: int, rounds: int) -> Found:
    """The same networks for every way."""
    shares = [_share(way, people, seed) for seed in range(rounds)]
    near = [share for share, _ in shares]
    cells = round(median(cells for _, cells in shares))
    return Found(name, people, round(median(near), 3), round(min(near), 3), round(max(near), 3), cells)


def _share(way: Way, people: int, seed: int) -> tuple[float, int]:
    invented = network(people, Random(seed))  # noqa: S311 - the same networks at every run
    published = way(invented)
    exact = {name: cells for name, cells in cells_of(invented).items() if name in published}
    pairs = [
        (true, published[name].get(codes, 0))
        for name, cells in exact.items()
        for codes, true in cells.items()
        if true >= LARGE and "unknown" not in codes
    ]
    return sum(abs(shown - true) <= NEAR * true for true, shown in pairs) / max(1, len(pairs)), len(pairs)


def _table(found: Sequence[Found]) -> Table:
    made = Table("people", "way", title=f"Counts of {LARGE} and more that are within a tenth of what is true")
    for name in ("share", "from", "to", "counts", f"{AIM:.0%}?"):
        made.add_column(name, justify="right")
    for one in found:
        shares = (f"{value:.0%}" for value in (one.near, one.least, one.most))
        made.add_row(f"{one.people:,}", one.way, *shares, str(one.cells), "yes" if one.reached else "no")
    return made


if __name__ == "__main__":
    typer.run(main)

"""``python -m bench.attack``: how often somebody who knows everybody else is right, beside what noise promises."""

import json
from dataclasses import asdict, dataclass
from importlib.metadata import version
from math import log, sqrt
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench.__main__ import RESULTS
from bench.attack.attacker import promised, success
from services.reporting.domain.noise import THOUSANDTHS

EPSILONS = (0.5, 1.0, 2.0)
BAD_LUCK = 1e-6  #: how seldom chance alone takes a right release over the limit


@dataclass(frozen=True)
class Played:
    """How often the attacker was right, how often at the most, and by how much chance may go over that (Hoeffding)."""

    epsilon: float
    trials: int
    success: float
    promised: float
    chance: float

    @property
    def kept(self) -> bool:
        """Whether the promise was."""
        return self.success <= self.promised + self.chance


def main(
    *,
    trials: Annotated[int, typer.Option(min=100, max=1_000_000, help="Releases to guess by.")] = 20_000,
    epsilon: Annotated[list[float] | None, typer.Option(min=0.001, max=4, help="May be repeated.")] = None,
    file: Annotated[Path, typer.Option("--json", help="Where to.")] = RESULTS / "newest-attack.json",
) -> None:
    """Attack as many releases, each with noise of its own, and say how often the guess was right."""
    found = [played(one, trials) for one in epsilon or EPSILONS]
    made = Table("epsilon", title=f"Whether one person is in: {trials:,} guesses by who knows all others")
    for name in ("right", "e^ε/(1+e^ε)", "kept?"):
        made.add_column(name, justify="right")
    for one in found:
        made.add_row(
            f"{one.epsilon:g}", f"{one.success:.2%}", f"{one.promised:.2%}", "yes" if one.kept else "no"
        )
    Console().print(made)
    lines = [asdict(one) | {"kept": one.kept} for one in found]
    told = {"conditions": {"opendp": version("opendp")}, "measured": lines}
    file.write_text(json.dumps(told, indent=2) + "\n", "utf-8")


def played(epsilon: float, trials: int) -> Played:
    """One epsilon."""
    thousandths = round(epsilon * THOUSANDTHS)
    chance = sqrt(log(1 / BAD_LUCK) / (2 * trials))
    return Played(epsilon, trials, success(thousandths, trials), promised(thousandths), round(chance, 4))


if __name__ == "__main__":
    typer.run(main)

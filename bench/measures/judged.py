"""What was measured, beside what is wanted: whether it is reached, as a table and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from bench.goals import Goal, Reached


@dataclass(frozen=True)
class Measured:
    """A figure and its goal; ``note`` says what it was measured on."""

    goal: Goal
    value: float
    note: str = ""

    @property
    def reached(self) -> Reached:
        """By the figure."""
        return self.goal.reached_by(self.value)


def table(measured: Sequence[Measured]) -> Table:
    """A line for each."""
    made = Table("goal", "measured on", title="Other measures")
    for name in ("measured", "floor", "aim", "reached?"):
        made.add_column(name, justify="right")
    for one in measured:
        figures = (one.value, one.goal.floor, one.goal.aim)
        made.add_row(one.goal.name, one.note, *(f"{figure:,.2f}" for figure in figures), one.reached)
    return made


def as_json(measured: Sequence[Measured], conditions: dict[str, Any]) -> str:
    """Everything that the table holds, and under which conditions."""
    lines = [asdict(one) | {"reached": one.reached} for one in measured]
    return json.dumps({"conditions": conditions, "measured": lines}, indent=2, default=str) + "\n"

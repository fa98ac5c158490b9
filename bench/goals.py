"""What is wanted of a figure: the least that is accepted, and what is aimed at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """A figure's floor and aim, both included; with ``more_is_better`` false the floor is the most that is accepted."""

    name: str
    floor: float
    aim: float
    more_is_better: bool = True

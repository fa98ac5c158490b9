"""The ways to publish a year: our release, small counts left out where they arise, and synthetic people."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.accuracy.people import Cells, Person, cells_of
from services.reporting.domain.consistent import consistent
from services.reporting.domain.noise import with_noise
from services.reporting.usecases.releasing import code_lists
from shared.schemas.workbook import HEADLINE, RELEASED

Published = Mapping[str, Mapping[tuple[str, ...], int]]
Way = Callable[[Sequence[Person]], Published]
EPSILON, THEIRS, K = (
    1_000,
    4.0,
    10,
)  #: thousandths a year; epsilon of the synthetic people; least count of a node


def released(people: Sequence[Person], names: Sequence[str] = tuple(RELEASED)) -> Published:
    """With noise, under one epsilon for all tables; what is not shown counts as 0."""
    exact = cells_of(people)
    noisy = with_noise({name: exact[name] for name in names}, code_lists(), EPSILON)
    return {
        name: {codes: one.value for codes, one in cells.items()} for name, cells in consistent(noisy).items()
    }


def headline(people: Sequence[Person]) -> Published:
    """The same of the four tables that a country publishes first."""
    return released(people, HEADLINE)


def alone(people: Sequence[Person]) -> Published:
    """Each of these four as if it were the only one of its network: then all of the epsilon is spent on it."""
    return {name: published for one in HEADLINE for name, published in released(people, [one]).items()}


def suppressed(people: Sequence[Person]) -> Published:
    """Each node leaves out what it counted fewer than ten of; no promise about anybody comes with it."""
    found = {name: Cells() for name in RELEASED}
    for node in {person.node for person in people}:
        of_node = cells_of([person for person in people if person.node == node])
        for name, cells in of_node.items():
            found[name].update({codes: n for codes, n in cells.items() if n >= K})
    return found


def synthetic(people: Sequence[Person]) -> Published:
    """Invented people from noisy two-way counts at four times our epsilon, counted (pac-synth).

    It hides how many people there are too, and cannot go on where that comes out below nothing. A fiftieth of epsilon
    for it, instead of the 200th that is its default, keeps that from three hundred people.
    """
    from pacsynth import (  # noqa: PLC0415 - nobody else needs it
        Dataset,
        DpAggregateSeededParametersBuilder,
        DpAggregateSeededSynthesizer,
    )

    rows = [_row(person) for person in people]
    columns = sorted({column for row in rows for column in row})
    raw = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    builder: Any = DpAggregateSeededParametersBuilder().reporting_length(2).epsilon(THEIRS)
    builder = builder.number_of_records_epsilon_proportion(0.02)
    made: Any = DpAggregateSeededSynthesizer(builder.build())
    made.fit(Dataset(raw))
    names, *sampled = made.sample()
    return _counted([dict(zip(names, row, strict=True)) for row in sampled])


def _row(person: Person) -> dict[str, str]:
    several = {f"{dimension}={code}": "1" for dimension, found in person.several.items() for code in found}
    return {**person.one, **several, **{f"need={service}": state for service, state in person.needs}}


def _counted(rows: Sequence[Mapping[str, str]]) -> Published:
    found = {name: Counter[tuple[str, ...]]() for name in RELEASED}
    for row in rows:
        for column, value in row.items():
            kind, _, code = column.partition("=")
            if value and code and kind == "need":
                found["needs_met_and_unmet"][code, value] += 1
            elif value and code:
                found[f"persons_by_{kind}"][code,] += 1
        for name, released in RELEASED.items():
            place = tuple(row.get(dimension, "") for dimension in released.dimensions)
            if all(place) and name != "needs_met_and_unmet" and not released.table.several:
                found[name][place] += 1
    return found


WAYS: dict[str, Way] = {
    "release, every table, epsilon 1": released,
    "release, headline tables, epsilon 1": headline,
    "release, one headline table alone, epsilon 1": alone,
    "each node leaves out counts below 10": suppressed,
    "synthetic people (pac-synth), epsilon 4": synthetic,
}

"""Ask a web process everything that its description allows, and does not: its answers must be as it describes them."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.integration.described.served import People, Served, well_meant

THERE, WELL_MEANT = 0.75, 0.25  #: how often an id is of something that is there, and a whole body is sound
AT_ONCE = 17  #: requests of one kind to one operation, before the data are put back
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
KINDS = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@dataclass
class Found:
    """How many requests were answered with which status, by whom they were asked, and what was wrong."""

    statuses: Counter[int] = field(default_factory=Counter)
    roles: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)  #: by operation, what was not refused
    wrong: dict[str, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """All requests."""
        return self.statuses.total()


def asked(served: Served, count: int, *, first: int) -> Found:
    """At least so many requests to all operations in turn; the seed is counted on from the first."""
    found = Found()
    for number in _while(lambda: found.count < count, first):
        for operation in operations(served):
            for kind in KINDS:
                _ask(served.anew(), operation, kind, number, found)
    return found


def _while(goes_on: Callable[[], bool], number: int) -> Iterator[int]:
    while goes_on():
        yield number
        number += 1


def operations(served: Served) -> list[Any]:
    """What the process describes."""
    schema = schemathesis.openapi.from_wsgi("/openapi.json", served.app)
    return [operation.ok() for operation in schema.get_all_operations()]


def _ask(people: People, operation: Any, kind: GenerationMode, number: int, found: Found) -> None:
    roles = st.sampled_from([*sorted(people.tokens), *people.often])
    cases = operation.as_strategy(generation_mode=kind)
    meant = well_meant(operation.label)

    @seed(number)
    @settings(
        max_examples=AT_ONCE,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, role=roles, picks=st.randoms(use_true_random=False))
    def ask(case: Any, role: str, picks: Any) -> None:
        if meant is not None and kind is GenerationMode.POSITIVE and picks.random() < WELL_MEANT:
            case.body = dict(meant)
        _name_what_is_there(case, people, picks)
        found.roles[role] += 1
        token = people.tokens[role]
        headers = {"Authorization": f"Bearer {token}" if token else ""}
        answer = case.call(headers=headers)
        found.statuses[answer.status_code] += 1
        found.done[operation.label] += answer.status_code < 300
        try:
            case.validate_response(answer, checks=cast("Any", CHECKS))
        except FailureGroup as group:
            for failure in group.exceptions:
                kind_of_wrong = f"{operation.label}: {failure.title}: {failure.message[:200]}"
                found.wrong.setdefault(kind_of_wrong, f"seed {number}, {role}: {group}")

    ask()


def _name_what_is_there(case: Any, people: People, picks: Any) -> None:
    """Ids and codes of what is there: with wholly invented ones nothing is ever found."""
    for place in (case.path_parameters, case.query, case.body):
        for name in sorted(people.ids.keys() & place.keys()) if isinstance(place, dict) else ():
            if picks.random() < THERE:
                place[name] = picks.choice(people.ids[name])


def figure(name: str, found: Found, first: int) -> str:
    """What was asked, for people."""
    done = sum(times > 0 for times in found.done.values())
    errors = sum(times for status, times in found.statuses.items() if status >= 500)
    return (
        f"API asked at random ({name}, seed {first}): {found.count:,} requests of {len(found.roles)} roles, "
        f"{done} of {len(found.done)} operations done, "
        f"{errors} server errors, {len(found.wrong)} answers unlike the description."
    )

"""``python -m tests.faults.mutants``: break the core in every way that is listed; each must be caught by its part."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.faults.mutants import broken
from tests.faults.mutants.broken import Mutant
from tests.faults.power.cuts import Lost, cut
from tests.faults.simulation.many import be_quiet
from tests.faults.simulation.play import play

SEEDS = 1_000  #: within which the simulation must find it
CUTS = 200
FAILED = 1  #: pytest's exit code when tests have failed, and not something else


def simulation(mutant: Mutant) -> str | None:
    """By which seed it was found."""
    with mutant():
        for seed in range(SEEDS):
            try:
                play(seed)
            except Exception:  # noqa: BLE001 - whatever breaks, it was noticed
                return f"by seed {seed} of the simulation"
    return None


def power(mutant: Mutant) -> str | None:
    """Whether a power cut found it."""
    with mutant():
        try:
            cut(CUTS)
        except Lost as lost:
            return f"by a power cut: {lost}"
    return None


def tests(*names: str) -> Callable[[Mutant], str | None]:
    """A part that consists of these tests."""
    return partial(_tests, names)


def _tests(names: tuple[str, ...], mutant: Mutant) -> str | None:
    command = ["-m", "pytest", "-q", "-p", "tests.faults.mutants.plugin", "--mutant", mutant.__name__, *names]
    ended = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    return f"by {names[0]}" if ended.returncode == FAILED else None


@dataclass(frozen=True)
class Case:
    """A variant, and the part of the suite that must catch it."""

    mutant: Mutant
    part: Callable[[Mutant], str | None]


CASES = (
    # Receipts make good for the next two in the simulation: what is lost so is said again.
    Case(broken.no_confirms, tests("shared/messaging/tests/test_pump.py")),
    Case(broken.acknowledge_first, tests("shared/messaging/tests/test_pump.py")),
    Case(broken.mark_before_send, simulation),
    Case(broken.no_inbox, simulation),
    Case(broken.inbox_apart, simulation),
    Case(broken.no_receipts, simulation),
    Case(broken.no_receipts_within_the_hub, simulation),
    Case(broken.order_dependent, simulation),
    Case(broken.no_repeated_answer, simulation),
    Case(broken.forget_unready, tests("shared/messaging/tests/test_trying_again.py")),
    Case(broken.forget_what_failed_again, tests("shared/messaging/tests/test_trying_again.py")),
    Case(broken.synchronous_normal, power),
    Case(
        broken.no_mandatory,
        tests("tests/integration/test_link.py::test_each_message_is_answered_by_its_own_name"),
    ),
    Case(broken.endless_patience, tests("shared/messaging/tests/test_confirms.py")),
    Case(broken.never_behind, tests("shared/messaging/tests/test_pump.py")),
    Case(broken.no_signature, tests("shared/messaging/tests/test_believing.py")),
    Case(broken.no_signature, tests("shared/sealing/tests/test_letter.py")),
    Case(broken.unsigned_is_heard, tests("shared/messaging/tests/test_believing.py")),
    Case(broken.open_envelopes, tests("shared/messaging/tests/test_post.py")),
    Case(broken.any_chain, tests("services/intake/tests/test_proofs.py")),
    Case(broken.the_hub_is_believed, tests("services/intake/tests/test_proofs.py")),
    Case(broken.letters_of_nobody, tests("services/intake/tests/test_proofs.py")),
    Case(broken.whole_batches, tests("shared/messaging/tests/test_delivery.py")),
)


def main() -> None:
    """Exit code 1 if any survives."""
    be_quiet()
    survivors = [case.mutant.__name__ for case in CASES if not _caught(case)]
    sys.stdout.write(
        f"Mutants: {len(CASES)}, of which {len(survivors)} survived: {', '.join(survivors) or 'none'}.\n"
    )
    sys.exit(bool(survivors))


def _caught(case: Case) -> bool:
    begun = time.monotonic()
    how = case.part(case.mutant)
    said = (case.mutant.__doc__ or "").strip()
    name, took = case.mutant.__name__, time.monotonic() - begun
    sys.stdout.write(f"{name} ({said}) {'was caught ' + how if how else 'SURVIVED'}, {took:.1f} s\n")
    sys.stdout.flush()
    return how is not None


if __name__ == "__main__":
    main()

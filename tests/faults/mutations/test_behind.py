"""What is rightly signed may be nonsense all the same: it is refused with a reason, and nothing breaks of it."""

from collections import Counter
from collections.abc import Callable

from tests.faults.mutations.behind import ends, nonsense

NONSENSE = 20_000


def test_signed_nonsense_is_refused_with_a_reason_or_is_sound(
    record_property: Callable[[str, object], None],
) -> None:
    found: Counter[str] = Counter()
    for text in nonsense(NONSENSE, seed=11):
        found.update(ends(text))

    record_property(
        "figure",
        f"Letters changed (behind the signature): {NONSENSE:,}, {found['taken']:,} sound, 0 broke anything.",
    )
    assert {"invalid_data", "not_a_cloud_event", "sender_forged", "taken"} <= found.keys()

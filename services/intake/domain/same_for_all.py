"""Whether all in a conference were told the same: what each node says that it was told, beside what ours was."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.intake.domain.conference import CONFIRMED, OPENED, Act, Conference

SAME, DIFFERS, NOT_SAID = "same", "differs", "not_said"


def digest_of(case: Mapping[str, Any]) -> str:
    """SHA-256, in hex, of a case as it was put: all that stood in the sealed part, of a newer version too."""
    return hashlib.sha256(json.dumps(case, sort_keys=True).encode()).hexdigest()


def case_of(acts: Iterable[Act]) -> Mapping[str, Any]:
    """The case as it was put: question, facts, and for us who hear it the digest of all; nothing once erased."""
    found: Mapping[str, Any] = next(
        (act.content["case"] for act in acts if act.kind == OPENED and act.content), {}
    )
    return found


def what_we_heard(conference: Conference, acts: Iterable[Act]) -> dict[str, Any]:
    """What our node says to all that it was told: the digest of the case, and who was invited, in order."""
    case = case_of(acts)
    if not case:
        return {}
    return {"case": case.get("digest") or digest_of(case), "invited": conference.invited}


def told(conference: Conference, acts: Sequence[Act]) -> dict[str, str]:
    """Of each other organisation that was invited: SAME, DIFFERS from what we were told, or NOT_SAID yet.

    Who invites does so one after the other, so of two lists one begins the other, whichever came first. Nothing once
    it is erased.
    """
    ours = what_we_heard(conference, acts)
    if not ours:
        return {}
    found = {org: NOT_SAID for org in conference.invited if org != conference.org}
    for act in acts:
        if act.kind == CONFIRMED and act.content and act.org in found:
            same = found[act.org] != DIFFERS and _agree(ours, act.content)
            found[act.org] = SAME if same else DIFFERS
    return found


def _agree(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    pairs = zip(ours["invited"], theirs["invited"], strict=False)
    return ours["case"] == theirs["case"] and all(one == other for one, other in pairs)

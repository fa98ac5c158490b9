"""The path of a case: where it stands and what comes next, from what is recorded and from nothing else."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.intake.domain import (
    Case,
    Consent,
    Direction,
    Kind,
    Need,
    Recorded,
    Referral,
    Sheet,
    codelists,
    compared,
    next_step,
    path,
)
from services.intake.domain.path import STEP_OF, STEPS
from shared.clock import new_id
from shared.schemas.life import State

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, tzinfo=UTC)
CASE = Case(new_id(), new_id(), "K7QM-2XRD", "open", NOW)
CONCLUDED = replace(CASE, conclusion="presumed_victim")
CLOSED = replace(CONCLUDED, status="closed")
CONSENT = Consent(
    new_id(), CASE.person_id, 1, "individual", ("referral",), ("legal-aid",), ("phone",), "consent", NOW
)
WITHDRAWN = replace(CONSENT, withdrawn_at=NOW)


def need(state: str, how: str | None = None) -> Need:
    return Need(new_id(), CASE.id, "legal_assistance", "high", state, how)


def referral(state: State, **more: Any) -> Referral:
    facts = (new_id(), Direction.OUT, "legal-aid", "legal_assistance", "urgent", NOW, 1)
    return Referral(*facts, state=state, shown_state=state, unconfirmed=False, **more)


def sheet(kind: Kind, **more: Any) -> Sheet:
    return Sheet(new_id(), CASE.person_id, CASE.id, kind, NOW, "olena", **more)


SCREENED, ASSESSED = sheet(Kind.SCREENING), sheet(Kind.ASSESSMENT)
PLANNED = sheet(Kind.FOLLOW_UP, due_on=TODAY)
FOLLOWED = replace(PLANNED, done_on=TODAY)
ASKED = sheet(Kind.CLOSURE, due_on=TODAY)
MET = [need("met")]

# Case, consent, needs, referrals, sheets; what comes next; and the seven steps: d(one), n(ow), t(o come), l(eft out).
TABLE: list[tuple[Any, Any, list[Any], list[Any], list[Any], str | None, str]] = [
    (None, None, [], [], [], "record_consent", "tnttttt"),
    (None, CONSENT, [], [], [], "open_case", "ndttttt"),
    (CASE, None, [], [], [], "screen", "ntttttt"),
    (CASE, CONSENT, [], [], [], "screen", "ndttttt"),
    (CASE, None, [], [], [SCREENED], "record_consent", "dnttttt"),
    (CONCLUDED, None, [], [], [], "record_consent", "dnttttt"),
    (CONCLUDED, CONSENT, [], [], [], "assess", "ddntttt"),
    (CASE, CONSENT, [], [], [ASSESSED], "assess_needs", "lddnttt"),
    (CONCLUDED, WITHDRAWN, [need("open")], [], [ASSESSED], "record_consent", "dndtttt"),
    (CASE, CONSENT, [need("open"), need("met")], [], [], "refer", "ldllntt"),
    (CONCLUDED, CONSENT, [need("open", "referral")], [], [ASSESSED], "refer", "ddddntt"),
    (CONCLUDED, None, [need("open", "own_service")], [], [ASSESSED], "serve", "dlddntt"),
    (
        CONCLUDED,
        CONSENT,
        [need("planned")],
        [referral(State.DELIVERED)],
        [ASSESSED],
        "await_answer",
        "ddddntt",
    ),
    (CASE, CONSENT, [need("planned")], [referral(State.WAITLISTED)], [], "await_answer", "ldldntt"),
    (CASE, CONSENT, [need("planned")], [referral(State.IN_PROGRESS)], [], "provide", "ldldntt"),
    (CASE, CONSENT, [need("planned")], [referral(State.SENT, refused=True)], [], "plan_follow_up", "ldldlnt"),
    (CASE, CONSENT, [need("not_met")], [referral(State.FAILED)], [FOLLOWED], "plan_follow_up", "ldlddnt"),
    (CONCLUDED, CONSENT, MET, [referral(State.COMPLETED)], [ASSESSED], "plan_follow_up", "dddddnt"),
    (CONCLUDED, CONSENT, MET, [], [ASSESSED, FOLLOWED, PLANNED], "follow_up", "dddddnt"),
    (CONCLUDED, CONSENT, MET, [], [ASSESSED, FOLLOWED], "close", "ddddddn"),
    (CONCLUDED, WITHDRAWN, [need("no_longer_needed")], [], [ASSESSED, FOLLOWED], "close", "dlddddn"),
    (CONCLUDED, CONSENT, MET, [], [ASSESSED, FOLLOWED, ASKED], "await_approval", "ddddddn"),
    (CLOSED, CONSENT, MET, [], [ASSESSED, replace(ASKED, done_on=TODAY)], None, "dddddld"),
]


@pytest.mark.parametrize(("case", "consent", "needs", "referrals", "sheets", "step", "statuses"), TABLE)
def test_the_path_and_the_next_step_follow_from_what_is_there(
    case: Any, consent: Any, needs: Any, referrals: Any, sheets: Any, step: str | None, statuses: str
) -> None:
    recorded = Recorded(case, consent, needs, referrals, sheets)

    assert next_step(recorded, TODAY) == step
    found = {"done": "d", "now": "n", "later": "t", "left_out": "l"}
    assert "".join(found[one.status] for one in path(recorded, TODAY)) == statuses


def test_every_step_of_the_path_has_words() -> None:
    assert codelists.codes("path_step") == STEPS
    assert {step for *_, step, _ in TABLE} - {"open_case", None} == set(STEP_OF)


def test_every_code_has_words_in_every_language() -> None:
    for kind, codes in codelists.kinds().items():
        for code, words in codes.items():
            assert len(words) == len(codelists.LANGUAGES), (kind, code)
            assert all(one.strip() for one in words), (kind, code)
            assert len(set(words)) > 1, (kind, code)
    assert codelists.words_for("answer", "yes", "uk") == "Так"
    assert codelists.words_for("answer", "perhaps", "uk") is None


def test_there_are_eleven_domains_and_four_levels() -> None:
    assert (len(codelists.codes("domain")), codelists.codes("level")) == (11, ("1", "2", "3", "4"))


def test_the_first_and_the_last_assessment_are_compared() -> None:
    levels: list[dict[str, int]] = [{"safety": 1, "income": 3}, {"income": 2}, {"safety": 4}]
    found = compared(
        [sheet(Kind.ASSESSMENT, content={"levels": one}) for one in levels],
        ("safety", "income", "resilience"),
    )

    assert [(one.first, one.last, one.change) for one in found] == [(1, 4, 3), (3, 2, -1), (None, None, None)]


def test_a_code_that_is_asked_no_longer_keeps_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = {
        "answer": {
            "yes": ["Yes", "Да", "Так", "Так"],
            "perhaps": ["Perhaps", "Может быть", "Мабыць", "Можливо"],
        }
    }
    known = {"version": 2, "lists": lists, "retired": {"answer": ["perhaps"]}}
    monkeypatch.setattr(codelists, "_read", lambda: known)

    assert codelists.codes("answer") == ("yes",)
    assert codelists.words_for("answer", "perhaps", "be") == "Мабыць"

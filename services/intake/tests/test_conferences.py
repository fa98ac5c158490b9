"""Open a conference: what consent is needed, what may be told, what leaves; and who of us sees it."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.intake.domain import ConsentMissing, Person
from services.intake.domain.conference import FACTS, OF_THE_PERSON, OPENED
from services.intake.domain.deidentifying import LEAST, MOST, Told, facts, shift_by
from services.intake.storage.conference_tables import conference_acts, conference_deliveries, conferences
from services.intake.tests.conferring import ASKED, MARIA, has_case_to_confer, opens
from services.intake.tests.node import (
    ADMIN,
    AUDITOR,
    COLLEAGUE,
    FOCAL_POINT,
    HERE,
    KEYLESS,
    STRANGER,
    THEIR_KEY,
    THERE,
    WORKER,
    Node,
)
from services.intake.usecases.cases import add_need, open_case
from services.intake.usecases.closing import close_case
from services.intake.usecases.conference_acts import RULES
from services.intake.usecases.conference_thread import conference_page, write_message
from services.intake.usecases.conferences import choosable, list_conferences, look, open_conference
from services.intake.usecases.consent import record_consent
from services.intake.usecases.offering import put_service
from services.intake.usecases.refusals import Conflict, Invalid, NotFound
from services.intake.usecases.sealed_parts import open_act
from services.intake.usecases.sheets import assess, note_service, screen
from shared.schemas.conferences import ConferenceMessageSent, ConferenceOpened
from shared.sealing import KeyRing


def refused(node: Node, case: Any, **changes: Any) -> dict[str, str]:
    with pytest.raises(Invalid) as invalid:
        open_conference(node.database, case.id, ASKED | changes, WORKER)
    assert node.rows(conferences) == []
    return invalid.value.errors


def test_only_whom_it_is_for_can_open_what_leaves(node: Node) -> None:
    _, case = has_case_to_confer(node)
    conference = opens(node, case, fields=["gender"])
    [said] = node.said(ConferenceOpened)

    assert said.letter.said.readers == ("hub", THERE)
    assert (said.event.to_org, said.event.conference_id) == (THERE, conference.id)
    content = open_act(said.letter.private, said.event.act_id, KeyRing(THEIR_KEY), RULES[OPENED])["case"]
    assert content["facts"] == {"gender": "Woman"}
    assert (content["question"], content["invited"]) == (ASKED["question"], (THERE,))
    clear = str(said.event.dump()) + str(said.letter.said)
    for mark in (case.reference, str(case.id), "Woman", ASKED["question"], WORKER.username, "Мария"):
        assert mark not in clear


def test_it_is_said_again_until_the_other_node_has_it(node: Node) -> None:
    conference = opens(node)
    [act] = conference_page(node.database, conference.id, WORKER).acts

    assert node.awaited() == {f"conference:{act.id}:{THERE}"}
    assert act.delivered == {THERE: "waiting"}


@pytest.mark.parametrize(
    ("agreed", "code"),
    [
        ({"purposes": ["referral"]}, "conference_not_consented"),
        ({"expires_on": date(2026, 3, 3)}, "consent_expired"),
    ],
)
def test_the_person_has_to_agree_to_it(node: Node, agreed: dict[str, Any], code: str) -> None:
    _, case = has_case_to_confer(node, **agreed)
    node.pass_time(days=3)

    with pytest.raises(ConsentMissing) as missing:
        opens(node, case)
    assert missing.value.code == code


def test_consent_covers_each_organisation_field_and_day(node: Node) -> None:
    _, case = has_case_to_confer(node, expires_on=date(2026, 3, 9))

    assert refused(node, case, organisations=[KEYLESS], days=3) == {
        "organisations": "organisation_not_consented"
    }
    assert refused(node, case, fields=["citizenship"], days=3) == {"fields": "field_not_consented"}
    assert refused(node, case, days=8) == {"days": "beyond_consent"}
    assert opens(node, case, days=6).ends_at == node.at + timedelta(days=6)


@pytest.mark.parametrize(
    ("org", "code"),
    [(KEYLESS, "organisation_without_key"), ("gone", "organisation_unknown"), (HERE, "own_organisation")],
)
def test_whom_nothing_can_be_sealed_for_is_not_invited(node: Node, org: str, code: str) -> None:
    person, case = has_case_to_confer(node)
    agreed = {"given_by": "individual", "purposes": ["conference"], "organisations": [THERE, KEYLESS, HERE]}
    record_consent(node.database, person.id, agreed, WORKER)
    if org == "gone":
        code = "organisation_not_consented"  # what is not in the directory cannot be agreed to

    assert refused(node, case, organisations=[org]) == {"organisations": code}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"question": ""}, {"question": "needed"}),
        ({"question": "a" * 2001}, {"question": "too_long"}),
        ({"question": None}, {"question": "needed"}),
        ({"question": 7}, {"question": "not_text"}),
        ({"organisations": []}, {"organisations": "needed"}),
        ({"organisations": [f"org-{n}" for n in range(11)]}, {"organisations": "too_many"}),
        ({"days": 0}, {"days": "not_so_many_days"}),
        ({"days": 31}, {"days": "not_so_many_days"}),
        ({"days": True}, {"days": "not_so_many_days"}),
        ({"fields": ["given_name"]}, {"fields": "unknown_code"}),
        ({"fields": ["address"]}, {"fields": "unknown_code"}),
        ({"region": "Ленина 5"}, {"region": "unknown_code"}),
        ({"name": "Maria"}, {"name": "unknown_field"}),
        ({"question": "can Maria stay?"}, {"question": "names_known"}),
        ({"question": "can Maria stay?", "sure": True}, {"question": "names_known"}),
        ({"question": "can somebody from Brest stay?"}, {"question": "names_suspected"}),
    ],
)
def test_bad_input_is_refused_and_nothing_leaves(
    node: Node, changes: dict[str, Any], errors: dict[str, str]
) -> None:
    _, case = has_case_to_confer(node)

    assert refused(node, case, **changes) == errors
    assert node.said(ConferenceOpened) == []


def test_a_closed_case_is_put_to_nobody(node: Node) -> None:
    _, case = has_case_to_confer(node)
    close_case(node.database, case.id, "returned", WORKER)

    with pytest.raises(Conflict, match="closed"):
        opens(node, case)


def test_all_that_the_node_knows_is_looked_for(node: Node) -> None:
    person, case = has_case_to_confer(node)
    second = open_case(node.database, person.id, WORKER)
    hidden = {"name": "Beds", "service_type": "shelter", "status": "open", "address": "Warbler 12"}
    put_service(node.database, None, hidden, FOCAL_POINT)

    for known in (
        "Stork",
        "Kovalska",
        "Гродне",
        "1234567",
        "12.03.1990",
        case.reference,
        second.reference,
        "warbler",
    ):
        assert refused(node, case, question=f"what of {known}?", sure=True) == {"question": "names_known"}


def test_what_is_looked_at_is_what_leaves(node: Node) -> None:
    _, case = has_case_to_confer(node)
    given = ASKED | {"fields": ["gender", "age_band", "opened_on"], "region": "Hrodna"}
    seen = look(node.database, case.id, given, WORKER)
    conference = open_conference(node.database, case.id, given, WORKER)
    told = conference_page(node.database, conference.id, WORKER).opening["facts"]

    assert told == seen.facts
    assert told["age_band"] == "30--38"
    assert told["region"] == "Hrodna"


def test_dates_are_shifted_alike_and_differently_each_time(node: Node) -> None:
    _, case = has_case_to_confer(node)
    node.pass_time(days=5)
    assess(node.database, case.id, {"levels": {"safety": 1}, "risk": "high"}, WORKER)
    fields = ["opened_on", "assessed_on"]
    shifts = set()
    for seed in map(str, range(20)):
        told = look(node.database, case.id, ASKED | {"fields": fields, "seed": seed}, WORKER).facts
        opened, assessed = (date.fromisoformat(told[name]) for name in fields)
        assert assessed - opened == timedelta(days=5)
        shifts.add((case.opened_at.date() - opened).days)
    assert len(shifts) > 5
    assert all(LEAST <= shift <= MOST for shift in shifts)


def test_the_shift_stays_within_its_bounds() -> None:
    assert {shift_by(bytes([0, 0, n])).days for n in range(256)} == set(range(LEAST, MOST + 1))


def test_every_fact_has_a_value_when_all_is_known(node: Node) -> None:
    _, case = has_case_to_confer(node, fields=list(OF_THE_PERSON))
    add_need(node.database, case.id, "shelter", "high", WORKER)
    screen(node.database, case.id, {"conclusion": "presumed_victim", "identified_by": "police"}, WORKER)
    assess(node.database, case.id, {"levels": {"safety": 1}, "risk": "high"}, WORKER)
    given = {"service_type": "food", "how": "own_service", "given_by": "Ihar", "given_on": date(2026, 3, 1)}
    note_service(node.database, case.id, given, WORKER)
    known, _ = choosable(node.database, case.id, "seed", WORKER)

    assert set(FACTS) - known.keys() == {"citizenship", "languages", "exploitation"}
    assert known["services"][0].keys() == {"service_type", "given_on"}
    written = str(known)
    for mark in ("Ihar", *map(str, MARIA.values())):
        assert (mark, mark == "Woman" or mark not in written) == (mark, True)
    conference = opens(node, case, fields=list(known))
    assert conference_page(node.database, conference.id, WORKER).opening["facts"].keys() == known.keys()


def test_who_is_born_when_is_told_as_a_published_band() -> None:
    person = Person(id=None, created_at=None, created_by="", birth_date=date(1990, 3, 12), age_band="0--8")  # type: ignore[arg-type]
    told = Told(person, None, (), (), date(2026, 3, 2))  # type: ignore[arg-type]
    shift = timedelta(days=20)

    assert facts(told, ["age_band"], shift) == {"age_band": "30--38"}
    assert facts(replace(told, person=replace(person, birth_date=None)), ["age_band"], shift) == {
        "age_band": "0--8"
    }


def test_ours_is_seen_by_whoever_works_on_the_case(node: Node) -> None:
    conference = opens(node)

    for who in (WORKER, FOCAL_POINT):
        assert (
            conference_page(node.database, conference.id, who).conference
            == list_conferences(node.database, who)[0]
        )
    for who in (COLLEAGUE, ADMIN, AUDITOR, STRANGER):
        with pytest.raises(NotFound):
            conference_page(node.database, conference.id, who)
        with pytest.raises(NotFound):
            write_message(node.database, conference.id, {"text": "hello"}, who)
        assert list_conferences(node.database, who) == []


def test_what_was_said_lies_sealed(node: Node) -> None:
    conference = opens(node, fields=["gender"])
    write_message(node.database, conference.id, {"text": "she is well"}, WORKER)
    stored = b"".join(row["sealed"] for row in node.rows(conference_acts))

    assert re.search(b"shelter|Woman|well", stored) is None
    assert [said.event.to_org for said in node.said(ConferenceMessageSent)] == [THERE]
    assert {row["outcome"] for row in node.rows(conference_deliveries)} == {None}

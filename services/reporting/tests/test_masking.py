"""Masked counts at the hub: who may sign what, what is answered to whom, and a sum that is read once or never."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from sqlalchemy import insert, select

from services.reporting.domain.periods import parse_period
from services.reporting.storage import metadata
from services.reporting.storage.contributed import Contribution, keep_contributions
from services.reporting.storage.masked import rosters_of
from services.reporting.storage.masked_tables import masked_counts
from services.reporting.usecases import deciding, rosters
from services.reporting.usecases.deciding import NotDecided
from services.reporting.usecases.rosters import NotSigned, approve_roster, propose_roster
from services.reporting.usecases.staff import add_coordinator
from shared.clock import new_id
from shared.messaging.errors import Refused
from shared.schemas import Event
from shared.schemas.cells import declared_cells
from shared.schemas.masking import CountsMasked, MaskLifted, RosterRefused, RosterSigned
from shared.schemas.referral import DirectoryPublished
from shared.sealing import OwnKeys
from shared.sealing.masking import mask, to_text

QUARTER, OPEN_FOR = "2026-Q1", timedelta(days=45)
ORGS = ("bridge", "harbour", "lantern", "oak", "river", "shore")
KEYS = {org: OwnKeys.generate() for org in ORGS}
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HERE = ("persons_by_recruiter", ("unknown", "unknown"))
PLACES = {place: number for number, place in enumerate(declared_cells(2))}
MATTERS = ("citizenship", "recruiter", "exploitation_type", "means", "sector")
OF_TWO: dict[Any, int] = {
    ("persons_identified", ("unknown", "unknown", "unknown")): 2,
    ("persons_by_case_state", ("unknown", "active")): 2,
} | {(f"persons_by_{name}", ("unknown", "unknown")): 2 for name in MATTERS}


@pytest.fixture
def said(world: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Event]]:
    """What the hub says, to whom."""
    told: list[tuple[str, Event]] = []
    outbox = world.database.outbox

    def publish(_tx: Any, event: Event, *, to: Any, **_: Any) -> UUID:
        told.append((to.key(event).split(".")[1], event))
        return new_id()

    monkeypatch.setattr(outbox, "publish", publish)
    monkeypatch.setattr(outbox, "publish_to_all", lambda tx, event, *, to, **_: publish(tx, event, to=to[0]))
    return told


@pytest.fixture
def hub(world: Any, said: Any) -> Any:
    """Six organisations with keys, two coordinators, and counts that leave masked since this quarter."""
    with world.database.transaction() as tx:
        known = [(org, keys.public) for org, keys in KEYS.items()]
        rows = [{"party": org, "sealing": k.sealing, "signing": k.signing, "version": 1} for org, k in known]
        tx.execute(insert(metadata.tables["keys"]), rows)
    for name in ("anna", "boris"):
        add_coordinator(world.database, name, "seven quiet lanterns", display_name=name, hasher=CHEAP)
    masked_from(world, QUARTER)
    world.at += timedelta(days=45)
    said.clear()
    return world


def masked_from(world: Any, quarter: str) -> None:
    number = deciding.propose_rules(world.database, {"masked_from": quarter}, "anna")
    deciding.approve_rules(world.database, number, "boris")


def sign(hub: Any, *, without: tuple[str, ...] = ()) -> RosterSigned:
    number = propose_roster(hub.database, QUARTER, "anna", without=without, open_for=OPEN_FOR)
    return approve_roster(hub.database, number, "boris", open_for=OPEN_FOR).signed


def counts_of(
    org: str, signed: RosterSigned, cells: Any = OF_TWO, revision: int = 1
) -> tuple[CountsMasked, MaskLifted]:
    values = [cells.get(place, 0) for place in PLACES]
    made = mask(values, name=org, own=KEYS[org].sealing[0], keys=signed.keys, bound=signed.bound)
    about: dict[str, Any] = {"period": signed.period, "roster": signed.number}
    counts = CountsMasked(**about, revision=revision, values=to_text(made.values), commitment=made.commitment)
    return counts, MaskLifted(**about, seed=made.seed.hex())


def everybody(hub: Any, signed: RosterSigned, **other: Any) -> list[tuple[str, MaskLifted]]:
    """All contribute; their masks, not lifted yet. ``other`` are the cells of some."""
    made = {org: counts_of(org, signed, other.get(org, OF_TWO)) for org in signed.keys}
    for org, (counts, _) in made.items():
        hub.hear(counts, sender=org)
    return [(org, seed) for org, (_, seed) in made.items()]


def lift(hub: Any, masks: Any) -> None:
    for org, seed in masks:
        hub.hear(seed, sender=org)


def answers(said: Any) -> list[tuple[str, str]]:
    return [(org, event.answer) for org, event in said if event.type == "reporting.counts_answered"]


def asked(said: Any, kind: str) -> list[str]:
    return [org for org, event in said if event.type == f"reporting.{kind}"]


def people(hub: Any) -> float | None:
    total = hub.report("persons_identified").total
    return total.shown if total else None


def test_the_sum_is_read_when_the_last_mask_is_lifted(hub: Any, said: Any) -> None:
    signed = sign(hub)
    assert asked(said, "roster_signed") == list(ORGS)
    seeds = everybody(hub, signed)
    assert answers(said) == [(org, "taken") for org in ORGS]
    assert asked(said, "roster_completed") == list(ORGS)
    lift(hub, seeds[:-1])
    assert people(hub) is None
    lift(hub, seeds[-1:])
    assert people(hub) == 12
    assert hub.report("persons_identified").contributors == 6
    with hub.database.reading() as tx:
        assert all(row.masked is None and row.seed is None for row in tx.execute(select(masked_counts)))


def test_what_comes_again_is_answered_as_before_and_counts_once(hub: Any, said: Any) -> None:
    signed = sign(hub)
    counts, seed = counts_of("oak", signed)
    hub.hear(counts, counts, sender="oak")
    seeds = everybody(hub, signed)
    assert answers(said)[:2] == [("oak", "taken")] * 2
    assert ("oak", "replaced") in answers(said), "other counts under the same number"
    lift(hub, [("oak", seed), *((org, one) for org, one in seeds if org != "oak")])
    lift(hub, seeds[:1])
    assert people(hub) == 12
    hub.at += timedelta(days=90)
    hub.hear(counts, seed, sender="oak")
    assert answers(said)[-1] == ("oak", "taken")


def test_a_higher_number_stands_until_all_have_contributed(hub: Any, said: Any) -> None:
    signed = sign(hub)
    hub.hear(counts_of("oak", signed)[0], sender="oak")
    hub.hear(newer := counts_of("oak", signed, revision=7)[0], sender="oak")
    hub.hear(counts_of("oak", signed, revision=3)[0], sender="oak")
    assert [answer for _, answer in answers(said)] == ["taken", "taken", "replaced"]
    with hub.database.reading() as tx:
        assert tx.execute(select(masked_counts.c.commitment)).scalars().all() == [newer.commitment]
    assert said[-1][1].revision_held == 7


@pytest.mark.parametrize(
    ("changes", "sender", "code"),
    [
        ({"roster": 99}, "oak", "roster_unknown"),
        ({"period": "2025-Q4"}, "oak", "roster_unknown"),
        ({}, "stranger", "roster_unknown"),
        ({"values": to_text([1, 2])}, "oak", "masked_length"),
        ({"values": "no masked counts"}, "oak", "masked_length"),
    ],
)
def test_what_cannot_be_right_is_kept_for_a_person(hub: Any, changes: Any, sender: str, code: str) -> None:
    counts = counts_of("oak", sign(hub))[0]
    with pytest.raises(Refused, match=code):
        hub.hear(counts.load({**counts.dump(), **changes}), sender=sender)
    with hub.database.reading() as tx:
        assert tx.execute(select(masked_counts)).all() == []


def test_late_counts_and_masks_are_refused(hub: Any, said: Any) -> None:
    signed = sign(hub)
    seeds = everybody(hub, signed)
    late, _ = counts_of("oak", signed, revision=9)
    hub.at += timedelta(days=60)
    with pytest.raises(Refused, match="period_closed"):
        lift(hub, seeds)
    with pytest.raises(Refused, match="period_closed"):
        hub.hear(late, sender="oak")
    assert answers(said)[-1] == ("oak", "period_closed")
    assert people(hub) is None


def test_a_mask_that_is_not_the_committed_one_or_too_early_is_refused(hub: Any) -> None:
    signed = sign(hub)
    counts, seed = counts_of("oak", signed)
    hub.hear(counts, sender="oak")
    with pytest.raises(Refused, match="roster_not_completed"):
        hub.hear(seed, sender="oak")
    seeds = dict(everybody(hub, signed))
    with pytest.raises(Refused, match="mask_wrong"):
        hub.hear(seeds["river"], sender="oak")
    assert people(hub) is None


def test_a_new_roster_takes_the_place_of_one_that_somebody_is_missing_in(hub: Any, said: Any) -> None:
    first = sign(hub)
    hub.hear(RosterRefused(period=QUARTER, roster=first.number, code="roster_key"), sender="shore")
    for org in ORGS[:-1]:
        hub.hear(counts_of(org, first)[0], sender=org)
    [standing] = rosters.all_rosters(hub.database)
    assert standing.said["shore"] is not None
    assert standing.said["shore"].refused == "roster_key"

    second = sign(hub, without=("shore",))
    assert asked(said, "roster_signed")[-5:] == list(ORGS[:-1])
    hub.hear(counts_of("oak", first, revision=2)[0], sender="oak")
    assert answers(said)[-1] == ("oak", "roster_replaced")
    lift(hub, everybody(hub, second))
    assert people(hub) == 10
    with hub.database.reading() as tx:
        assert all(row.masked is None for row in tx.execute(select(masked_counts)))


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({HERE: 2**40}, "count_too_large"),
        ({HERE: -30}, "count_too_large"),
        ({HERE: 9}, "tables_disagree"),
        (OF_TWO | {("persons_by_means", ("unknown", "meansThreats")): 1}, "more_than_any"),
    ],
)
def test_a_sum_that_somebody_has_poisoned_is_not_used(hub: Any, cells: Any, wrong: str) -> None:
    lift(hub, everybody(hub, sign(hub), oak=cells))
    assert people(hub) is None
    assert hub.report("persons_identified").contributors == 0
    with hub.database.reading() as tx:
        assert [one.wrong for one in rosters_of(tx)] == [wrong]
    with pytest.raises(NotSigned, match="roster_completed"):
        sign(hub)


def test_counts_that_come_openly_are_answered_and_kept_nowhere(hub: Any, counts: Any, said: Any) -> None:
    hub.hear(counts({("food", "met"): 314}), sender="harbour")
    assert answers(said) == [("harbour", "masked_only")]
    assert hub.report("needs").contributors == 0
    with hub.database.reading() as tx:
        assert tx.execute(select(metadata.tables["contributions"])).all() == []
        assert tx.execute(select(metadata.tables["parked"])).all() == []


def test_nodes_are_told_when_it_is_decided_and_whenever_somebody_joins(hub: Any, said: Any) -> None:
    hub.hear(DirectoryPublished(directory_version=9, previous="", organisations=[], register=None))
    [(to, event)] = [one for one in said if one[0] == "all"]
    assert (to, event.masked_from) == ("all", QUARTER)
    masked_from(hub, "")
    assert said[-1][1].masked_from is None
    assert said[-1][1].decision > event.decision


def test_a_quarter_that_a_roster_was_signed_for_stays_masked(hub: Any, counts: Any, said: Any) -> None:
    sign(hub)
    masked_from(hub, "")
    hub.hear(counts({("food", "met"): 9}), sender="harbour")
    assert answers(said)[-1] == ("harbour", "masked_only")


def test_whoever_sent_openly_before_is_left_out_and_stands_beside(hub: Any) -> None:
    openly = Contribution("shore", parse_period(QUARTER), 2, 1, [("needs", ("food", "met"), 9)])
    with hub.database.transaction() as tx:
        keep_contributions(tx, [openly])
    lift(hub, everybody(hub, signed := sign(hub)))
    assert set(signed.keys) == set(ORGS) - {"shore"}
    assert hub.report("needs").contributors == 6
    assert hub.report("needs").total.shown == 9


def refused(hub: Any, period: str = QUARTER, by: str = "anna", **given: Any) -> str:
    with pytest.raises((NotSigned, NotDecided)) as told:
        propose_roster(hub.database, period, by, open_for=OPEN_FOR, **given)
    return str(told.value)


def test_what_is_no_roster_is_not_signed(hub: Any) -> None:
    assert refused(hub, "2026") == "quarter_unknown"
    assert refused(hub, "2026-Q2") == "quarter_not_over"
    assert refused(hub, "2025-Q4") == "period_closed"
    assert refused(hub, without=("nobody",)) == "organisation_unknown"
    assert refused(hub, without=("oak", "river")) == "roster_small"
    assert refused(hub, by="mallory") == "coordinator_unknown"
    masked_from(hub, "2026-Q2")
    assert refused(hub) == "not_masked"


def test_nobody_signs_alone_nor_what_the_register_no_longer_knows(hub: Any) -> None:
    number = propose_roster(hub.database, QUARTER, "anna", open_for=OPEN_FOR)
    with pytest.raises(NotDecided, match="same_person"):
        approve_roster(hub.database, number, "anna", open_for=OPEN_FOR)
    keys = metadata.tables["keys"]
    with hub.database.transaction() as tx:
        tx.execute(keys.update().where(keys.c.party == "oak").values(state="revoked"))
    with pytest.raises(NotSigned, match="organisation_unknown"):
        approve_roster(hub.database, number, "boris", open_for=OPEN_FOR)

"""A node contributes to rosters under masks, lifts its mask for one of a quarter only, and refuses the rest."""

from dataclasses import replace
from typing import Any

import pytest

from services.intake.domain import Action
from services.intake.storage import counts_sent
from services.intake.storage import masking as rows
from services.intake.tests.founded import ROOT
from services.intake.tests.node import HERE, NETWORK, OUR_KEYS, START, Node, directory
from services.intake.tests.test_audit import what
from services.intake.tests.test_counting import PERIOD, somebody
from services.intake.usecases.counting import contribute_all_counts, contribute_counts
from services.intake.usecases.restoring import resume
from shared.messaging.registers import to_wire
from shared.schemas.cells import cells_digest, declared_cells
from shared.schemas.intake import CountsContributed
from shared.schemas.masking import (
    CountsMasked,
    MaskingDecided,
    MaskLifted,
    Member,
    RosterCompleted,
    RosterRefused,
    RosterSigned,
)
from shared.schemas.workbook import VERSION
from shared.sealing import OwnKeys
from shared.sealing.masking import from_text, mask, sum_of
from shared.sealing.register import SignedRegister

OTHERS = {name: OwnKeys.generate() for name in ("oak", "bridge", "river", "shore", "lantern")}
KEYS = {name: keys.public.sealing for name, keys in ({HERE: OUR_KEYS} | OTHERS).items()}
STRANGER = OwnKeys.generate().public.sealing


def _larger() -> SignedRegister:
    register = NETWORK.register.next()
    for name, keys in OTHERS.items():
        register = register.admitting(name, name, keys.public, START)
    return SignedRegister(register.write()).signed(ROOT)


LARGER = to_wire((_larger(), []))


@pytest.fixture
def among(node: Node) -> Node:
    """The node in a network of seven."""
    node.hears(replace(directory(2, "x"), register=LARGER, directory_version=9))
    return node


def roster(number: int = 4, keys: dict[str, str] = KEYS, **changes: Any) -> RosterSigned:
    told: dict[str, Any] = {"network": "tests", "period": PERIOD, "workbook": VERSION}
    told["members"] = [Member(org=org, key=key) for org, key in keys.items()]
    return RosterSigned(number=number, **{"cells": cells_digest(VERSION), **told, **changes})


def completed(number: int = 4) -> RosterCompleted:
    return RosterCompleted(period=PERIOD, roster=number)


def contributed(node: Node) -> list[Any]:
    return [said.event for said in node.said(CountsMasked)]


def lifted(node: Node) -> list[Any]:
    return [said.event for said in node.said(MaskLifted)]


def refusals(node: Node) -> list[str]:
    return [said.event.code for said in node.said(RosterRefused)]


def of_the_others(signed: RosterSigned) -> list[tuple[Any, bytes]]:
    made = [
        mask(
            [0] * len(declared_cells(VERSION)),
            name=name,
            own=keys.sealing[0],
            keys=signed.keys,
            bound=signed.bound,
        )
        for name, keys in OTHERS.items()
        if name in signed.keys
    ]
    return [(one.values, one.seed) for one in made]


def test_what_leaves_is_our_counts_once_all_masks_are_lifted(among: Node) -> None:
    for _ in range(7):
        somebody(among, citizenship="UKR")
    among.hears(roster(), completed())
    [sent], [told] = contributed(among), lifted(among)
    assert not {0, 7} & set(from_text(sent.values)), "neither a count nor an empty cell can be seen"
    sums = sum_of(
        [(from_text(sent.values), bytes.fromhex(told.seed)), *of_the_others(roster())], bound=roster().bound
    )
    found = {place: n for place, n in zip(declared_cells(VERSION), sums, strict=True) if n}
    assert found["persons_by_citizenship", ("unknown", "UKR")] == 7
    assert set(found.values()) == {7}


def test_what_was_counted_is_kept_as_it_was_before_masking(among: Node) -> None:
    somebody(among)
    among.hears(roster())
    with among.database.reading() as tx:
        [sent] = counts_sent.newest_sent(tx, limit=9)
    assert (sent.roster, {cell["count"] for cell in sent.cells}) == (4, {1})
    assert among.awaited() == {f"counts:{PERIOD}:{sent.revision}"}
    assert what(among)[-1] is Action.COUNTS_CONTRIBUTED


def test_a_roster_that_comes_twice_is_answered_once(among: Node) -> None:
    among.hears(roster())
    among.hears(roster())
    assert len(contributed(among)) == 1


def test_a_newer_roster_gets_new_masks_and_the_older_mask_is_lost(among: Node) -> None:
    among.hears(roster(4))
    smaller = {name: key for name, key in KEYS.items() if name != "oak"}
    among.hears(roster(5, smaller))
    among.hears(completed(4), completed(5))
    old, new = contributed(among)
    assert (old.roster, new.roster) == (4, 5)
    assert not set(from_text(old.values)) & set(from_text(new.values))
    assert [one.roster for one in lifted(among)] == [5]


def test_a_mask_is_told_again_to_a_hub_that_asks_again(among: Node) -> None:
    among.hears(roster())
    among.hears(completed())
    among.hears(repeated=(completed(),))
    first, second = lifted(among)
    assert first == second


def _without(*names: str) -> dict[str, str]:
    return {name: key for name, key in KEYS.items() if name not in names}


@pytest.mark.parametrize(
    ("signed", "code"),
    [
        (roster(keys=_without("oak", "river")), "roster_small"),
        (roster(keys=_without(HERE)), "roster_key"),
        (roster(keys=KEYS | {HERE: STRANGER}), "roster_key"),
        (roster(keys=KEYS | {"oak": STRANGER}), "roster_key"),
        (roster(keys=_without("oak") | {"nobody": STRANGER}), "roster_key"),
        (roster(members=[*roster().members, roster().members[0]]), "roster_key"),
        (roster(network="another"), "roster_network"),
        (roster(workbook=VERSION + 1), "newer_workbook"),
        (roster(cells="0" * 64), "roster_cells"),
    ],
)
def test_a_roster_that_is_not_right_is_refused_and_nothing_leaves(
    among: Node, signed: RosterSigned, code: str
) -> None:
    among.hears(signed, completed())
    assert (contributed(among), lifted(among), refusals(among)) == ([], [], [code])
    with among.database.reading() as tx:
        assert [one.refused for one in rows.rosters_of(tx, PERIOD)] == [code]


def test_once_our_mask_was_lifted_every_other_roster_of_the_quarter_is_refused(among: Node) -> None:
    among.hears(roster(4), completed(4))
    among.hears(roster(5, _without("oak")), completed(5))
    assert (len(contributed(among)), refusals(among)) == (1, ["mask_lifted"])
    assert [one.roster for one in lifted(among)] == [4]


def test_of_two_that_were_answered_at_the_same_moment_only_one_is_lifted(among: Node) -> None:
    """Two processes of the node each took one, and saw nothing of the other."""
    with among.database.transaction() as tx:
        for number in (4, 5):
            rows.add_roster(tx, rows.Roster(number, PERIOD, 6, tx.at, seed=bytes(32)))
    among.hears(completed(4), completed(5))
    among.hears(completed(5), completed(4))
    assert {one.roster for one in lifted(among)} == {4}


def test_an_older_roster_that_comes_late_is_refused(among: Node) -> None:
    among.hears(roster(5))
    among.hears(roster(4), completed(4))
    assert (refusals(among), lifted(among)) == (["roster_old"], [])


def test_counts_that_left_openly_are_not_added_up_again(among: Node) -> None:
    somebody(among)
    contribute_counts(among.database, PERIOD)
    among.hears(roster())
    assert refusals(among) == ["counted_openly"]


def test_a_count_of_something_undeclared_is_not_bent_to_fit(among: Node) -> None:
    somebody(among)
    with among.database.transaction() as tx:
        counts_sent.put_activities(tx, PERIOD, {"concerts": 3}, "olena")
    among.hears(roster())
    assert refusals(among) == ["counts_undeclared"]


def test_after_a_restore_no_mask_of_an_ended_quarter_is_lifted(among: Node) -> None:
    among.pass_time(days=35)
    among.hears(roster(4))
    with among.database.transaction() as tx:
        resume(tx, HERE, tx.at)
    among.hears(completed(4), roster(5))
    assert (lifted(among), refusals(among)) == ([], ["node_restored"])


def test_from_the_decided_quarter_on_nothing_leaves_openly(among: Node) -> None:
    somebody(among)
    among.hears(MaskingDecided(decision=3, masked_from=PERIOD), MaskingDecided(decision=2, masked_from=None))
    assert contribute_all_counts(among.database) == 0
    among.hears(MaskingDecided(decision=4, masked_from="2026-Q2"))
    assert contribute_all_counts(among.database) == 1
    assert len(among.said(CountsContributed)) == 1


def test_a_quarter_that_left_masked_never_leaves_openly(among: Node) -> None:
    somebody(among)
    among.hears(MaskingDecided(decision=3, masked_from=PERIOD), roster())
    among.hears(MaskingDecided(decision=4))
    assert contribute_all_counts(among.database) == 0

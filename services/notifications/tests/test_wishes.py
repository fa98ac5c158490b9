"""How each person is told, what the brakes hold back, and what a colleague's answer makes needless."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notifications.storage import metadata, tables
from services.notifications.tests.conftest import AT_ONCE, World
from shared.clock import new_id
from shared.messaging.registers import keep_register
from shared.notices.kinds import DEFAULTS
from shared.notices.sending import Rules
from shared.schemas.codes import NOTICE_GROUPS
from shared.schemas.intake import PeopleCalled
from shared.schemas.life import Move
from shared.schemas.referral import DirectoryPublished
from shared.sealing import OwnKeys, SigningKey
from shared.sealing.founding import found
from shared.sealing.register import SignedRegister

DIGEST = datetime(2026, 3, 3, 6, tzinfo=UTC)
NEVER = dict.fromkeys(NOTICE_GROUPS, "never")
VERA = ("vera@lantern.invalid", "en")
OLHA = ("olha@lantern.invalid", "uk")


def of(world: World, table: Any, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in world.rows(table)]


def outcomes(world: World) -> list[tuple[Any, ...]]:
    return of(world, tables.notices, "state", "dropped_because")


def test_by_itself_an_emergency_comes_at_once_and_all_else_in_the_morning(
    world: World, contacts: Any, moved: Any
) -> None:
    assert {group for group, way in DEFAULTS.items() if way == "instant"} == {"emergency", "called"}
    world.hear(contacts(VERA, wishes={}), sender="lantern")
    world.hear(moved(Move.DELIVER), moved(Move.DELIVER))
    assert world.send() == 0
    world.at = DIGEST
    assert world.send() == 1
    assert world.postbox.taken == [(*VERA, 2)]
    world.wait(timedelta(minutes=30))
    world.hear(moved(Move.DELIVER, urgency="emergency"))
    assert world.send() == 1


@pytest.mark.parametrize("group", NOTICE_GROUPS)
def test_each_kind_is_told_as_the_person_wants_it(
    world: World, contacts: Any, moved: Any, overdue: Any, group: str
) -> None:
    """What is wanted of one kind changes nothing about the others."""
    world.hear(contacts(VERA, wishes=NEVER | {group: "instant"}), sender="lantern")
    told = {
        "emergency": moved(Move.DELIVER, urgency="emergency"),
        "waits": moved(Move.DELIVER),
        "moved": moved(Move.CANCEL, by_org="harbour"),
        "late": overdue("reply"),
    }
    world.hear(*told.values())
    world.hear(
        PeopleCalled(contact_ids=[world.rows(tables.contacts)[0]["contact_id"]], urgent=False),
        sender="lantern",
    )
    world.send()
    assert world.postbox.taken == [(*VERA, 1)]
    assert sorted(outcomes(world), key=str) == [("dropped", "muted")] * 4 + [("sent", None)]


def test_a_focal_point_cannot_switch_emergencies_off(world: World, contacts: Any, moved: Any) -> None:
    world.hear(contacts(VERA, wishes=NEVER, supervisor=True), sender="lantern")
    world.hear(moved(Move.DELIVER, urgency="emergency"), moved(Move.DELIVER))
    assert world.send() == 1
    assert world.postbox.taken == [(*VERA, 1)]


def test_the_brake_holds_for_each_person(world: World, contacts: Any, moved: Any) -> None:
    world.hear(contacts(VERA, OLHA), sender="lantern")
    vera, olha = (row["contact_id"] for row in world.rows(tables.contacts))
    world.hear(PeopleCalled(contact_ids=[vera], urgent=False), sender="lantern")
    assert world.send() == 1
    world.wait(timedelta(minutes=14))
    world.hear(PeopleCalled(contact_ids=[vera, olha], urgent=False), sender="lantern")
    assert (world.send(), world.postbox.taken[-1][0]) == (1, OLHA[0])
    world.wait(timedelta(minutes=1))
    assert (world.send(), world.postbox.taken[-1][0]) == (1, VERA[0])


def test_beyond_the_cap_all_waits_for_the_morning_and_an_emergency_for_the_brake(
    world: World, contacts: Any, moved: Any
) -> None:
    world.rules = Rules(cap=1)
    world.hear(contacts(VERA), sender="lantern")
    world.hear(moved(Move.DELIVER))
    assert world.send() == 1
    world.wait(timedelta(minutes=5))
    world.hear(moved(Move.DELIVER, urgency="emergency"))
    assert world.send() == 0
    world.wait(timedelta(minutes=10))
    assert world.send() == 1
    world.wait(timedelta(minutes=20))
    world.hear(moved(Move.DELIVER))
    assert world.send() == 0
    world.at = DIGEST
    assert world.send() == 1
    assert [state for state, _ in outcomes(world)] == ["sent"] * 3


def test_what_a_colleague_has_answered_is_told_to_nobody(
    world: World, contacts: Any, moved: Any, overdue: Any
) -> None:
    ours, another = new_id(), new_id()
    world.hear(contacts(VERA, wishes={}), sender="lantern")
    world.hear(moved(Move.DELIVER, referral_id=ours), moved(Move.DELIVER, referral_id=another))
    world.hear(overdue("acknowledgement", referral_id=ours))
    world.send()
    world.hear(moved(Move.ACKNOWLEDGE, referral_id=ours))
    world.at = DIGEST
    assert world.send() == 1
    assert world.postbox.taken == [(*VERA, 1)]
    assert outcomes(world)[:3] == [("dropped", "handled"), ("sent", None), ("dropped", "handled")]


def test_an_answer_in_the_same_batch_counts_too(world: World, contacts: Any, moved: Any) -> None:
    ours = new_id()
    world.hear(contacts(VERA), sender="lantern")
    world.hear(moved(Move.DELIVER, referral_id=ours), moved(Move.ACCEPT, referral_id=ours))
    assert world.send() == 0
    assert outcomes(world) == [("dropped", "handled"), ("waiting", None)]


def test_an_answer_drops_nothing_of_the_other_organisation(world: World, contacts: Any, moved: Any) -> None:
    ours = new_id()
    world.hear(contacts(VERA), sender="harbour")
    world.hear(moved(Move.ACKNOWLEDGE, referral_id=ours))
    world.hear(moved(Move.ACCEPT, referral_id=ours))
    assert world.send() == 1
    assert world.postbox.taken == [(*VERA, 2)]


def test_a_mail_that_waits_for_its_server_forgets_what_is_answered(
    world: World, contacts: Any, moved: Any
) -> None:
    ours = new_id()
    world.hear(contacts(VERA), sender="lantern")
    world.hear(moved(Move.DELIVER, referral_id=ours))
    world.postbox.failure = OSError()
    world.send()
    world.hear(moved(Move.ACCEPT, referral_id=ours))
    world.postbox.failure = None
    world.wait(timedelta(hours=1))
    assert world.send() == 0
    assert (outcomes(world)[0], world.rows(tables.mails)) == (("dropped", "handled"), [])


def test_an_emergency_tries_again_a_mail_that_waits(world: World, contacts: Any, moved: Any) -> None:
    world.hear(contacts(VERA), sender="lantern")
    world.hear(moved(Move.DELIVER))
    world.postbox.failure = OSError()
    for _ in range(4):
        world.send()
        world.wait(timedelta(minutes=1))
    world.postbox.failure = None
    world.hear(moved(Move.DELIVER, urgency="emergency"))
    assert world.send() == 1
    assert world.postbox.taken == [(*VERA, 2)]


def test_who_changes_their_mind_is_told_as_they_want_it_now(world: World, contacts: Any, moved: Any) -> None:
    world.hear(contacts(VERA, wishes=NEVER | {"waits": "daily"}), sender="lantern")
    world.hear(moved(Move.DELIVER))
    assert world.send() == 0
    world.hear(contacts(VERA, revision=2, wishes=AT_ONCE), sender="lantern")
    assert world.send() == 1
    world.hear(contacts(VERA, revision=3, wishes={}), sender="lantern")
    world.at = DIGEST
    assert world.send() == 0


def test_an_organisation_that_tells_its_people_itself_is_told_nothing(
    world: World, contacts: Any, moved: Any
) -> None:
    world.hear(contacts(VERA, wishes={}), sender="lantern")
    world.hear(moved(Move.DELIVER))
    world.send()
    world.hear(replace(contacts(revision=2), tells_itself=True), sender="lantern")
    world.hear(moved(Move.DELIVER))
    assert outcomes(world) == [("dropped", "left")]
    assert (world.rows(tables.contacts), world.rows(tables.tellings)) == ([], [])


def test_addresses_lie_sealed(world: World, contacts: Any) -> None:
    world.hear(contacts(VERA), sender="lantern")
    [row] = world.rows(tables.contacts)
    assert row["email"] == ""
    assert VERA[0].encode() not in row["sealed"]


def test_of_an_organisation_that_was_revoked_nothing_stays(world: World, contacts: Any, moved: Any) -> None:
    root, parties = SigningKey.generate(), {org: OwnKeys.generate() for org in ("hub", "harbour", "lantern")}
    known = found("tests", [root], 1, {org: (org, keys.public) for org, keys in parties.items()}, world.at)
    revoked = SignedRegister(known.register.next().revoking("lantern").write()).signed(root)
    world.hear(contacts(VERA), sender="lantern")
    world.hear(contacts(OLHA), sender="harbour")
    world.hear(moved(Move.DELIVER), moved(Move.ACCEPT))
    world.send()
    for register, left in ((known.register, {"harbour", "lantern"}), (revoked, {"harbour"})):
        with world.database.transaction() as tx:
            keep_register(tx, metadata, known.roots, register)
        world.hear(DirectoryPublished(directory_version=1, previous="", organisations=[]))
        for table in vars(tables).values():
            assert {row["org"] for row in world.rows(table)} == left


def test_an_id_is_its_organisation_s_own_word(world: World, contacts: Any, moved: Any) -> None:
    """A node that names another's contact by its id holds nothing of theirs back, and takes nothing along."""
    world.hear(contacts(VERA), sender="lantern")
    world.hear(contacts(OLHA), sender="harbour")
    world.hear(moved(Move.DELIVER), moved(Move.DELIVER), moved(Move.ACCEPT))
    assert world.send() == 2
    assert sorted(world.postbox.taken) == [(*OLHA, 1), (*VERA, 2)]


def test_what_was_answered_before_the_next_attempt_does_not_count_as_sent(
    world: World, contacts: Any, moved: Any
) -> None:
    ours = new_id()
    world.hear(contacts(VERA), sender="lantern")
    world.hear(moved(Move.DELIVER, referral_id=ours))
    world.postbox.failure = OSError()
    world.send()
    world.hear(moved(Move.ACCEPT, referral_id=ours), moved(Move.DELIVER))
    world.postbox.failure = None
    world.wait(timedelta(minutes=1))
    assert world.send() == 1
    assert world.postbox.taken == [(*VERA, 1)]
    assert [state for state, _ in outcomes(world) if state != "waiting"] == ["dropped", "sent"]

"""A mail server that is away for hours loses and doubles nothing; and no order of events does, whatever happens."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.notifications.settings import NotificationsSettings
from services.notifications.storage import metadata, tables
from services.notifications.tests.conftest import AT_ONCE, World
from shared.at_rest import StorageKeys
from shared.clock import new_id
from shared.database import Database
from shared.messaging.message import HUB
from shared.messaging.outbox import Outbox
from shared.notices.mail import MailChannel
from shared.notices.saying import AddressRefused, ChannelAway
from shared.notices.sending import Rules, send_due
from shared.notices.tests.smtp import MailServer
from shared.schemas.life import Move

VERA, OLHA = ("vera@lantern.invalid", "en"), ("olha@lantern.invalid", "uk")


@pytest.fixture
def server() -> Iterator[MailServer]:
    with closing(_Stopping()) as one:
        yield one.server


class _Stopping:
    def __init__(self) -> None:
        self.server = MailServer()
        self.server.start()

    def close(self) -> None:
        self.server.stop()


def test_while_the_server_is_down_nothing_is_lost_and_nothing_comes_twice(
    world: World, contacts: Any, moved: Any, settings: NotificationsSettings, server: MailServer
) -> None:
    channel = MailChannel(replace(settings, smtp_port=server.port))
    world.hear(contacts(VERA, OLHA), sender="lantern")

    def passes(hours: float) -> None:
        for _ in range(int(hours * 4)):
            send_due(world.database, tables, channel, world.rules)
            world.wait(timedelta(minutes=15))

    world.hear(moved(Move.DELIVER))
    passes(0.5)
    assert len(server.mails) == 2
    server.stop()
    for _ in range(5):
        world.hear(moved(Move.DELIVER))
        passes(2)
    assert [mail["state"] for mail in world.rows(tables.mails)].count("waiting") == 2
    server.start()
    server.addresses[VERA[0]] = ["450 come back later"]
    passes(2)
    told = [(mail["To"], mail.get_content().partition("\n")[0]) for mail in server.mails[2:]]
    assert sorted(to for to, _ in told) == [OLHA[0], VERA[0]]
    assert all("5" in line for _, line in told)
    assert {row["state"] for row in world.rows(tables.notices)} == {"sent"}
    passes(24)
    assert len(server.mails) == 4


class Ledger:
    """A mail server by whose book each notice comes once to each; it fails as it is told."""

    def __init__(self) -> None:
        self.fails: list[type[Exception]] = []
        self.counts: dict[str, int] = {}
        self.ids: set[str] = set()

    def tell(self, to: str, saying: Any, *, message_id: str) -> None:
        if self.fails:
            raise self.fails.pop()
        assert message_id not in self.ids
        self.ids.add(message_id)
        self.counts[to] = self.counts.get(to, 0) + saying.count


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("delivered"), st.integers(0, 3)),
        st.tuples(st.just("accepted"), st.integers(0, 3)),
        st.tuples(st.just("emergency"), st.integers(0, 3)),
        st.tuples(st.just("minutes"), st.sampled_from([1, 14, 15, 61, 1500])),
        st.tuples(st.just("wishes"), st.sampled_from(["instant", "daily", "never"])),
        st.tuples(st.just("fails"), st.sampled_from([OSError, ChannelAway, AddressRefused])),
        st.tuples(st.just("send"), st.just(0)),
    ),
    max_size=30,
)


@pytest.mark.parametrize("cap", [1, 500])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_nobody_is_told_of_a_notice_twice_or_never(cap: int, steps: Any, contacts: Any, moved: Any) -> None:
    """What is sent, failed or dropped is accounted for, and what was counted in mails is what is noted as sent."""
    outbox = Outbox(metadata.tables["outbox"], sender=HUB)
    with closing(Database("sqlite://", outbox=outbox, at_rest=StorageKeys([bytes(32)]))) as database:
        metadata.create_all(database.engine)
        world, ledger = World(database, Rules(cap=cap)), Ledger()
        database.clock = lambda: world.at
        referrals, revision = [new_id() for _ in range(4)], 1
        world.hear(contacts(VERA, OLHA, wishes={}), sender="lantern")
        for what, value in steps:
            revision += 1
            if what == "wishes":
                chosen = AT_ONCE | dict.fromkeys(AT_ONCE, value)
                world.hear(contacts(VERA, OLHA, wishes=chosen, revision=revision), sender="lantern")
            elif what == "minutes":
                world.wait(timedelta(minutes=value))
            elif what == "fails":
                ledger.fails.append(value)
            elif what == "send":
                send_due(database, tables, ledger, world.rules)
            else:
                _hear(world, what, referrals[value], moved)
        ledger.fails.clear()
        for _ in range(30):
            send_due(database, tables, ledger, world.rules)
            world.wait(timedelta(hours=2))
        _accounted(world, ledger)


def _hear(world: World, what: str, referral_id: UUID, moved: Any) -> None:
    move = Move.ACCEPT if what == "accepted" else Move.DELIVER
    urgency = "emergency" if what == "emergency" else "normal"
    world.hear(moved(move, referral_id=referral_id, urgency=urgency))


def _accounted(world: World, ledger: Ledger) -> None:
    ours = [row for row in world.rows(tables.notices) if row["org"] == "lantern"]
    assert {row["state"] for row in ours} <= {"sent", "failed", "dropped"}
    assert all(row["dropped_because"] for row in ours if row["state"] == "dropped")
    people = {
        row["contact_id"]: email
        for row, (email, _) in zip(world.rows(tables.contacts), (VERA, OLHA), strict=True)
    }
    tellings = world.rows(tables.tellings)
    for id_, email in people.items():
        sent = [row for row in tellings if row["contact_id"] == id_ and row["state"] == "sent"]
        assert len(sent) == ledger.counts.get(email, 0)
    spread = {(row["notice_id"], row["contact_id"]) for row in tellings}
    told = [row for row in ours if row["state"] != "dropped"]
    assert all((row["id"], id_) in spread for row in told for id_ in people)

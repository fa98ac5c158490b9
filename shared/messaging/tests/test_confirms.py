"""Confirms: each answer finds its message, and one that stays out for long means that the link is dead."""

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from shared.clock import new_id
from shared.messaging import confirms
from shared.messaging.confirms import Confirms
from shared.messaging.message import Outgoing
from shared.messaging.topology import NETWORK_IN


class Channel:
    """A channel that sends nowhere; ``says`` is what the broker says."""

    def __init__(self) -> None:
        self.events: dict[str, set[Callable[..., None]]] = defaultdict(set)

    def confirm_select(self) -> None:
        pass

    def send_method(self, *_: Any) -> None:
        pass

    def close(self) -> None:
        pass

    def says(self, event: str, *told: Any) -> None:
        for callback in self.events[event]:
            callback(*told)


def message() -> Outgoing:
    return Outgoing(new_id(), NETWORK_IN, "from.harbour-house.intake.move_made", b"{}")


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
def open_confirms(channel: Channel) -> Confirms:
    return Confirms(channel)


def test_a_refusal_finds_its_message_though_a_later_one_is_confirmed_first(
    open_confirms: Confirms, channel: Channel
) -> None:
    first, second = message(), message()
    open_confirms.publish(first)
    open_confirms.publish(second)

    channel.says("basic_ack", 2, False)  # noqa: FBT003 - the library's positional flag
    channel.says("basic_nack", 1, False)  # noqa: FBT003

    answers = open_confirms.collect()
    assert (answers.confirmed, answers.refused) == ({second.id}, {first.id})


def test_one_answer_is_for_all_before_it(open_confirms: Confirms, channel: Channel) -> None:
    sent = [message(), message(), message()]
    for one in sent:
        open_confirms.publish(one)
    assert open_confirms.waiting == 3

    channel.says("basic_ack", 3, True)  # noqa: FBT003

    assert open_confirms.collect().confirmed == {one.id for one in sent}
    assert open_confirms.waiting == 0


def test_a_confirm_that_stays_out_is_a_dead_link(
    open_confirms: Confirms, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_confirms.publish(message())
    open_confirms.check_age()

    begun = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: begun + 60)
    with pytest.raises(OSError, match="confirm"):
        open_confirms.check_age()


def test_the_time_of_an_alarm_is_not_counted(
    open_confirms: Confirms, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_confirms.publish(message())
    begun = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: begun + 60)

    open_confirms.count_age_from_now()

    open_confirms.check_age()


def test_what_was_asked_for_its_answer_alone_is_counted_nowhere(
    open_confirms: Confirms, channel: Channel
) -> None:
    open_confirms.ask("referral.retry", "referral.pulse")
    assert open_confirms.waiting == 0

    channel.says("basic_ack", 1, False)  # noqa: FBT003
    assert not open_confirms.open
    assert not open_confirms.collect()


def test_a_channel_that_refuses_is_worn_after_a_while(
    open_confirms: Confirms, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused, unanswered = message(), message()
    open_confirms.publish(refused)
    open_confirms.publish(unanswered)
    channel.says("basic_nack", 1, False)  # noqa: FBT003
    assert not open_confirms.is_worn

    monkeypatch.setattr(confirms, "WORN_AFTER", 0)
    assert open_confirms.is_worn
    assert open_confirms.retire().refused == {refused.id, unanswered.id}


def test_what_is_passed_over_shows_by_the_answer_to_a_sign(
    open_confirms: Confirms, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten = message()
    open_confirms.publish(forgotten)
    assert not open_confirms.wants_a_sign

    monkeypatch.setattr(confirms, "PASSED_OVER", 0)
    assert open_confirms.wants_a_sign
    open_confirms.ask("referral.retry", "referral.pulse")
    assert not open_confirms.wants_a_sign, "one is enough"
    assert not open_confirms.is_worn, "slow, perhaps"

    channel.says("basic_ack", 2, False)  # noqa: FBT003
    assert open_confirms.is_worn
    assert open_confirms.retire().refused == {forgotten.id}


def test_what_is_slow_as_a_whole_is_not_passed_over(
    open_confirms: Confirms, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirms, "PASSED_OVER", 0)
    for _ in range(3):
        open_confirms.publish(message())
    channel.says("basic_ack", 1, False)  # noqa: FBT003

    assert not open_confirms.is_worn

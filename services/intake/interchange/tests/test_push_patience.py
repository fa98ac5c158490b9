"""A push service asks to be left alone for a while: it is, within the bounds of every other wait."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from services.intake.interchange.posting import asked_wait
from services.intake.interchange.tests.receiver import Receiver
from services.intake.interchange.tests.test_pushing import calls, mails, named, pushes
from services.intake.tests.node import FOCAL_POINT, WORKER, Node
from shared.clock import now
from shared.notices.kinds import ATTEMPTS, FIRST_WAIT, LONGEST_WAIT, next_attempt

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("said", ["600", "a date"])
def test_it_is_not_asked_before_that(staffed: Node, receiver: Receiver, status: int, said: str) -> None:
    named(staffed, receiver)
    in_ten_minutes = format_datetime(now() + timedelta(minutes=10), usegmt=True)
    receiver.answers, receiver.headers = (
        [status],
        {"Retry-After": in_ten_minutes if said == "a date" else said},
    )
    staffed.received()
    assert pushes(staffed) == 0
    assert mails(staffed) == [("waiting", 1, f"http_{status}")]

    staffed.pass_time(minutes=9)
    assert pushes(staffed) == 0
    assert len(receiver.got) == 1
    staffed.pass_time(minutes=1)
    assert pushes(staffed) == 1


@pytest.mark.parametrize("said", ["86400", "9" * 5000, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_nobody_is_silenced_for_longer_than_an_hour(staffed: Node, receiver: Receiver, said: str) -> None:
    named(staffed, receiver)
    receiver.answers, receiver.headers = [429], {"Retry-After": said}
    staffed.received()
    assert pushes(staffed) == 0
    staffed.pass_time(minutes=59)
    assert pushes(staffed) == 0
    staffed.pass_time(minutes=1)
    assert pushes(staffed) == 1


@pytest.mark.parametrize("said", ["0", "-60", "soon", "", "1e3", "Thu, 01 Jan 1970 00:00:00 GMT", "²"])
def test_what_says_nothing_leaves_the_usual_wait(staffed: Node, receiver: Receiver, said: str) -> None:
    named(staffed, receiver)
    receiver.answers, receiver.headers = [429], {"Retry-After": said}
    staffed.received()
    assert pushes(staffed) == 0
    assert mails(staffed) == [("waiting", 1, "http_429")]
    staffed.pass_time(minutes=1)
    assert pushes(staffed) == 1


def test_others_are_not_told_there_either_until_then_and_elsewhere_at_once(
    staffed: Node, receiver: Receiver, other: Receiver
) -> None:
    named(staffed, receiver, WORKER)
    named(staffed, receiver, FOCAL_POINT, path="/to/2")
    receiver.answers, receiver.headers = [429], {"Retry-After": "600"}
    calls(staffed)
    assert pushes(staffed) == 0
    assert len(receiver.got) == 1
    assert mails(staffed) == [("waiting", 1, "http_429")] * 2
    named(staffed, other, FOCAL_POINT, path="/to/3")
    staffed.pass_time(minutes=10)
    assert pushes(staffed) == 2
    assert (len(receiver.got), len(other.got)) == (3, 1)


def test_of_two_services_the_more_patient_one_is_waited_for(
    staffed: Node, receiver: Receiver, other: Receiver
) -> None:
    for service, said in ((receiver, "60"), (other, "600")):
        named(staffed, service)
        service.answers, service.headers = [429], {"Retry-After": said}
    calls(staffed)
    assert pushes(staffed) == 0
    staffed.pass_time(minutes=9)
    assert pushes(staffed) == 0
    staffed.pass_time(minutes=1)
    assert pushes(staffed) == 1


def test_a_browser_that_is_no_more_silences_nobody_else(staffed: Node, receiver: Receiver) -> None:
    named(staffed, receiver, WORKER)
    named(staffed, receiver, FOCAL_POINT, path="/to/2")
    receiver.answers, receiver.headers = [410], {"Retry-After": "600"}
    calls(staffed)
    assert pushes(staffed) == 1
    assert sorted(state for state, _, _ in mails(staffed)) == ["failed", "sent"]


def test_an_emergency_is_tried_once_all_the_same(staffed: Node, receiver: Receiver) -> None:
    named(staffed, receiver)
    receiver.answers, receiver.headers = [429, 429], {"Retry-After": "1800"}
    calls(staffed)
    assert pushes(staffed) == 0
    calls(staffed, urgent=True)
    for _ in range(2):
        assert pushes(staffed) == 0
    assert len(receiver.got) == 2


def test_a_moment_and_a_number_of_seconds_mean_the_same() -> None:
    until = format_datetime(AT + timedelta(seconds=90), usegmt=True)

    assert asked_wait("90", AT) == asked_wait(until, AT) == timedelta(seconds=90)
    assert asked_wait("Mon, 02 Mar 2026 09:01:30 -0000", AT) == timedelta(seconds=90)
    assert asked_wait(None, AT) is None
    assert asked_wait(until, AT + timedelta(minutes=2)) is None


def test_what_is_asked_for_lengthens_a_wait_and_never_shortens_it_or_adds_tries() -> None:
    assert next_attempt(AT, 1, timedelta(seconds=1)) == AT + FIRST_WAIT
    assert next_attempt(AT, 1, timedelta(minutes=5)) == AT + timedelta(minutes=5)
    assert next_attempt(AT, 1, timedelta(days=5)) == AT + LONGEST_WAIT
    assert next_attempt(AT, ATTEMPTS, timedelta(minutes=5)) is None

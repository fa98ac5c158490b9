"""Spans say what is on the list and no more, hang together, and are not there when nobody wants them."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared import tracing
from shared.clock import new_id
from shared.messaging.relay import Relay
from shared.messaging.tests.desk import Desk, asked, desk_at
from shared.messaging.tests.test_watched import Broker, say
from shared.tests.spans import Spans, kept_spans


@pytest.fixture
def spans() -> Iterator[Spans]:
    with kept_spans() as spans:
        yield spans


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_at(tmp_path)


def test_what_is_not_on_the_list_is_left_out(spans: Spans) -> None:
    with tracing.span("request", route="home", name="Anna") as seen:
        seen.say(status="2xx", note="a text")

    assert spans.all[0].attributes == {"route": "home", "status": "2xx"}


def test_an_error_is_told_by_its_class_alone(spans: Spans) -> None:
    with pytest.raises(ValueError, match="Anna"), tracing.span("request"):
        raise ValueError("Anna")

    assert spans.all[0].attributes == {"error": "ValueError"}
    assert "Anna" not in spans.told


def test_what_is_said_is_found_by_its_id_from_the_transaction_to_the_broker(desk: Desk, spans: Spans) -> None:
    say(desk)
    Relay(desk.database, desk.database.outbox, poll=0).send_due(Broker())  # type: ignore[arg-type]

    [said], [sent] = spans.named("event.said"), spans.named("event.sent")
    first = next(one for one in spans.all if one.name == "transaction")
    [relay] = spans.named("relay")
    assert said.attributes["message_id"] == sent.attributes["message_id"]
    assert said.parent.span_id == first.context.span_id
    assert sent.parent.span_id == relay.context.span_id
    assert relay.attributes == {"count": 1}


def test_each_event_that_is_taken_says_what_became_of_it(desk: Desk, spans: Spans) -> None:
    one = asked(1)
    desk.delivery.deliver([one])
    desk.delivery.deliver([one])

    told = [dict(span.attributes) for span in spans.named("event.taken")]
    of_it = {"message_id": str(one.id), "attempt": 0}
    assert told == [of_it | {"outcome": "done"}, of_it | {"outcome": "duplicate"}]


def test_while_it_is_off_nothing_of_it_is_loaded() -> None:
    program = (
        "import sys, shared.tracing as t\n"
        "with t.span('request', route='home') as seen: seen.say(status='2xx')\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


def test_ids_of_events_are_the_only_ids_on_the_list() -> None:
    with kept_spans() as spans, tracing.span("request", message_id=str(new_id()), referral_id=str(new_id())):
        pass
    assert set(spans.all[0].attributes) == {"message_id"}

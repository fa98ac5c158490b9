"""A network that is watched: every process shows its metrics and sends its traces, and they tell what happened."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from deploy.demo.broker import start_broker
from deploy.demo.plan import make_plan
from services.intake.usecases.processes import PAGES, WORKER, living, twice
from shared.database import Database
from shared.polling import poll_until
from shared.tracing import ALLOWED
from tests.network import SOON, Network, running
from tests.watching import Watcher, attributes, watching

A, B = "harbour-house", "legal-aid-centre"
Seen = tuple[Network, Watcher]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Two organisations, one of which has referred somebody to the other."""
    folder = tmp_path_factory.mktemp("watched")
    plan = make_plan(folder)
    orgs = [node.org for node in plan.nodes]
    with watching(plan) as watcher:
        start = lambda: start_broker("embedded", folder, orgs, plan.password)  # noqa: E731 - as others do
        with running(watcher.of(plan), start) as network:
            sender = network.node(A)
            referral = sender.refer(sender.case([B]), B)
            network.node(B).sees(referral["id"], "delivered")
            sender.sees(referral["id"], "delivered")
            yield network, watcher


def test_every_process_says_which_it_is(seen: Seen) -> None:
    _, watcher = seen
    for name in watcher.ports:
        process = "pages" if name.startswith("web.") else "worker"
        service = "reporting" if name.endswith("reporting") else "intake" if "." in name else name
        shown = watcher.metrics(name)
        assert f'throughline_version_info{{process="{process}",service="{service}",version="' in shown
        assert "process_resident_memory_bytes" in shown


def test_workers_are_linked_and_have_taken_what_came(seen: Seen) -> None:
    _, watcher = seen
    for name in watcher.ports:
        if not name.startswith("web."):
            assert watcher.value(name, "throughline_link_up") == 1
            assert watcher.value(name, "throughline_database_up") == 1
            assert watcher.value(name, 'throughline_messages_taken_total{outcome="done"}') > 0
    assert watcher.value(f"intake.{A}", "throughline_directory_age_seconds") < 60


def test_requests_are_counted_by_route(seen: Seen) -> None:
    _, watcher = seen
    count = 'throughline_request_seconds_count{route="Referrals.send",status="2xx"}'
    assert watcher.value(f"web.{A}", count) == 1


def test_an_event_is_found_by_its_id_where_it_is_said_sent_and_taken(seen: Seen) -> None:
    _, watcher = seen

    def of_one_event() -> dict[str, Any] | None:
        by_name = [(who["service.name"], span.name, attributes(span)) for who, span in watcher.spans()]
        said = [
            says["message_id"] for who, name, says in by_name if (who, name) == ("intake.pages", "event.said")
        ]
        for id_ in said:
            found = {(who, name): says for who, name, says in by_name if says.get("message_id") == id_}
            if ("intake.worker", "event.sent") in found and ("referral.worker", "event.taken") in found:
                return found
        return None

    found: Any = poll_until(of_one_event, seconds=SOON, what="the spans of what was sent")
    assert found["referral.worker", "event.taken"]["outcome"] == "done"


def test_what_is_said_is_inside_the_request_that_said_it(seen: Seen) -> None:
    _, watcher = seen
    spans = {span.span_id: span for _, span in watcher.spans()}
    said = [span for span in spans.values() if span.name == "event.said"]
    above = [ancestors(span, spans) for span in said]
    assert ["transaction", "request"] in above


def ancestors(span: Any, spans: dict[bytes, Any]) -> list[str]:
    found = []
    while span.parent_span_id in spans:
        span = spans[span.parent_span_id]
        found.append(span.name)
    return found


def test_spans_say_nothing_that_is_not_on_the_list(seen: Seen) -> None:
    _, watcher = seen
    told = watcher.spans()
    assert {span.name for _, span in told} == NAMES
    for who, span in told:
        assert set(who) == {"service.name", "service.version"}
        assert set(attributes(span)) <= ALLOWED
        assert (list(span.events), list(span.links), span.status.message) == ([], [], "")


NAMES = {"request", "transaction", "event.said", "relay", "event.sent", "delivery", "event.taken"}


def test_both_processes_of_a_node_show_that_they_live(seen: Seen) -> None:
    network, _ = seen
    [node] = [node for node in network.plan.nodes if node.org == A]
    with closing(Database(node.database_url)) as database, database.reading() as tx:
        found = living(tx)
    assert sorted(process.kind for process in found) == [PAGES, WORKER]
    assert twice(found) == []

"""Endpoints of webhooks: who sets them up, where they may go, and that nothing more can be said to them."""

from typing import Any

import pytest

from services.intake.domain import Action
from services.intake.interchange.tests.receiver import Receiver
from services.intake.interchange.tests.test_importing import audited
from services.intake.interchange.tests.test_webhooks import endpoint, rows, sends
from services.intake.storage.webhook_tables import endpoints
from services.intake.tests.node import ADMIN, AUDITOR, FOCAL_POINT, WORKER, Node
from services.intake.usecases.refusals import Conflict, Invalid, NotFound, NotPermitted
from services.intake.usecases.webhooks import (
    KEPT_FOR,
    MOST_ENDPOINTS,
    add_endpoint,
    forget_log,
    remove_endpoint,
    retry,
    send_test,
    set_enabled,
    webhooks_page,
)


def test_address_and_secret_lie_sealed(node: Node, receiver: Receiver) -> None:
    made = endpoint(node, receiver)
    [row] = node.rows(endpoints)
    assert made.secret.encode() not in bytes(row["sealed"])
    assert b"127.0.0.1" not in bytes(row["sealed"])
    assert webhooks_page(node.database, ADMIN).endpoints == (made,)


@pytest.mark.parametrize("by", [WORKER, FOCAL_POINT, AUDITOR])
def test_they_are_the_administrator_s(node: Node, receiver: Receiver, by: Any) -> None:
    made = endpoint(node, receiver)
    for do in (
        lambda: webhooks_page(node.database, by),
        lambda: add_endpoint(node.database, receiver.url, by),
        lambda: set_enabled(node.database, made.id, by, enabled=False),
        lambda: remove_endpoint(node.database, made.id, by),
        lambda: send_test(node.database, made.id, by),
        lambda: retry(node.database, made.id, by),
    ):
        with pytest.raises(NotPermitted):
            do()
    assert ("root", Action.WEBHOOK_CHANGED) in audited(node)


def test_one_that_is_removed_is_forgotten_with_its_log(node: Node, receiver: Receiver) -> None:
    made = endpoint(node, receiver)
    send_test(node.database, made.id, ADMIN)
    remove_endpoint(node.database, made.id, ADMIN)

    assert rows(node) == node.rows(endpoints) == []
    for do in (remove_endpoint, send_test, retry):
        with pytest.raises(NotFound):
            do(node.database, made.id, ADMIN)


def test_the_log_is_forgotten_after_thirty_days_but_not_what_waits(node: Node, receiver: Receiver) -> None:
    made = endpoint(node, receiver)
    send_test(node.database, made.id, ADMIN)
    sends(node)
    send_test(node.database, made.id, ADMIN)
    node.pass_time(days=KEPT_FOR.days + 1)

    forget_log(node.database)

    assert [row["result"] for row in rows(node)] == [None]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.org/", "not_https"),
        ("ftp://example.org/", "not_https"),
        ("//example.org/", "not_https"),
        ("https://", "not_an_address"),
        ("https://olena:word@example.org/", "not_an_address"),
        ("https://example.org/#there", "not_an_address"),
        ("https://example.org:99999/", "not_an_address"),
        ("https://пример.example/", "not_an_address"),
        ("https://example.org/" + "x" * 500, "too_long"),
        (" ", "needed"),
    ],
)
def test_what_is_no_safe_address_is_refused(node: Node, url: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        add_endpoint(node.database, url, ADMIN)
    assert refused.value.errors == {"url": code}


def test_there_are_so_many_and_no_more(node: Node) -> None:
    for number in range(MOST_ENDPOINTS):
        add_endpoint(node.database, f"https://{number}.example/", ADMIN)
    with pytest.raises(Conflict):
        add_endpoint(node.database, "https://more.example/", ADMIN)

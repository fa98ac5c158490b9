"""Other systems are told that something happened: signed, once, again after a failure, and nothing more than that."""

from typing import Any
from uuid import UUID

import orjson
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from services.intake.interchange.sending import LEASE, PAUSES, Sender
from services.intake.interchange.tests.receiver import Receiver
from services.intake.storage.webhook_tables import deliveries
from services.intake.storage.webhooks import Endpoint
from services.intake.tests.node import ADMIN, HERE, START, THERE, Node, moved_on
from services.intake.usecases.refusals import Conflict
from services.intake.usecases.webhooks import (
    add_endpoint,
    retry,
    send_test,
    set_enabled,
    tell_of,
)
from shared.messaging.message import Message
from shared.schemas.life import Move
from shared.schemas.referral import Overdue

PUBLIC = "https://node.example"


def endpoint(node: Node, receiver: Receiver) -> Endpoint:
    return add_endpoint(node.database, receiver.url, ADMIN, may_be_private=True)


def sends(node: Node, sender: Sender | None = None) -> None:
    """Send what is due, and wait until that is over."""
    for thread in (sender or Sender(PUBLIC)).send_due(node.database):
        thread.join(30)


def rows(node: Node) -> list[Any]:
    return sorted(node.rows(deliveries), key=lambda row: row["id"])


def test_what_the_hub_brings_is_told_and_nothing_of_what_it_is(node: Node, receiver: Receiver) -> None:
    made = endpoint(node, receiver)
    came = node.received(given_name="Kryptonym")
    node.hears(*moved_on(came, THERE, HERE, Move.DELIVER, Move.CANCEL)[2:])
    sends(node)

    [first, second] = [(path, headers, orjson.loads(body)) for path, headers, body in receiver.got]
    assert (first[0], first[1]["host"]) == ("/hooks?system=1", f"127.0.0.1:{receiver.port}")
    said = {"sentence": "something_waits", "count": 1, "link": f"{PUBLIC}/inbox", "language": "en"}
    assert first[2] == second[2] == said
    assert [(row["result"], row["attempts"], row["due_at"]) for row in rows(node)] == [("sent", 1, None)] * 2
    assert made.secret not in str(receiver.got)


def test_a_receiver_believes_it_as_the_standard_says(node: Node, receiver: Receiver) -> None:
    from datetime import UTC, datetime

    made = endpoint(node, receiver)
    send_test(node.database, made.id, ADMIN)
    node.at = datetime.now(UTC)  # the library looks at the clock
    sends(node)

    [(_, headers, body)] = receiver.got
    Webhook(made.secret).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(made.secret).verify(body + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(made.secret).verify(body, headers | {"webhook-timestamp": "1"})


def test_it_is_written_with_what_it_tells_of_or_not_at_all(node: Node, receiver: Receiver) -> None:
    endpoint(node, receiver)
    late = Overdue(
        referral_id=UUID(int=1), from_org=THERE, to_org=HERE, service_type="food", urgency="urgent", level="reply",
        due_at=START, flagged_at=START,
    )  # fmt: skip
    with pytest.raises(RuntimeError):
        _tells_and_fails(node, late)
    assert rows(node) == []


def _tells_and_fails(node: Node, late: Overdue) -> None:
    with node.database.transaction() as tx:
        tell_of(tx, [Message(UUID(int=2), "hub", late)])
        assert rows_in(tx) == 1
        raise RuntimeError


def rows_in(tx: Any) -> int:
    return len(tx.execute(deliveries.select()).all())


def test_nobody_is_told_who_did_not_ask(node: Node, receiver: Receiver) -> None:
    off = endpoint(node, receiver)
    set_enabled(node.database, off.id, ADMIN, enabled=False)
    node.received()
    assert rows(node) == []


def test_what_waits_for_an_endpoint_that_is_disabled_is_sent_when_it_is_enabled(
    node: Node, receiver: Receiver
) -> None:
    made = endpoint(node, receiver)
    node.received()
    set_enabled(node.database, made.id, ADMIN, enabled=False)
    sends(node)
    assert receiver.got == []

    set_enabled(node.database, made.id, ADMIN, enabled=True)
    sends(node)
    assert len(receiver.got) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 400, 410, 429, 500, 503])
def test_what_is_not_taken_is_tried_again_under_the_same_id_after_a_pause(
    node: Node, receiver: Receiver, status: int
) -> None:
    send_test(node.database, endpoint(node, receiver).id, ADMIN)
    receiver.answers, receiver.headers = [status], {"Location": receiver.url}
    sends(node)

    [row] = rows(node)
    assert (row["result"], row["due_at"]) == (f"http_{status}", node.at + PAUSES[0])
    sends(node)
    assert len(receiver.got) == 1  # no redirect was followed, and its time has not come

    node.pass_time(seconds=5)
    sends(node)
    assert len(set(receiver.ids)) == 1
    assert (len(receiver.ids), rows(node)[0]["result"]) == (2, "sent")


def test_it_is_given_up_in_the_end_and_somebody_may_try_it_again(node: Node, receiver: Receiver) -> None:
    send_test(node.database, endpoint(node, receiver).id, ADMIN)
    receiver.answers = [500] * (len(PAUSES) + 1)
    for _ in range(len(PAUSES) + 3):
        sends(node)
        node.pass_time(days=1)

    [row] = rows(node)
    assert (len(receiver.got), row["due_at"], row["sent_at"]) == (len(PAUSES) + 1, None, None)

    retry(node.database, row["id"], ADMIN)
    sends(node)
    assert rows(node)[0]["result"] == "sent"
    with pytest.raises(Conflict):
        retry(node.database, row["id"], ADMIN)


def test_a_sender_that_died_is_followed_by_another_which_may_say_it_twice(
    node: Node, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_test(node.database, endpoint(node, receiver).id, ADMIN)
    with monkeypatch.context() as patched:
        patched.setattr("services.intake.interchange.sending.rows.set_delivery", _dies_after_sending())
        patched.setattr("threading.excepthook", lambda _: None)
        sends(node)
    sends(node)
    assert len(receiver.got) == 1  # its lease holds

    node.pass_time(seconds=LEASE.total_seconds())
    sends(node)
    assert len(set(receiver.ids)) == 1
    assert (len(receiver.ids), rows(node)[0]["result"]) == (2, "sent")


def _dies_after_sending() -> Any:
    from services.intake.storage.webhooks import set_delivery

    def dies(tx: Any, delivery_id: UUID, **values: Any) -> bool:
        if "result" in values:
            raise SystemExit
        return set_delivery(tx, delivery_id, **values)

    return dies


def test_one_that_hangs_keeps_nobody_else_waiting(node: Node, receiver: Receiver, other: Receiver) -> None:
    slow, quick = endpoint(node, receiver), endpoint(node, other)
    receiver.hold.clear()
    sender = Sender(PUBLIC)
    for one in (slow, quick):
        send_test(node.database, one.id, ADMIN)
    sender.send_due(node.database)
    assert receiver.asked.wait(30)

    send_test(node.database, slow.id, ADMIN)
    for _ in range(3):
        send_test(node.database, quick.id, ADMIN)
        assert other.asked.wait(30)
        for thread in list(sender._busy.values())[1:]:
            thread.join(30)
        sends_quickly = sender.send_due(node.database)
        for thread in sends_quickly:
            thread.join(30)

    assert (len(receiver.got), len(other.got)) == (1, 4)
    receiver.hold.set()
    for thread in sender._busy.values():
        thread.join(30)
    assert len(receiver.got) == 2

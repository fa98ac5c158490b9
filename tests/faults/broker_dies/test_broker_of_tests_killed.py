"""The broker of the tests is killed: it comes back as it was, for this test and for the next."""

from kombu import Connection, Queue

from shared.testing.broker import Broker, fresh_vhost, let_declarations_settle


def test_what_was_confirmed_is_there_after_a_kill(broker: Broker, vhost: str) -> None:
    queue = Queue("kept", queue_arguments={"x-queue-type": "quorum"})
    with Connection(vhost, transport_options={"confirm_publish": True}) as before:
        queue(before.channel()).declare()
        let_declarations_settle()
        before.Producer().publish("still here", routing_key="kept", delivery_mode=2, confirm_timeout=10)
        broker.kill()
        assert not broker.is_running()
    broker.restart()
    with Connection(vhost) as after:
        message = queue(after.channel()).get(no_ack=True)
    assert message.payload == "still here"


def test_a_test_that_leaves_the_broker_dead_does_not_fail_the_next(broker: Broker) -> None:
    let_declarations_settle()
    broker.kill()
    with fresh_vhost(broker) as url, Connection(url) as connected:
        assert connected.connect()

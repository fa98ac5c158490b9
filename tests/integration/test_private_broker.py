"""The broker of the tests: each virtual host and each user in it stays apart."""

from collections.abc import Iterator

import pytest
from amqp.exceptions import AccessRefused
from kombu import Connection, Queue

from shared.messaging.management import Management, ManagementRefused
from shared.testing.broker import Broker, as_user, fresh_vhost


@pytest.fixture
def connection(vhost: str) -> Iterator[Connection]:
    """The administrator's connection to an empty virtual host."""
    with Connection(vhost) as connected:
        yield connected


def _queue(connection: Connection, name: str) -> Queue:
    return Queue(name, channel=connection.channel(), queue_arguments={"x-queue-type": "quorum"})


def test_one_virtual_host_does_not_see_anothers_queues(broker: Broker, connection: Connection) -> None:
    _queue(connection, "mine").declare()
    with fresh_vhost(broker) as url, Connection(url) as other, pytest.raises(other.channel_errors):
        _queue(other, "mine").queue_declare(passive=True)


def test_a_virtual_host_is_gone_after_its_test(broker: Broker) -> None:
    with fresh_vhost(broker) as url:
        pass
    with Connection(url) as late, pytest.raises(late.connection_errors):
        late.connect()


def test_a_user_may_do_only_what_it_was_given(
    vhost: str, connection: Connection, management: Management
) -> None:
    _queue(connection, "theirs").declare()
    management.create_user("partner", "an invented password")
    management.set_permissions("partner", vhost.rpartition("/")[2], configure="^$", write="^$", read="^$")
    with (
        Connection(as_user(vhost, "partner", "an invented password")) as partner,
        pytest.raises(AccessRefused),
    ):
        _queue(partner, "theirs").get()
    management.delete_user("partner")


def test_the_management_api_says_no_aloud(management: Management) -> None:
    with pytest.raises(ManagementRefused, match=r"DELETE vhosts/nowhere: 404"):
        management.delete_vhost("nowhere")

"""What stands at a broker, read from what it exports."""

from typing import Any

from shared.messaging.management import Management
from shared.messaging.provision import look
from shared.messaging.standing import Kind, Thing

NOTHING: dict[str, Any] = {
    name: [] for name in ("queues", "bindings", "policies", "permissions", "topic_permissions", "users")
}


class Exported(Management):
    """A broker's management that has one exchange of each of these names in ``/``, and nothing else."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def get(self, *path: str) -> Any:
        assert path == ("definitions",)
        how = {"vhost": "/", "type": "topic", "durable": True, "auto_delete": False}
        return NOTHING | {"exchanges": [{"name": name, **how} for name in self._names]}


def test_exchanges_of_the_brokers_own_are_nobodys_business() -> None:
    assert list(look(Exported("amq.rabbitmq.log", "amqp", "network.in"), "/")) == [
        Thing(Kind.EXCHANGE, ("amqp",)),
        Thing(Kind.EXCHANGE, ("network.in",)),
    ]

"""How a network stands, in a few lines: said when a test has waited in vain, since nobody can look any more by then."""

from collections.abc import Iterator

from kombu import Connection, Queue
from sqlalchemy import create_engine, text

from shared.messaging.topology import HUB_QUEUES, node_queue
from tests.network import Network

LAST_LINES = 4  #: warnings of each log


def affairs_of(network: Network) -> str:
    """What waits where, and what each process complained of last."""
    return "\n".join((*_databases(network), *_queues(network), *_logs(network)))


def _databases(network: Network) -> Iterator[str]:
    nodes = {node.org: node.database_url for node in network.plan.nodes}
    for name, url in (nodes | network.plan.databases).items():
        engine = create_engine(url)
        with engine.connect() as connection:
            for table in ("inbox", "outbox", "parked"):
                count = connection.execute(text(f"select count(*) from {table}")).scalar_one()  # noqa: S608 - our own words
                yield f"{name}: {count} in {table}"
        engine.dispose()


def _queues(network: Network) -> Iterator[str]:
    nodes = [node_queue(node.org) for node in network.plan.nodes]
    try:
        with Connection(network.demo.broker.url, connect_timeout=5) as connection:
            channel = connection.channel()
            for name in (*HUB_QUEUES, *nodes):
                found = Queue(name)(channel).queue_declare(passive=True)
                yield f"queue {name}: {found.message_count} ready, {found.consumer_count} consumers"
    except Exception as error:  # noqa: BLE001 - it is one more thing to tell, not the end of the telling
        yield f"the broker does not answer: {error!r}"


def _logs(network: Network) -> Iterator[str]:
    for log in sorted(network.plan.logs.glob("*.log")):
        lines = log.read_text("utf-8", "replace").splitlines()
        troubled = [line for line in lines if '"level": "info"' not in line]
        for line in troubled[-LAST_LINES:]:
            yield f"{log.name}: {line[:300]}"

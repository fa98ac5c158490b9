"""A broker that has no hub yet, and what one types to have one there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from shared.messaging.management import Management
from shared.messaging.topology import HUB_USER
from shared.testing.broker import Broker, fresh_vhost, vhost_of

ADDRESS = "https://reports.hub.example"


@contextmanager
def without_hub(broker: Broker, folder: Path) -> Iterator[dict[str, str]]:
    """The flags that name it; users are the whole broker's, so that the hub's is taken away before and after."""
    management = Management(broker.management_url)
    with fresh_vhost(broker) as url:
        _forget_hub(management)
        (address := folder / "management").write_text(broker.management_url)
        parts = urlsplit(url)
        yield {
            "--network": "Trial",
            "--public-url": ADDRESS,
            "--broker": f"amqp://{parts.hostname}:{parts.port}/{vhost_of(url)}",
            "--management-url-file": str(address),
            "--smtp-host": "localhost",
            "--mail-from": "post@hub.example",
            "--coordinator": "vera",
        }
        _forget_hub(management)


def _forget_hub(management: Management) -> None:
    management.create_user(HUB_USER, "an invented password")
    management.delete_user(HUB_USER)


def words(folder: Path, flags: dict[str, str]) -> list[str]:
    """What one types."""
    return ["init-hub", str(folder), *(word for flag in flags.items() for word in flag)]

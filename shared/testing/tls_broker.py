"""A private RabbitMQ that speaks TLS, with a certificate made for it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.messaging.private_broker import PrivateBroker
from shared.ports import LOOPBACK, free_ports

CONFIG = Path(__file__).parents[2] / "deploy" / "broker" / "rabbitmq.conf"
_LINE = re.compile(r"^#   (\S+) = (\S+)$", re.MULTILINE)  # what an operator is told to set


@dataclass(frozen=True)
class TlsBroker:
    """Where it is reached by TLS, with its administrator's name and password, by the host's name that one gives."""

    broker: PrivateBroker
    amqp_port: int
    management_port: int

    def amqp_url(self, host: str = "localhost") -> str:
        """The default virtual host."""
        return f"amqps://{self._login}@{host}:{self.amqp_port}/%2F"

    def management_url(self, host: str = "localhost") -> str:
        """The management API."""
        return f"https://{self._login}@{host}:{self.management_port}/api"

    @property
    def _login(self) -> str:
        return self.broker.amqp_url.removeprefix("amqp://").rpartition("@")[0]


@contextmanager
def tls_broker(folder: Path, certificate: bytes, key: bytes, *versions: str) -> Iterator[TlsBroker]:
    """Running for as long as the block, as ``deploy/broker`` says; with these versions of TLS where some are given."""
    folder.mkdir()
    (certificate_file := folder / "broker.pem").write_bytes(certificate)
    (key_file := folder / "broker.key").write_bytes(key)
    amqp, management = free_ports(2)
    more: dict[str, object] = {
        **_deployed(instead=versions),
        "listeners.ssl.1": f"{LOOPBACK}:{amqp}",
        "ssl_options.certfile": certificate_file,
        "ssl_options.keyfile": key_file,
        **{f"ssl_options.versions.{number}": version for number, version in enumerate(versions, 1)},
        "management.ssl.ip": LOOPBACK,
        "management.ssl.port": management,
        "management.ssl.certfile": certificate_file,
        "management.ssl.keyfile": key_file,
    }
    with PrivateBroker(folder / "broker", more=more) as broker:
        yield TlsBroker(broker, amqp, management)


def _deployed(*, instead: tuple[str, ...]) -> dict[str, object]:
    """The lines on TLS of the configuration, but for the ports, and for versions and suites where there are others."""
    told = dict(_LINE.findall(CONFIG.read_text("utf-8")))
    left_out = ("listeners.", *(("ssl_options.versions", "ssl_options.ciphers") if instead else ()))
    return {name: value for name, value in told.items() if not name.startswith(left_out)}

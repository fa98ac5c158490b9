"""A private RabbitMQ on loopback, for the demo and for tests."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from kombu import Connection
from kombu.exceptions import OperationalError

from shared.messaging.management import Management
from shared.messaging.message import LARGEST
from shared.polling import poll_until
from shared.ports import LOOPBACK, free_ports, is_listening
from shared.programs import find_program, need_program

START_PATIENCE = 120.0  #: seconds; a slow machine needs 15
STOP_PATIENCE = 30.0  #: seconds
LOG_LINES = 5  #: of the broker's log, told when it does not start
ADMINISTRATOR = "administrator"

# Debian's wrapper in /usr/sbin changes the user and then exits 0, so the real program is looked for first.
SERVER_FOLDERS = ("/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin")
OTHER_FOLDER = "THROUGHLINE_TEST_BROKER_FOLDER"  #: names the folder of another RabbitMQ's programs


class BrokerFailed(RuntimeError):
    """The private RabbitMQ does not run; the message says what it said last."""


@dataclass(frozen=True)
class Member:
    """What makes a broker one of a cluster: all that its neighbours must know, and how it reaches them."""

    node: str  #: its name and its machine's: ``rabbit@broker1``
    config: Path  #: the cluster's configuration, which is read before the broker's own
    addresses: Mapping[str, str]  #: of every machine, as this one sees them
    cookie: str
    password: str  #: the administrator's
    distribution: int  #: the port where its neighbours reach it
    mapper: int  #: the port of its own port mapper


def is_installed() -> bool:
    """Whether what a private broker needs is on this machine."""
    return all(find_program(name, *_folders()) for name in ("rabbitmq-server", "epmd"))


def is_chosen() -> bool:
    """Whether the environment names the RabbitMQ that is to be run."""
    return OTHER_FOLDER in os.environ


def program(name: str) -> str:
    """Where RabbitMQ's program is; ``NotInstalled`` when it is nowhere."""
    return need_program(name, *_folders(), package="rabbitmq-server")


def _folders() -> tuple[str, ...]:
    return (os.environ[OTHER_FOLDER], *SERVER_FOLDERS) if is_chosen() else SERVER_FOLDERS


def is_ready(amqp_url: str, management_url: str) -> bool:
    """Whether a broker really is ready: its open port alone says too little."""
    return Management(management_url).has_every_vhost_up() and _lets_in(amqp_url)


class PrivateBroker:
    """One RabbitMQ node with name, ports, cookie, directory and port mapper of its own; ready once it exists.

    ``amqp_url`` (the default virtual host) and ``management_url`` (the HTTP API) carry the administrator's
    name and a password made up at the start. All it keeps is in ``directory``, which ``close`` removes.
    As a ``member`` it is told name, ports, cookie and password, and joins its cluster. ``more`` are further lines of
    its configuration.
    """

    def __init__(
        self,
        directory: Path | None = None,
        member: Member | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        self._server, self._mapper, self._member = program("rabbitmq-server"), program("epmd"), member
        self.directory = directory or Path(tempfile.mkdtemp(prefix="throughline-broker-"))
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._amqp, self._management, self._distribution, self._epmd = free_ports(4)
        if member:
            self._distribution, self._epmd = member.distribution, member.mapper
        password = member.password if member else secrets.token_urlsafe()
        login = f"{ADMINISTRATOR}:{password}@{LOOPBACK}"
        self.amqp_url = f"amqp://{login}:{self._amqp}/%2F"
        self.management_url = f"http://{login}:{self._management}/api"
        self._configure(password, more or {})
        self._port_mapper: subprocess.Popen[bytes] | None = None
        self._broker: subprocess.Popen[bytes] | None = None
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The process of the broker itself: no wrapper stands before it."""
        if self._broker is None:
            raise BrokerFailed("the broker was never started")
        return self._broker.pid

    @property
    def log(self) -> Path:
        """Where the broker writes what it has to say."""
        return self.directory / "broker.log"

    def is_running(self) -> bool:
        """Whether the broker's process lives."""
        return self._broker is not None and self._broker.poll() is None

    def kill(self) -> None:
        """End the broker's whole process group at once, as a power cut would; its directory stays."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Let the broker shut down in good order; its directory stays."""
        self._end(signal.SIGTERM)

    def restart(self) -> None:
        """Start again on the same ports and directory, after ``stop`` if it still ran; ready on return."""
        self.stop()
        self._start()

    def close(self) -> None:
        """End the broker and its port mapper and remove everything it kept."""
        self.kill()
        if self._port_mapper:
            self._port_mapper.terminate()
            self._port_mapper.wait(STOP_PATIENCE)
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _configure(self, password: str, more: Mapping[str, object]) -> None:
        settings = {
            "listeners.tcp.1": f"{LOOPBACK}:{self._amqp}",
            "management.tcp.ip": LOOPBACK,
            "management.tcp.port": self._management,
            "distribution.listener.port_range.min": self._distribution,
            "distribution.listener.port_range.max": self._distribution,
            "max_message_size": LARGEST,
            "default_user": ADMINISTRATOR,
            "default_pass": password,
            **more,
        }
        text = "".join(f"{key} = {value}\n" for key, value in settings.items())
        (self.directory / "rabbitmq.conf").write_text(text, "utf-8")
        (self.directory / "enabled_plugins").write_text("[rabbitmq_management].", "utf-8")
        if self._member:
            self._prepare(self._member)

    def _prepare(self, member: Member) -> None:
        (cookie := self.directory / ".erlang.cookie").write_text(member.cookie, "utf-8")
        cookie.chmod(0o400)
        hosts = [
            f'{{host, {{{address.replace(".", ",")}}}, ["{name}"]}}.\n'
            for name, address in member.addresses.items()
        ]
        (self.directory / "hosts").write_text("{lookup, [file, native]}.\n" + "".join(hosts), "utf-8")

    def _as_member(self, member: Member) -> dict[str, str]:
        return {
            "RABBITMQ_NODENAME": member.node,
            "RABBITMQ_CONFIG_FILE": str(member.config),
            "RABBITMQ_CONFIG_FILES": str(self.directory / "*.conf"),  # ours has the last word
            "ERL_INETRC": str(self.directory / "hosts"),
            # It wants this one free at every address, also where neighbours see ours; its configuration says which.
            "RABBITMQ_DIST_PORT": str(free_ports(1)[0]),
        }

    def _environment(self) -> dict[str, str]:
        foreign = ("RABBITMQ_", "ERL_")
        at = self.directory
        return {key: value for key, value in os.environ.items() if not key.startswith(foreign)} | {
            "HOME": str(at),  # the cookie is made here
            "RABBITMQ_NODENAME": f"throughline-{self._amqp}@localhost",
            "RABBITMQ_CONF_ENV_FILE": str(at / "none"),  # else the machine's own settings come in
            "RABBITMQ_CONFIG_FILE": str(at / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(at / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(at / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(at / "data"),
            "RABBITMQ_LOG_BASE": str(at),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": str(at / "pid"),
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none -kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_PORT": str(self._epmd),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RUNNING_UNDER_SYSTEMD": "true",  # the start script then becomes the broker
            **(self._as_member(self._member) if self._member else {}),
        }

    def _start(self) -> None:
        if self._port_mapper is None:
            # Left to itself, the broker starts a mapper that belongs to nobody and outlives it.
            self._port_mapper = self._spawn(self._mapper)
            poll_until(lambda: is_listening(self._epmd), seconds=START_PATIENCE, what="the port mapper")
        self._broker = self._spawn(self._server)
        poll_until(self._is_ready, seconds=START_PATIENCE, what="RabbitMQ to be ready")

    def _spawn(self, program: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [program],
                env=self._environment(),
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _is_ready(self) -> bool:
        if not self.is_running():
            last = "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-LOG_LINES:])
            raise BrokerFailed(f"RabbitMQ ended while it started; it said last:\n{last}")
        return is_ready(self.amqp_url, self.management_url)

    def _end(self, how: signal.Signals) -> None:
        if self._broker is None or not self.is_running():
            return
        os.killpg(self._broker.pid, how)
        self._broker.wait(STOP_PATIENCE)


def _lets_in(amqp_url: str) -> bool:
    with Connection(amqp_url, connect_timeout=STOP_PATIENCE) as connection:
        try:
            connection.connect()
        except (*connection.connection_errors, OperationalError):
            return False
        return True

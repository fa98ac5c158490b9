"""The broker and the database server as containers, where Docker can run them."""

import secrets
from collections.abc import Callable

import docker
from docker.errors import DockerException, ImageNotFound
from requests.exceptions import RequestException
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from shared.messaging.message import LARGEST
from shared.messaging.private_broker import START_PATIENCE, is_ready
from shared.polling import poll_until
from shared.ports import LOOPBACK, free_ports
from shared.testing.private_postgres import answers

RABBITMQ = "rabbitmq:4-management"
POSTGRES = "postgres:16"
PING_PATIENCE = 5  #: seconds for Docker to answer at all
PULL_PATIENCE = 300  #: seconds for an image to arrive


def can_run(image: str) -> bool:
    """Whether Docker answers and has the image or can fetch it: an engine without a registry answers too."""
    try:
        docker.from_env(timeout=PING_PATIENCE).ping()
        _fetch(image)
    except (DockerException, RequestException):
        return False
    return True


class ContainerBroker:
    """RabbitMQ in a container: as ``PrivateBroker``, but for its directory."""

    def __init__(self) -> None:
        amqp, management = free_ports(2)
        password = secrets.token_urlsafe()
        login = f"administrator:{password}@{LOOPBACK}"
        self.amqp_url = f"amqp://{login}:{amqp}/%2F"
        self.management_url = f"http://{login}:{management}/api"
        named = {"RABBITMQ_DEFAULT_USER": "administrator", "RABBITMQ_DEFAULT_PASS": password}
        named |= {"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"-rabbit max_message_size {LARGEST}"}
        self._container = _start(RABBITMQ, {5672: amqp, 15672: management}, named, self._is_ready)

    def is_running(self) -> bool:
        """Whether the container runs."""
        wrapped = self._container.get_wrapped_container()
        wrapped.reload()
        return bool(wrapped.status == "running")

    def kill(self) -> None:
        """End it at once; what it kept stays."""
        self._container.get_wrapped_container().kill()

    def restart(self) -> None:
        """Start again on the same ports, with what it kept; ready on return."""
        self._container.get_wrapped_container().restart()
        poll_until(self._is_ready, seconds=START_PATIENCE, what="RabbitMQ to be ready")

    def close(self) -> None:
        """End it and remove everything it kept."""
        self._container.stop()

    def _is_ready(self) -> bool:
        return is_ready(self.amqp_url, self.management_url)


class ContainerPostgres:
    """PostgreSQL in a container; ``url`` is the administrator's."""

    def __init__(self) -> None:
        (port,) = free_ports(1)
        password = secrets.token_urlsafe()
        self.url = f"postgresql+psycopg://postgres:{password}@{LOOPBACK}:{port}/postgres"
        named = {"POSTGRES_PASSWORD": password}
        self._container = _start(POSTGRES, {5432: port}, named, lambda: answers(self.url))

    def close(self) -> None:
        """End it and remove everything it kept."""
        self._container.stop()


def _fetch(image: str) -> None:
    client = docker.from_env(timeout=PULL_PATIENCE)
    try:
        client.images.get(image)
    except ImageNotFound:
        client.images.pull(image)


def _start(
    image: str, ports: dict[int, int], environment: dict[str, str], ready: Callable[[], bool]
) -> DockerContainer:
    """Fixed ports on loopback, since those that Docker picks change at a restart."""
    testcontainers_config.ryuk_disabled = True  # its cleaner is one more image, which may not be there
    container = DockerContainer(image)
    for inside, outside in ports.items():
        # Docker takes an address with the port; the type of this attribute forgot it.
        container.ports[f"{inside}/tcp"] = (LOOPBACK, outside)  # type: ignore[assignment]
    for name, value in environment.items():
        container.with_env(name, value)
    try:
        container.start()
        poll_until(ready, seconds=START_PATIENCE, what=f"{image} to be ready")
    except BaseException:
        container.stop()
        raise
    return container

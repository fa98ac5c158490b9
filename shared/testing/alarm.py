"""A memory alarm at a broker of the tests: it goes on delivering, and blocks whoever publishes."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.messaging.private_broker import PrivateBroker, program
from shared.testing.broker import Broker
from shared.testing.containers import ContainerBroker

NO_MEMORY, ORDINARY = "0", "0.4"  #: shares of the machine's memory above which there is an alarm
PATIENCE = 30.0  #: seconds for the broker's tool
NEEDED = ("HOME", "PATH", "RABBITMQ_NODENAME", "RABBITMQ_CONF_ENV_FILE", "ERL_EPMD_PORT", "ERL_EPMD_ADDRESS")


@contextmanager
def memory_alarm(broker: Broker) -> Iterator[None]:
    """As long as the block lasts, the broker has too little memory."""
    _set_watermark(broker, NO_MEMORY)
    try:
        yield
    finally:
        _set_watermark(broker, ORDINARY)


def _set_watermark(broker: Broker, share: str) -> None:
    command = ["rabbitmqctl", "--quiet", "set_vm_memory_high_watermark", share]
    if isinstance(broker, ContainerBroker):
        broker._container.exec(command)  # noqa: SLF001 - no test but this one needs its inside
        return
    assert isinstance(broker, PrivateBroker)  # noqa: S101 - there is no third kind
    command[0] = program("rabbitmqctl")
    subprocess.run(
        command, env=_environment(broker.pid), check=True, timeout=PATIENCE, stdout=subprocess.DEVNULL
    )


def _environment(pid: int) -> dict[str, str]:
    """What tells the tool of which broker we speak, as the broker's own process has it."""
    variables = Path(f"/proc/{pid}/environ").read_text("utf-8").split("\0")
    return {name: value for name, _, value in (v.partition("=") for v in variables) if name in NEEDED}

"""What the tests turn at a running broker: alarms, in which it blocks whoever publishes, and how patient it is."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.messaging.private_broker import PrivateBroker, program
from shared.testing.broker import Broker
from shared.testing.containers import ContainerBroker

NO_MEMORY, ORDINARY = "0", "0.4"  #: shares of the machine's memory above which there is an alarm
NO_DISK, SOME_DISK = "100000GB", "50MB"  #: room below which there is an alarm
PATIENCE = 90.0  #: seconds for the broker's tool, which takes long to start on a busy machine
NEEDED = ("HOME", "PATH", "RABBITMQ_NODENAME", "RABBITMQ_CONF_ENV_FILE", "ERL_EPMD_PORT", "ERL_EPMD_ADDRESS")


@contextmanager
def memory_alarm(broker: Broker) -> Iterator[None]:
    """As long as the block lasts, the broker has too little memory."""
    _control(broker, "set_vm_memory_high_watermark", NO_MEMORY)
    try:
        yield
    finally:
        _control(broker, "set_vm_memory_high_watermark", ORDINARY)


@contextmanager
def disk_alarm(broker: Broker) -> Iterator[None]:
    """As long as the block lasts, the broker has too little room on its disk."""
    _control(broker, "set_disk_free_limit", NO_DISK)
    try:
        yield
    finally:
        _control(broker, "set_disk_free_limit", SOME_DISK)


@contextmanager
def impatient(broker: Broker) -> Iterator[None]:
    """Channels that are opened in the block may leave nothing unanswered for longer than a second."""
    _be_patient(broker, answer=1_000, look=500)
    try:
        yield
    finally:
        _be_patient(broker, answer=1_800_000, look=60_000)


def _be_patient(broker: Broker, *, answer: int, look: int) -> None:
    """Milliseconds for an answer, and between two looks whether it is late."""
    values = {"consumer_timeout": answer, "channel_tick_interval": look}
    setting = (f"application:set_env(rabbit, {name}, {value})" for name, value in values.items())
    _control(broker, "eval", ", ".join(setting) + ".")


def _control(broker: Broker, *words: str) -> None:
    command = ["rabbitmqctl", "--quiet", *words]
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

"""Pages that are told to end while they begin: they end, and leave nobody behind who keeps their port."""

import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from shared.polling import poll_until
from shared.ports import free_ports
from tests.in_process import environment_of
from tests.installed import program
from tests.integration import test_command_line
from tests.integration.test_command_line import PATIENCE, throughline, web_settings

node = test_command_line.node  #: the settings of a node's worker


def children_of(parent: int) -> list[int]:
    """Processes that this one has started, and that live."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            pid, _, rest = stat.read_text("utf-8").partition(" ")
            if int(rest.rpartition(")")[2].split()[1]) == parent:
                found.append(int(pid))
    return found


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_pages_that_have_hardly_begun(node: dict[str, str], told: signal.Signals) -> None:
    assert throughline("migrate", "intake", **node).returncode == 0
    [port] = free_ports(1)
    settings = web_settings(node) | {"web_port": str(port)}
    pages = subprocess.Popen([program(), "web", "intake"], env=environment_of(settings))
    try:
        [worker] = poll_until(lambda: children_of(pages.pid), seconds=PATIENCE, what="the worker")
        pages.send_signal(told)
        pages.wait(PATIENCE)
        poll_until(lambda: not Path(f"/proc/{worker}").exists(), seconds=PATIENCE, what="the worker's end")
    finally:
        pages.kill()

"""What people meet in these tests is what would be installed: the processes are the wheel's, and not the checkout's."""

import subprocess
from pathlib import Path

from tests.network import Network

PARTS = "import deploy, services, shared; print(deploy.__file__, services.__file__, shared.__file__)"


def test_every_process_is_of_the_wheel(network: Network, programs: Path) -> None:
    for one in network.demo.supervisor.describe():
        _, program, *_ = Path(f"/proc/{one['pid']}/cmdline").read_text("utf-8").split("\0")
        assert program == str(programs / "throughline"), one["name"]


def test_and_finds_nothing_of_the_checkout(programs: Path) -> None:
    said = subprocess.run(
        [programs / "python", "-P", "-c", PARTS], capture_output=True, text=True, check=True
    ).stdout.split()

    assert len(said) == 3
    assert all(Path(file).is_relative_to(programs.parent) for file in said)

"""Processes of this machine, each told from another that has its number later."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

BOOT = Path("/proc/sys/kernel/random/boot_id")
STATE, BEGAN = 0, 19  #: where proc(5) has them, counted from what follows the name


def identity(pid: int) -> str:
    """The boot and the tick at which the process began, which no other of its number shares; empty for none."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return "" if told[STATE] in "ZX" else f"{BOOT.read_text().strip()}/{told[BEGAN]}"
    except OSError:
        return ""


def send(number: signal.Signals, pid: int, known: str) -> None:
    """Send a signal to that very process; nothing, if it has ended, though another has its number now."""
    with suppress(ProcessLookupError):
        held = os.pidfd_open(pid)
        try:
            if known and identity(pid) == known:
                signal.pidfd_send_signal(held, number)
        finally:
            os.close(held)


def command(*words: str) -> tuple[str, ...]:
    """How this program's own commands are started; nothing in the folder where that happens is taken for a part."""
    return (sys.executable, "-P", "-m", "deploy.cli", *words)


def in_background(words: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Start one of its commands, to outlive this one and its terminal; what it says goes to the log."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as output:
        return subprocess.Popen(
            command(*words), stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )


def stop_on_signals() -> threading.Event:
    """Set by Ctrl-C, by SIGTERM, and by the end of the terminal."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    return ended

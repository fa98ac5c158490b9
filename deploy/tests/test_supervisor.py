"""What dies is started anew, later each time while it dies young; what is no longer ours is left alone."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.place import end, lives
from deploy.processes import identity, send
from deploy.supervisor import LOOK_EVERY, Life, Program, Supervisor
from shared.clock import now
from shared.polling import poll_until

SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")


@pytest.fixture
def dead() -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A clock that is set by hand."""
    shown = [0.0]
    monkeypatch.setattr("deploy.supervisor.time.monotonic", lambda: shown[0])
    return lambda moment: shown.__setitem__(0, moment)


def test_the_pause_grows_while_it_dies_young(
    dead: subprocess.Popen[bytes], standing: Callable[[float], None]
) -> None:
    pauses, died_young = [], 0
    for _ in range(5):
        life = Life(dead, now(), "1", died_young)
        assert not life.ended(10.0)
        pauses.append(life.next_at)
        died_young = life.died_young
    assert pauses == [1.0, 2.0, 4.0, 8.0, 10.0]
    standing(10.0)
    assert life.ended(10.0)


def test_what_had_lived_long_is_started_at_once(dead: subprocess.Popen[bytes]) -> None:
    assert Life(dead, now() - timedelta(hours=1), "1", died_young=9).ended(60.0)


def test_what_lives_has_not_ended() -> None:
    process = subprocess.Popen(SLEEP)
    try:
        assert not Life(process, now(), "1").ended(0.0)
    finally:
        process.kill()
        process.wait()


def test_a_program_that_is_killed_runs_again_and_an_old_sign_of_it_is_gone(tmp_path: Path) -> None:
    sign = tmp_path / "sign"
    keeper = Supervisor([Program("one", SLEEP, os.environ, tmp_path / "log", lambda: True, sign)])
    keeper.start()
    try:
        first = keeper.pid("one")
        sign.touch()
        keeper.kill("one")
        poll_until(lambda: keeper.pid("one") != first, seconds=30, what="another process")
        assert not sign.exists()
        [told] = keeper.lives()
        assert (told["pid"], told["identity"]) == (keeper.pid("one"), identity(keeper.pid("one")))
    finally:
        keeper.stop()
    assert not identity(keeper.pid("one"))


def test_what_cannot_be_started_for_a_while_is_tried_again(tmp_path: Path) -> None:
    """A full disk, in whose place a folder is missing for the log."""
    (logs := tmp_path / "logs").mkdir()
    keeper = Supervisor([Program("one", SLEEP, os.environ, logs / "log", lambda: True)])
    keeper.start()
    try:
        first = keeper.pid("one")
        gone = logs.rename(tmp_path / "gone")
        keeper.kill("one")
        poll_until(lambda: not identity(first), seconds=30, what="its end")
        time.sleep(LOOK_EVERY * 3)
        gone.rename(logs)
        poll_until(lambda: keeper.pid("one") != first, seconds=30, what="another process")
    finally:
        keeper.stop()


def test_another_process_with_the_number_of_ours_is_left_alone() -> None:
    """A number is given again; what began at another time is another."""
    process = subprocess.Popen(SLEEP)
    try:
        other = {"name": "one", "pid": process.pid, "identity": "another boot/1"}
        assert not lives(other)
        assert end([other]) == []
        send(signal.SIGKILL, process.pid, "another boot/1")
        send(signal.SIGKILL, process.pid, "")
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.2)
    finally:
        process.kill()
        process.wait()


def test_what_was_left_is_ended_and_what_does_not_listen_is_killed() -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    processes = [subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE) for _ in range(2)]
    noted = []
    for process in processes:
        assert process.stdout
        process.stdout.readline()
        noted.append({"name": "one", "pid": process.pid, "identity": identity(process.pid)})

    assert end(noted, patience=0.5) == noted

    assert [process.wait() for process in processes] == [-signal.SIGKILL] * 2


def test_a_process_that_is_not_there_has_no_identity(dead: subprocess.Popen[bytes]) -> None:
    assert not identity(dead.pid)
    assert not lives({"name": "one", "pid": dead.pid, "identity": ""})

"""A workshop that was broken off goes on where it was: its people, its clock, what was overdue, and its addresses."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.practice.kept import KEPT, MARK, NotThere, held, kept_in
from deploy.practice.practice import Practice
from deploy.practice.tests.conftest import gone_on, sends, worker
from services.intake.usecases.referrals import referral_page
from shared.clock import now
from shared.polling import poll_until
from shared.schemas.life import State
from shared.testing.tree import ROOT

RUN = [sys.executable, "-m", "deploy.cli", "practice"]


def run(folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    told = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*RUN, *flags], cwd=folder, env=told, capture_output=True, text=True, check=False, timeout=60
    )


def begun(folder: Path, json: str, *flags: str) -> subprocess.Popen[bytes]:
    """The command, which runs and has said its addresses."""
    told = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [*RUN, "--json", json, *flags], cwd=folder, env=told, stdout=subprocess.DEVNULL
    )
    try:
        poll_until((folder / json).exists, seconds=90, what="the practice network")
    except BaseException:
        process.kill()
        raise
    return process


def test_it_goes_on_where_it_was(standing: Path, tmp_path: Path) -> None:
    first = gone_on(standing, tmp_path)
    late = sends(first)
    first.tick()
    first.pass_time(30)
    on_its_way = sends(first)  # said at the node, and on no bus yet
    stood, overdue = first.clock(), dict(first.overdue)
    first.end()

    again = Practice.resume(tmp_path)
    here = again.plan.nodes[0]
    assert timedelta() < again.clock() - stood < timedelta(minutes=2)
    assert again.plan == first.plan.__class__(**vars(first.plan) | {"password": again.plan.password})
    assert again.overdue == overdue == {late.id: overdue[late.id]}
    pages = [referral_page(again.database(here), id_, worker(here)) for id_ in (late.id, on_its_way.id)]
    assert [page.referral.shown_state for page in pages] == [State.DELIVERED] * 2
    again.answer(again.plan.nodes[1].org, on_its_way.id, "accept", "")
    again.end()


def test_a_killed_one_never_goes_back_in_time(standing: Path, tmp_path: Path) -> None:
    """Nothing is said to it at its end; the hour that is passing is kept before anything is done in it."""
    killed = gone_on(standing, tmp_path)
    killed.tick = lambda: os._exit(9)  # type: ignore[method-assign]
    child = os.fork()
    if not child:
        killed.pass_time(5)
    os.waitpid(child, 0)

    assert kept_in(tmp_path)[1].at >= now() + timedelta(hours=1)


def test_what_is_damaged_or_was_not_begun_to_its_end_cannot_go_on(tmp_path: Path) -> None:
    good = b'{"ports":[1,2,3,4,5],"at":"2026-03-02T09:00:00+00:00","overdue":{}}'
    for bad in (b"", b"[]", b"{}", b'{"ports":[1],"at":"x","overdue":{}}', good.replace(b",5]", b"]"), None):
        if bad is not None:
            (tmp_path / KEPT).write_bytes(bad)
        else:
            (tmp_path / KEPT).unlink()
        with pytest.raises(NotThere):
            kept_in(tmp_path)
    (tmp_path / KEPT).write_bytes(good)
    assert [node.port for node in kept_in(tmp_path)[0].nodes] == [3, 4, 5]


def test_the_command_goes_on_after_it_was_killed_and_begins_anew_when_told(tmp_path: Path) -> None:
    with begun(tmp_path, "first.json") as process:
        process.kill()
    key = (tmp_path / "practice" / "hub.key").read_bytes()
    with begun(tmp_path, "second.json") as process:
        taken = run(tmp_path)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    assert (taken.returncode, "somebody practises in practice already" in taken.stderr) == (1, True)
    assert (tmp_path / "second.json").read_bytes() == (tmp_path / "first.json").read_bytes()
    assert (tmp_path / "practice" / "hub.key").read_bytes() == key

    (tmp_path / "practice" / KEPT).unlink()
    broken = run(tmp_path)
    assert (broken.returncode, "begin anew with --anew" in " ".join(broken.stderr.split())) == (1, True)
    with begun(tmp_path, "third.json", "--anew") as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert (tmp_path / "practice" / "hub.key").read_bytes() != key
    assert (tmp_path / "practice" / MARK).exists()  # so it can be emptied once more


@pytest.mark.parametrize("flags", [(), ("--anew",)])
def test_what_is_not_practice_is_not_touched(tmp_path: Path, flags: tuple[str, ...]) -> None:
    (tmp_path / "practice").mkdir()
    (tmp_path / "practice" / "letter.txt").write_text("keep me")
    refused = run(tmp_path, *flags)

    assert (refused.returncode, "something else than practice" in " ".join(refused.stderr.split())) == (
        1,
        True,
    )
    assert [path.name for path in (tmp_path / "practice").iterdir()] == ["letter.txt"]
    assert run(tmp_path, "--folder", "no/where").returncode == 1
    assert run(tmp_path, "--folder", "practice/letter.txt").returncode == 1


def test_one_process_has_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with held(folder):
        assert (folder / MARK).exists()
        with pytest.raises(BlockingIOError), held(folder):
            pass
    with held(folder):
        pass

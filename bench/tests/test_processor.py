"""Processor time is that of a process and of all below it."""

import os
import subprocess
import sys

from bench.processor import machine_seconds, processor_seconds

WORK = "import time\nwhile time.process_time() < 0.3: pass"


def test_what_children_have_used_counts() -> None:
    before = processor_seconds([os.getpid()])
    subprocess.run([sys.executable, "-c", WORK], check=True)
    assert processor_seconds([os.getpid()]) - before >= 0.25


def test_a_child_that_runs_counts() -> None:
    endless = f"{WORK}\nprint(flush=True)\ninput()"
    with subprocess.Popen(
        [sys.executable, "-c", endless], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        before = processor_seconds([os.getpid()]) - processor_seconds([child.pid])
        assert child.stdout is not None
        child.stdout.readline()
        assert processor_seconds([os.getpid()]) - before >= 0.25
        child.communicate(b"\n")


def test_the_machine_is_busy_with_whatever_runs() -> None:
    before = machine_seconds()
    subprocess.run([sys.executable, "-c", WORK], check=True)
    assert machine_seconds() - before >= 0.25

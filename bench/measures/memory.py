"""How much memory each of our processes takes at most, and whether it takes more the longer it runs."""

from collections.abc import Mapping
from pathlib import Path

from bench.goals import Goal
from bench.measures.judged import Measured
from bench.measures.moments import burst
from bench.measures.order import Order, Tell
from bench.ours import OurSide, ours
from bench.place import Servers
from bench.side import CLIENTS

MOST = Goal("highest memory of a process, MB", floor=120, aim=70, more_is_better=False)
GROWTH = Goal("growth after the first quarter, %", floor=5, aim=0, more_is_better=False)
NOW, PEAK = "VmRSS", "VmHWM"  #: what Linux calls the memory held now, and at most so far


def measure(servers: Servers, order: Order, tell: Tell) -> list[Measured]:
    """In a place of its own, whose processes have just started."""
    with servers.place() as place, ours(place, order.load) as side:
        return measure_on(side, order, tell)


def measure_on(side: OurSide, order: Order, tell: Tell) -> list[Measured]:
    """A quarter of a long run, then the rest; each process is looked at when all is at rest."""
    quarter = order.long // 4
    burst(side, quarter)
    early = _held(side, NOW)
    burst(side, order.long - quarter)
    late, peaks = _held(side, NOW), peaks_mb(side)
    growth = {name: (late[name] / early[name] - 1) * 100 for name in late}
    for name, peak in peaks.items():
        tell(f"{name}: {peak:.1f} MB at most; {early[name]:.1f} after a quarter, {late[name]:.1f} at the end")
    most, worst = (max(of, key=of.__getitem__) for of in (peaks, growth))
    note = f"over {order.long:,} referrals"
    return [
        Measured(MOST, peaks[most], f"{most}, {note}"),
        Measured(GROWTH, growth[worst], f"{worst}, {note}"),
    ]


def peaks_mb(side: OurSide) -> Mapping[str, float]:
    """The most that each worker of ours has held since its start, in MB."""
    return _held(side, PEAK)


def _held(side: OurSide, what: str) -> Mapping[str, float]:
    workers = {name: pid for name, pid in side.processes.pids.items() if name != CLIENTS}
    return {name: _status_mb(pid, what) for name, pid in workers.items()}


def _status_mb(pid: int, what: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    [kilobytes] = (line.split()[1] for line in lines if line.startswith(f"{what}:"))
    return int(kilobytes) / 1024

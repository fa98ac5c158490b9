"""The peer's side: four processes, a database each, one virtual host."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from bench.effects import Effect, Effects
from bench.place import Place
from bench.plain_nameko import READY
from bench.processes import Processes
from bench.side import CLIENTS, Load, Side

HEARING = ("referral", "notifications", "reporting")


@contextmanager
def plain_nameko(place: Place, load: Load) -> Iterator[Side]:
    """Up and ready. Services that hear come first: what is sent to no queue is lost."""
    databases = {name: place.database_url(name) for name in ("intake", *HEARING)}
    with closing(_effects(databases)) as effects, closing(Processes(place.folder / "logs")) as processes:
        for name in HEARING:
            _start(processes, name, name, AMQP_URI=place.broker_url, database=databases[name])
        for name in HEARING:
            processes.await_mark(name, READY)
        at_once = {"clients": load.clients, "max_workers": load.clients}
        _start(
            processes, CLIENTS, "intake", AMQP_URI=place.broker_url, database=databases["intake"], **at_once
        )
        processes.await_mark(CLIENTS, READY)
        yield Side(processes, effects)


def _start(processes: Processes, name: str, service: str, **settings: object) -> None:
    """Everything that is not set is as nameko has it."""
    processes.start(name, "bench.plain_nameko.run", service)
    processes.tell(name, settings)


def _effects(databases: dict[str, str]) -> Effects:
    return Effects(
        [
            Effect("counts", databases["reporting"], "counted", "referral_id"),
            Effect("notices", databases["notifications"], "notices", "referral_id"),
            Effect("moves", databases["referral"], "moves", "referral_id"),
            Effect("referrals at the hub", databases["referral"], "referrals", "id"),
            Effect("referrals sent", databases["intake"], "referrals", "id"),
            Effect("cases", databases["intake"], "cases", "id"),
        ]
    )

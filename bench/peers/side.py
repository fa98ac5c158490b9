"""How a peer is opened: four processes, a database each, one virtual host."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from bench.effects import Effect, Effects
from bench.peers import READY, tables
from bench.peers.settings import Settings
from bench.place import Place
from bench.processes import Processes
from bench.side import CLIENTS, Load, OpenSide, Side

INTAKE = "intake"
HEARING = ("referral", "notifications", "reporting")

Program = tuple[str, ...]  #: what ``python -m`` runs


def four_services(hearing: Callable[[str], Program], intake: Program) -> OpenSide:
    """A side of the services that hear, each by its program, and of the one where the clients are."""

    @contextmanager
    def open_side(place: Place, load: Load) -> Iterator[Side]:
        databases = {name: place.database_url(name) for name in (INTAKE, *HEARING)}
        tables.create(databases)

        def start(name: str, service: str, program: Program) -> None:
            settings = Settings(service, place.broker_url, databases[service], load.clients)
            processes.start(name, *program, environment=settings.environment())

        with closing(_effects(databases)) as effects, closing(Processes(place.folder / "logs")) as processes:
            for service in HEARING:
                start(service, service, hearing(service))
            for service in HEARING:  # before any client: what is sent to no queue is lost
                processes.await_mark(service, READY)
            start(CLIENTS, INTAKE, intake)
            processes.await_mark(CLIENTS, READY)
            yield Side(processes, effects)

    return open_side


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

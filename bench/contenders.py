"""Who is compared: our services, and the peers."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bench.ours import ours
from bench.peers.side import Program, four_services
from bench.side import OpenSide

OURS = "throughline"

DRAMATIQ_THREADS = CELERY_THREADS = "8"  #: of each worker


class Peer(StrEnum):
    """A peer's name, in the table and on the command line."""

    PLAIN_NAMEKO = "plain-nameko"
    FASTSTREAM = "faststream"
    FASTSTREAM_RAW = "faststream-raw"
    DRAMATIQ = "dramatiq"
    CELERY = "celery"
    BATCHES = "batches-alone"
    LIMIT = "limit"


@dataclass(frozen=True)
class Contender:
    """How its side is opened, and how many referrals it gets for each of ours, so that rounds last alike."""

    open: OpenSide
    share: float


def _dramatiq(service: str) -> Program:
    workers = ("--processes", "1", "--threads", DRAMATIQ_THREADS)
    return ("dramatiq", "bench.peers.dramatiq_orm.actors", "--queues", service, *workers)


def _celery(service: str) -> Program:
    worker = ("worker", "--pool", "threads", "--concurrency", CELERY_THREADS, "--hostname", f"{service}@%h")
    return ("celery", "--app", "bench.peers.celery_orm.tasks", *worker, "--queues", service)


def _of_one_program(package: str) -> OpenSide:
    run = (f"bench.peers.{package}.run",)
    return four_services(lambda _service: run, run)


CONTENDERS: Mapping[str, Contender] = {
    OURS: Contender(ours, 1),
    Peer.PLAIN_NAMEKO: Contender(_of_one_program("plain_nameko"), 0.1),
    Peer.FASTSTREAM: Contender(_of_one_program("faststream_orm"), 0.1),
    Peer.FASTSTREAM_RAW: Contender(_of_one_program("faststream_raw"), 0.3),
    Peer.DRAMATIQ: Contender(four_services(_dramatiq, ("bench.peers.dramatiq_orm.clients",)), 0.1),
    Peer.CELERY: Contender(four_services(_celery, ("bench.peers.celery_orm.clients",)), 0.1),
    Peer.BATCHES: Contender(_of_one_program("batches"), 1),
    Peer.LIMIT: Contender(_of_one_program("limit"), 3),
}

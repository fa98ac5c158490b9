"""``throughline run|web|migrate``: the processes of a service."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import structlog
import typer
from sqlalchemy import make_url

from deploy.composition import (
    COMPOSITIONS,
    SEALED,
    WEB,
    Composition,
    WebComposition,
    composition_of,
    party_of,
    web_of,
)
from deploy.console import fail
from deploy.migrating import migrate_apart
from deploy.watching.settings import WatchSettings
from shared.database import Database
from shared.failpoints import FailpointSettings, arm
from shared.logs import set_up_logs
from shared.messaging.introducing import introduce
from shared.schema_version import is_newest
from shared.settings import EXIT_CODE, read

log = structlog.get_logger()

ANOTHERS_KEY = (
    "does not hold the key with which this database was sealed; nothing was changed: check THROUGHLINE_KEY_FILE and "
    "the database's address, or restore the key file from the backup of the node's key"
)
Service = Annotated[str, typer.Argument(help="intake, referral, notifications or reporting.")]


def run(service: Service) -> None:
    """Run a service's worker in this process; SIGTERM drains it."""
    if service not in COMPOSITIONS:
        fail(f"there is no service {service}: use one of {', '.join(COMPOSITIONS)}")
    composition = composition_of(service)
    read(WatchSettings)
    make_ready(service, composition)
    introduce(
        composition.open_database(),
        party_of(service, composition.sender, composition.keys),
        composition.network,
    )
    from deploy.run import run as run_worker  # nameko, which nobody else needs

    sys.exit(run_worker(composition))


def web(service: Service) -> None:
    """Serve a service's pages and API from this process."""
    if service not in WEB:
        fail(f"{service} has no pages: use one of {', '.join(WEB)}")
    composition = web_of(service)
    read(WatchSettings)
    make_ready(service, composition)
    # Refused here: a worker would end with it again and again.
    arm(read(FailpointSettings), reaches=composition.settings.public_url)
    from deploy.serve import serve

    serve(service, address=composition.address, port=composition.port)


def migrate(service: Service) -> None:
    """Bring a service's database to this version's schema; run and web do it by themselves."""
    if service not in COMPOSITIONS:
        fail(f"there is no service {service}: use one of {', '.join(COMPOSITIONS)}")
    composition = composition_of(service)
    make_ready(service, composition)


def make_ready(service: str, composition: Composition | WebComposition) -> None:
    """Migrate the database, refuse one of another organisation's node or key, and leave nothing in the clear."""
    set_up_logs(service, level=os.environ.get("THROUGHLINE_LOG_LEVEL", "INFO"))
    if service != "intake":
        bring_up(service, composition.database_url)
    if service in SEALED:
        with closing(composition.open_database()) as database:
            MAKE_READY[service](database, composition)


def _seal_addresses(database: Database, _: Composition | WebComposition) -> None:
    from services.notifications.usecases.hear import seal_what_is_in_the_clear

    seal_what_is_in_the_clear(database)


def bring_up(service: str, url: str) -> None:
    """Bring a service's database to this version's schema; where that cannot be, end, having said why."""
    if not is_newest(f"services.{service}", url):
        migrate_apart(service, url)  # a service would keep the memory that it takes


def _make_node_ready(database: Database, composition: Composition | WebComposition) -> None:
    from services.intake.usecases import at_rest
    from services.intake.usecases.node import AnothersDatabase, claim_node

    key_file = composition.settings.key_file
    try:
        with key_must_fit(key_file):
            at_rest.refuse_anothers_key(database)
            bring_up("intake", composition.database_url)
            claim_node(database, composition.sender)
            at_rest.accept_key(database)
    except AnothersDatabase as anothers:
        fail(str(anothers), code=EXIT_CODE)
    at_rest.seal_what_is_in_the_clear(database)
    if lies_beside(key_file, composition.database_url):
        log.warning("key.beside_data", path=str(key_file))


MAKE_READY = {"intake": _make_node_ready, "notifications": _seal_addresses}


@contextmanager
def key_must_fit(key_file: Path) -> Iterator[None]:
    """End, saying what to do, where a node's database was sealed with a key that is not in the file."""
    from services.intake.usecases.at_rest import AnothersKey

    try:
        yield
    except AnothersKey:
        fail(f"{key_file} {ANOTHERS_KEY}", code=EXIT_CODE)


def lies_beside(key_file: Path, database_url: str) -> bool:
    """Whether the key file lies in the folder of the SQLite file, so that whoever takes one takes both."""
    parsed = make_url(database_url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return False
    return Path(parsed.database).resolve().parent in key_file.resolve().parents

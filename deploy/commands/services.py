"""``throughline run|web|migrate``: the processes of a service."""

from typing import Annotated

import typer

from deploy.composition import COMPOSITIONS, WEB, composition_of, open_database, party_of, web_of
from deploy.console import fail
from shared.failpoints import FailpointSettings, arm
from shared.messaging.introducing import introduce
from shared.schema_version import is_newest
from shared.settings import EXIT_CODE, read

Service = Annotated[str, typer.Argument(help="intake, referral, notifications or reporting.")]


def run(service: Service) -> None:
    """Run a service's worker in this process; SIGTERM drains it."""
    if service not in COMPOSITIONS:
        fail(f"there is no service {service}: use one of {', '.join(COMPOSITIONS)}")
    composition = composition_of(service)
    make_ready(service, composition.database_url, org=composition.sender)
    introduce(
        composition.open_database(),
        party_of(service, composition.sender, composition.keys),
        composition.network,
    )
    from deploy.run import run as run_worker  # nameko, which nobody else needs

    raise typer.Exit(run_worker(composition))


def web(service: Service) -> None:
    """Serve a service's pages and API from this process."""
    if service not in WEB:
        fail(f"{service} has no pages: use one of {', '.join(WEB)}")
    composition = web_of(service)
    make_ready(service, composition.database_url, org=composition.sender)
    # Refused here: a worker would end with it again and again.
    arm(read(FailpointSettings), reaches=composition.settings.public_url)
    from deploy.serve import serve

    serve(service, address=composition.address, port=composition.port)


def migrate(service: Service) -> None:
    """Bring a service's database to this version's schema; run and web do it by themselves."""
    if service not in COMPOSITIONS:
        fail(f"there is no service {service}: use one of {', '.join(COMPOSITIONS)}")
    composition = composition_of(service)
    make_ready(service, composition.database_url, org=composition.sender)


def make_ready(service: str, url: str, *, org: str) -> None:
    """Migrate the database, and refuse one of another organisation's node."""
    if not is_newest(f"services.{service}", url):
        from shared.migrations import upgrade  # 13 MB, which a service would keep

        upgrade(f"services.{service}", url)
    if service == "intake":
        from services.intake.usecases.node import AnothersDatabase, claim_node

        try:
            claim_node(open_database(service, url, sender=org), org)
        except AnothersDatabase as anothers:
            fail(str(anothers), code=EXIT_CODE)

"""Each fault that is planted in a well node is found by exactly the check that is for it, which says what to do."""

import socket
import ssl
import threading
from contextlib import closing
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from sqlalchemy import text

from deploy.doctor.node_checks import CHECKS
from services.intake.storage.tables import api_tokens
from shared.clock import now
from shared.database import Database
from shared.messaging.authority import keep, new_authority
from shared.testing.postgres import Postgres, fresh_database
from tests.in_process import throughline
from tests.integration.doctor.faults import FAULTS, hub_of, token_of
from tests.integration.doctor.site import OF_PROXY, Site


def wrong(examined: dict[str, dict[str, str]]) -> set[str]:
    return {name for name, one in examined.items() if one["verdict"] in ("warning", "failed")}


def test_nothing_is_found_on_a_well_node(site: Site) -> None:
    code, examined = site.examined()

    assert (code, wrong(examined)) == (0, set()), examined
    unseen = {name for name, one in examined.items() if one["verdict"] == "not applicable"}
    assert unseen == {"durability", "certificate", "mail"} | OF_PROXY


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_what_to_do(site: Site, fault: str) -> None:
    check, plant, remedy = FAULTS[fault]
    plant(site)

    code, examined = site.examined()

    assert wrong(examined) == {check}, examined
    assert remedy in examined[check]["remedy"]
    assert code == (2 if examined[check]["verdict"] == "failed" else 0)


def test_a_certificate_that_expires_soon(site: Site, tmp_path: Path) -> None:
    authority = new_authority(at=now())
    keep(authority, tmp_path / "ca.pem", tmp_path / "ca.key")
    certificate, key = authority.sign("localhost", at=now())
    (tmp_path / "host.pem").write_bytes(certificate)
    (tmp_path / "host.key").write_bytes(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "host.pem", tmp_path / "host.key")
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        threading.Thread(target=serve, args=(server, context), daemon=True).start()
        site.settings |= {
            "amqp_url": f"amqps://a:b@localhost:{server.getsockname()[1]}/",
            "broker_ca_file": str(tmp_path / "ca.pem"),
        }
        well = site.examined("--only", "certificate")[1]["certificate"]
        from deploy.doctor import network

        site.patch.setattr(network, "SOON", timedelta(days=36_500))
        soon = site.examined("--only", "certificate")[1]["certificate"]

    assert (well["verdict"], soon["verdict"]) == ("well", "warning")
    assert "renew" in soon["remedy"]


def serve(server: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            context.wrap_socket(server.accept()[0], server_side=True).close()
        except OSError:
            return


def test_a_server_that_does_not_wait_for_its_disk(site: Site, postgres_url: str) -> None:
    site.settings["intake_database_url"] = postgres_url
    assert throughline("migrate", "intake", **site.settings).returncode == 0
    assert site.examined("--only", "durability")[1]["durability"]["verdict"] == "well"
    name = postgres_url.rpartition("/")[2]
    with closing(Database(postgres_url)) as database, database.transaction() as tx:
        tx.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))

    code, examined = site.examined("--only", "durability")

    assert (code, "on" in examined["durability"]["remedy"]) == (2, True)


def test_a_database_that_does_not_keep_every_letter(site: Site, postgres: Postgres) -> None:
    with fresh_database(postgres, "ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0") as url:
        site.settings["intake_database_url"] = url
        code, examined = site.examined("--only", "database")

    assert (code, "--encoding UTF8" in examined["database"]["remedy"]) == (2, True)


@pytest.mark.parametrize("days", [31, -31])
def test_a_token_that_lasts_or_ended_long_ago_is_no_fault(site: Site, days: int) -> None:
    site.does(token_of(api_tokens, ends_in=days))

    assert site.examined("--only", "tokens")[1]["tokens"]["verdict"] == "well"


SAID_BY_HUB = {
    version("throughline"): "as at the hub",
    None: "does not tell",
    "1..0": "does not tell",
}


@pytest.mark.parametrize("said", SAID_BY_HUB)
def test_a_hub_of_our_version_is_well_and_so_is_one_that_does_not_tell(site: Site, said: str | None) -> None:
    hub_of(said)(site)

    examined = site.examined("--only", "versions")[1]["versions"]

    assert (examined["verdict"], examined["remedy"]) == ("well", "")
    assert SAID_BY_HUB[said] in examined["says"]


def test_a_hub_that_was_not_heard_yet_is_no_fault(site: Site) -> None:
    examined = site.examined("--only", "versions")[1]["versions"]

    assert (examined["verdict"], "nothing of its own yet" in examined["says"]) == ("well", True)


MENDED = (
    "others can read the key file",
    "everybody can read a file of a secret",
    "others can write to its folder",
    "others can read the database",
    "the folder of backups is gone",
)


@pytest.mark.parametrize("fault", MENDED)
def test_what_is_safe_is_mended(site: Site, fault: str) -> None:
    FAULTS[fault][1](site)

    code, examined = site.examined("--fix")

    assert (code, wrong(examined)) == (0, set()), examined


def test_what_is_not_safe_is_left_alone(site: Site) -> None:
    FAULTS["the database is of a newer version"][1](site)

    code, examined = site.examined("--fix")

    assert (code, wrong(examined)) == (2, {"migrations"})


def test_an_empty_database_is_migrated(site: Site) -> None:
    site.data.unlink()
    site.data.touch(mode=0o600)

    _, examined = site.examined("--fix", "--only", "migrations")

    assert examined["migrations"]["verdict"] == "well"


def test_it_is_said_for_people_too_and_says_no_secret(site: Site) -> None:
    site.key.chmod(0o644)

    said = throughline("doctor", **site.settings)

    assert said.returncode == 2
    assert "key_file" in said.stdout
    assert "→" in said.stdout
    assert site.settings["secret_key"] not in said.stdout + said.stderr


def test_a_check_that_there_is_not(site: Site) -> None:
    said = throughline("doctor", "--only", "everything", **site.settings)

    assert said.returncode == 1
    assert CHECKS[0].name in said.stderr

"""Bad input to the real command: one clear line that says what to do, the right exit code, and no value of a secret."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from shared.clock import now
from shared.sealing import OwnKeys, SigningKey, write_key_file
from shared.sealing.founding import found
from shared.sealing.network_file import write_network_file
from tests.in_process import environment_of
from tests.installed import program

CONFIGURATION, ERROR = 78, 1
SECRET = "canary-of-a-secret"
PATIENCE = 60  #: seconds


def throughline(*words: str, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """What the command says and how it ends, with these settings and no others."""
    return subprocess.run(
        [program(), *words],
        env=environment_of(settings),
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.fixture
def node(tmp_path: Path) -> dict[str, str]:
    """The settings of a node's worker, all of them right but that nobody answers."""
    key = tmp_path / "node.key"
    write_key_file(key, OwnKeys.generate())
    return {
        "org": "harbour-house",
        "amqp_url": f"amqp://harbour-house:{SECRET}@127.0.0.1:1/",
        "intake_database_url": f"sqlite:///{tmp_path / 'node.db'}",
        "key_file": str(key),
        "network_file": str(network_file(tmp_path)),
        "public_url": "https://node.example",
    }


def network_file(folder: Path) -> Path:
    """What a node was told of its network."""
    hub = {"hub": ("Hub", OwnKeys.generate().public)}
    write_network_file(folder / "network.json", found("tests", [SigningKey.generate()], 1, hub, now()))
    return folder / "network.json"


def web_settings(node: dict[str, str]) -> dict[str, str]:
    """The settings of the node's pages."""
    told = {name: node[name] for name in ("org", "intake_database_url", "key_file", "public_url")}
    return told | {"org_name": "Harbour House", "secret_key": "0" * 32}


def refuses(
    said: subprocess.CompletedProcess[str], *, code: int = CONFIGURATION, naming: str, remedy: str
) -> None:
    """It ends with the code, names what is wrong and what to do, quotes no secret and shows no traceback."""
    assert said.returncode == code, said.stderr
    assert naming in said.stderr
    assert remedy in said.stderr
    assert SECRET not in said.stdout + said.stderr
    assert "Traceback" not in said.stderr


WRONG: Mapping[str, tuple[dict[str, str], str]] = {
    "a broker beyond this machine without TLS": ({"amqp_url": f"amqp://a:{SECRET}@hub.example/"}, "amqps://"),
    "brokers with a comma between": (
        {"amqp_url": f"amqps://a:{SECRET}@hub1.example/,amqps://a:{SECRET}@hub2.example/"},
        "; between them",
    ),
    "no broker at all": ({"amqp_url": SECRET}, "amqps://"),
    "another kind of database": ({"intake_database_url": f"mysql://a:{SECRET}@localhost/x"}, "sqlite:///"),
    "an organisation with a capital": ({"org": "Harbour"}, "small letters"),
    "the broker's own default user": (
        {"amqp_url": f"amqps://guest:{SECRET}@hub.example/"},
        "a user of your own",
    ),
    "a database on another machine without TLS": (
        {"intake_database_url": f"postgresql://a:{SECRET}@db.example/x"},
        "sslmode=verify-full",
    ),
    "a number that is none": ({"resend_seconds": "soon"}, "a number"),
    "a number that is not one": ({"resend_seconds": "nan"}, "a number"),
    "a number out of bounds": ({"resend_seconds": "0"}, "between"),
    "pages beyond this machine without TLS": ({"public_url": "http://node.example"}, "https://"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_setting(node: dict[str, str], wrong: str) -> None:
    changed, remedy = WRONG[wrong]
    [name] = changed

    said = throughline("run", "intake", **node | changed)

    refuses(said, naming=f"THROUGHLINE_{name.upper()}", remedy=remedy)


def test_everything_that_is_missing_is_named_at_once() -> None:
    said = throughline("run", "intake")

    for name in ("ORG", "AMQP_URL", "INTAKE_DATABASE_URL", "KEY_FILE", "PUBLIC_URL"):
        refuses(said, naming=f"THROUGHLINE_{name} is missing", remedy="set it to")


def test_a_misspelt_setting_is_not_passed_over(node: dict[str, str]) -> None:
    said = throughline("run", "intake", **node, intake_databse_url=SECRET)

    refuses(
        said, naming="THROUGHLINE_INTAKE_DATABSE_URL", remedy="did you mean THROUGHLINE_INTAKE_DATABASE_URL"
    )


def test_a_file_of_a_secret_that_is_not_there(node: dict[str, str]) -> None:
    del node["amqp_url"]
    said = throughline("run", "intake", **node, amqp_url_file="/nowhere/at/all")

    refuses(said, naming="THROUGHLINE_AMQP_URL_FILE", remedy="check the path")


def test_a_setting_of_tests_for_pages_that_others_can_reach(node: dict[str, str]) -> None:
    web = web_settings(node)

    said = throughline("web", "intake", **web, failpoint="transaction.committed:1")

    refuses(said, naming="THROUGHLINE_FAILPOINT", remedy="remove it")


def test_a_key_that_others_can_read(node: dict[str, str]) -> None:
    Path(node["key_file"]).chmod(0o644)

    refuses(throughline("run", "intake", **node), naming=node["key_file"], remedy="chmod 600")
    refuses(throughline("web", "intake", **web_settings(node)), naming=node["key_file"], remedy="chmod 600")


def test_a_key_that_is_not_there(node: dict[str, str]) -> None:
    said = throughline("run", "intake", **node | {"key_file": "/nowhere.key"})

    refuses(said, naming="/nowhere.key", remedy="throughline network key")


def test_a_key_that_is_damaged(node: dict[str, str]) -> None:
    Path(node["key_file"]).write_text(SECRET)

    refuses(throughline("run", "intake", **node), naming=node["key_file"], remedy="backup")


def test_another_organisations_database(node: dict[str, str]) -> None:
    throughline("migrate", "intake", **node)

    said = throughline("run", "intake", **node | {"org": "legal-aid"})

    refuses(said, naming="another organisation's", remedy="check the settings")


def test_a_database_of_a_newer_version(node: dict[str, str]) -> None:
    throughline("migrate", "intake", **node)
    with create_engine(node["intake_database_url"]).begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))

    refuses(throughline("run", "intake", **node), naming="newer version", remedy="restore the backup")


def test_a_database_in_a_folder_that_is_not_there(node: dict[str, str]) -> None:
    said = throughline("run", "intake", **node | {"intake_database_url": "sqlite:////nowhere/at/all.db"})

    refuses(said, code=ERROR, naming="the database does not work", remedy="check its address")


def test_a_database_that_nobody_serves(node: dict[str, str]) -> None:
    url = f"postgresql://a:{SECRET}@127.0.0.1:1/x"

    said = throughline("run", "intake", **node | {"intake_database_url": url})

    refuses(said, code=ERROR, naming="the database does not work", remedy="check its address")


def test_a_service_that_there_is_not() -> None:
    refuses(throughline("run", "nobody"), code=ERROR, naming="nobody", remedy="use one of")


@pytest.mark.parametrize(
    "words", [("--password", SECRET), (f"--password={SECRET}",), (f"--passphrase={SECRET}",)]
)
def test_a_password_on_the_command_line_is_not_taken(words: tuple[str, ...]) -> None:
    """Everybody on the machine could read it."""
    said = throughline("user", "add", "alena", "--role", "case_worker", *words)

    refuses(said, code=ERROR, naming="a secret on the command line", remedy="leave it out")


STAFF = {
    "a short password": ("alena", "case_worker", "short", "at least 12 characters"),
    "a password that is guessed first": ("alena", "case_worker", "password1234", "several words"),
    "a name with a capital and a blank": (
        "A lena",
        "case_worker",
        "harbour lamp seven rivers",
        "small letters",
    ),
    "a role that there is not": ("alena", "owner", "harbour lamp seven rivers", "--help"),
}


@pytest.mark.parametrize("wrong", STAFF)
def test_a_member_of_staff_who_cannot_be(node: dict[str, str], wrong: str) -> None:
    username, role, password, remedy = STAFF[wrong]
    throughline("migrate", "intake", **node)

    said = throughline(
        "user", "add", username, "--role", role, typed=f"{password}\n" * 2, **web_settings(node)
    )

    refuses(said, code=ERROR, naming="not added", remedy=remedy)


def test_a_parked_message_that_there_is_not(node: dict[str, str]) -> None:
    throughline("migrate", "intake", **node)
    said = throughline("parked", "show", "00000000-0000-7000-8000-000000000000", **node)

    refuses(said, code=ERROR, naming="no parked message", remedy="throughline parked list")


def test_an_import_of_a_file_that_there_is_not(tmp_path: Path) -> None:
    said = throughline("directory", "import", str(tmp_path / "none.json"))

    refuses(said, code=ERROR, naming="none.json", remedy="there is no such file")


def test_a_network_file_that_is_none(node: dict[str, str]) -> None:
    Path(node["network_file"]).write_text(SECRET)

    refuses(throughline("run", "intake", **node), naming=node["network_file"], remedy="network join")


def test_a_broker_that_does_not_answer(tmp_path: Path) -> None:
    said = throughline(
        "network",
        "provision",
        broker_management_url=f"http://a:{SECRET}@127.0.0.1:1/api",
        referral_database_url=f"sqlite:///{tmp_path / 'referral.db'}",
    )

    refuses(said, code=ERROR, naming="does not answer", remedy="check the address")


def test_a_management_api_beyond_this_machine_without_tls(tmp_path: Path) -> None:
    said = throughline(
        "network",
        "provision",
        broker_management_url=f"http://a:{SECRET}@hub.example:15672/api",
        referral_database_url=f"sqlite:///{tmp_path / 'referral.db'}",
    )

    refuses(said, naming="THROUGHLINE_BROKER_MANAGEMENT_URL", remedy="https://")


def test_a_reader_that_goes_away_is_no_error_of_ours() -> None:
    piped = f"{program()} schema show | true; echo ${{PIPESTATUS[0]}}"
    said = subprocess.run(["bash", "-c", piped], capture_output=True, text=True, timeout=PATIENCE, check=True)  # noqa: S607

    assert said.stdout.strip() in ("0", "141")
    assert said.stderr == ""


def test_a_demo_of_an_unknown_kind() -> None:
    refuses(
        throughline("demo", "up", "--broker", "carrier-pigeon"), code=ERROR, naming="--broker", remedy="auto"
    )


def test_an_authority_whose_key_is_gone(tmp_path: Path) -> None:
    throughline("network", "ca", str(tmp_path), "localhost")
    (tmp_path / "ca.key").unlink()

    said = throughline("network", "ca", str(tmp_path), "localhost")

    refuses(said, code=ERROR, naming=str(tmp_path / "ca.key"), remedy="bring both back")


def test_a_certificate_for_what_is_no_host(tmp_path: Path) -> None:
    said = throughline("network", "ca", str(tmp_path), "hub.example:5671")

    refuses(said, code=ERROR, naming="hub.example:5671", remedy="without a port")

"""The node does not start with settings that cannot be right, and says which."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from services.intake.settings import IntakeSettings, IntakeWebSettings
from shared.settings import SettingsWrong, brokers_in, read

BROKER = "amqps://harbour-house:canary@hub.example/throughline"
WORKER = {
    "THROUGHLINE_ORG": "harbour-house",
    "THROUGHLINE_AMQP_URL": BROKER,
    "THROUGHLINE_INTAKE_DATABASE_URL": "sqlite:///node.db",
    "THROUGHLINE_KEY_FILE": "node.key",
    "THROUGHLINE_NETWORK_FILE": "network.json",
    "THROUGHLINE_PUBLIC_URL": "https://node.example",
}
WEB = {
    "THROUGHLINE_ORG": "harbour-house",
    "THROUGHLINE_ORG_NAME": "Harbour House",
    "THROUGHLINE_INTAKE_DATABASE_URL": "sqlite:///node.db",
    "THROUGHLINE_SECRET_KEY": "canary-canary-canary-canary-canary",
    "THROUGHLINE_KEY_FILE": "node.key",
    "THROUGHLINE_PUBLIC_URL": "https://node.example",
}


def test_right_settings_are_read() -> None:
    assert read(IntakeSettings, WORKER).key_file == Path("node.key")
    assert read(IntakeWebSettings, WEB).web_port == 8000
    assert read(IntakeWebSettings, WEB).key_file == Path("node.key")


def test_the_brokers_of_a_cluster_are_one_setting() -> None:
    cluster = f"{BROKER}; {BROKER.replace('hub.', 'hub2.')};{BROKER.replace('hub.', 'hub3.')}"

    told = read(IntakeSettings, WORKER | {"THROUGHLINE_AMQP_URL": cluster}).amqp_url

    assert [urlsplit(url).hostname for url in brokers_in(told)] == [
        "hub.example",
        "hub2.example",
        "hub3.example",
    ]


OTHER_BROKERS = {
    "with a comma between": f"{BROKER},{BROKER.replace('hub.', 'hub2.')}",
    "without the whole address of each": f"{BROKER};hub2.example",
    "with a ; at the end": f"{BROKER};",
    "with the same broker twice": f"{BROKER};{BROKER}",
    "with another virtual host": f"{BROKER};{BROKER.replace('hub.', 'hub2.')}2",
    "with another user": f"{BROKER};{BROKER.replace('harbour-house:', 'somebody:')}",
    "without TLS": f"{BROKER};amqp://harbour-house:canary@hub2.example/throughline",
    "with a ; in the password": BROKER.replace("canary", "can;ary"),
    "with the bus for trying out": "embedded:///canary;embedded:///other",
}


@pytest.mark.parametrize("how", OTHER_BROKERS)
def test_brokers_that_are_not_one_cluster_are_refused(how: str) -> None:
    with pytest.raises(SettingsWrong) as refused:
        read(IntakeSettings, WORKER | {"THROUGHLINE_AMQP_URL": OTHER_BROKERS[how]})

    [problem] = refused.value.problems
    assert "with ; between them" in problem
    assert "canary" not in problem


@pytest.mark.parametrize(
    ("wrong", "value"),
    [
        ("THROUGHLINE_ORG", "Harbour House"),
        ("THROUGHLINE_ORG", "harbour-house\n"),
        ("THROUGHLINE_AMQP_URL", "amqp://harbour-house:canary@hub.example/throughline"),
        ("THROUGHLINE_AMQP_URL", "amqps://[canary/"),
        ("THROUGHLINE_AMQP_URL", "amqps://harbour-house:canary\u2100@hub.example/"),
        ("THROUGHLINE_AMQP_URL", "amqp://guest:canary@localhost/"),
        (
            "THROUGHLINE_AMQP_URL",
            f"{BROKER};{BROKER}".replace("harbour-house:", "guest:").replace("hub.", "a.", 1),
        ),
        ("THROUGHLINE_INTAKE_DATABASE_URL", "mysql://canary@localhost"),
        ("THROUGHLINE_RESEND_SECONDS", "soon"),
    ],
)
def test_a_wrong_setting_of_the_worker_is_named_and_not_quoted(wrong: str, value: str) -> None:
    with pytest.raises(SettingsWrong) as refused:
        read(IntakeSettings, WORKER | {wrong: value})

    [problem] = refused.value.problems
    assert problem.startswith(wrong)
    assert "canary" not in problem


FAR = "postgresql+psycopg://node:canary@db.example/node"
DATABASES = {
    "with nothing said of TLS": FAR,
    "with TLS if the server likes": f"{FAR}?sslmode=prefer",
    "with TLS to whoever answers": f"{FAR}?sslmode=require",
    "with a certificate of any name": f"{FAR}?sslmode=verify-ca",
    "with two minds": f"{FAR}?sslmode=verify-full&sslmode=disable",
    "by a host in the query": "postgresql://node:canary@/node?host=db.example",
    "by an address in the query": "postgresql://node:canary@localhost/node?hostaddr=192.0.2.1",
    "to one here and one there": "postgresql://node:canary@/node?host=localhost&host=db.example",
}


@pytest.mark.parametrize("how", DATABASES)
def test_a_database_on_another_machine_without_tls_is_refused(how: str) -> None:
    with pytest.raises(
        SettingsWrong, match=r"^THROUGHLINE_INTAKE_DATABASE_URL .*sslmode=verify-full"
    ) as refused:
        read(IntakeSettings, WORKER | {"THROUGHLINE_INTAKE_DATABASE_URL": DATABASES[how]})

    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        f"{FAR}?sslmode=verify-full",
        f"{FAR}?sslrootcert=/etc/throughline/db.pem&sslmode=verify-full",
        "postgresql://node@127.0.0.1:5432/node",
        "postgresql://node@localhost/node",
        "postgresql://node@[::1]/node",
        "postgresql:///node",
        "postgresql://node@%2Fvar%2Frun%2Fpostgresql/node",
        "postgresql:///node?host=/var/run/postgresql",
    ],
)
def test_a_database_here_or_one_that_is_checked_is_taken(url: str) -> None:
    told = read(IntakeSettings, WORKER | {"THROUGHLINE_INTAKE_DATABASE_URL": url})

    assert told.intake_database_url == url


@pytest.mark.parametrize(
    ("wrong", "value"),
    [
        ("THROUGHLINE_SECRET_KEY", "canary"),
        ("THROUGHLINE_PUBLIC_URL", "http://node.example"),
        ("THROUGHLINE_PUBLIC_URL", "http://127.0.0.1.node.example"),
        ("THROUGHLINE_PUBLIC_URL", "node.example"),
        ("THROUGHLINE_WEB_PORT", "99999"),
    ],
)
def test_a_wrong_setting_of_the_web_process_is_named_and_not_quoted(wrong: str, value: str) -> None:
    with pytest.raises(SettingsWrong) as refused:
        read(IntakeWebSettings, WEB | {wrong: value})

    [problem] = refused.value.problems
    assert problem.startswith(wrong)
    assert "canary" not in problem


@pytest.mark.parametrize("missing", sorted(WORKER))
def test_what_is_missing_is_named_with_its_remedy(missing: str) -> None:
    with pytest.raises(SettingsWrong, match=f"{missing} is missing: set it to"):
        read(IntakeSettings, {name: value for name, value in WORKER.items() if name != missing})


@pytest.mark.parametrize("url", ["https://node.example", "https://127.0.0.1.node.example"])
def test_a_password_alone_lets_in_nobody_beyond_this_machine(url: str) -> None:
    told = WEB | {"THROUGHLINE_PUBLIC_URL": url}
    assert read(IntakeWebSettings, told).second_factor == "required"

    with pytest.raises(SettingsWrong, match="THROUGHLINE_SECOND_FACTOR must be required"):
        read(IntakeWebSettings, told | {"THROUGHLINE_SECOND_FACTOR": "optional"})


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000"])
def test_on_this_machine_it_may(url: str) -> None:
    told = WEB | {"THROUGHLINE_PUBLIC_URL": url, "THROUGHLINE_SECOND_FACTOR": "optional"}

    assert read(IntakeWebSettings, told).second_factor == "optional"


def test_there_is_no_third_way() -> None:
    with pytest.raises(SettingsWrong, match="one of: required, optional"):
        read(IntakeWebSettings, WEB | {"THROUGHLINE_SECOND_FACTOR": "none"})


def test_passwords_for_administrators_alone_need_another_way_in() -> None:
    narrow = WEB | {"THROUGHLINE_PASSWORDS": "administrators"}
    with pytest.raises(SettingsWrong, match="THROUGHLINE_PASSWORDS must be everybody"):
        read(IntakeWebSettings, narrow)

    elsewhere = {"ISSUER": "https://login.example", "CLIENT_ID": "pages", "CLIENT_SECRET": "canary"}
    whole = narrow | {f"THROUGHLINE_OIDC_{name}": value for name, value in elsewhere.items()}
    assert read(IntakeWebSettings, whole).passwords == "administrators"

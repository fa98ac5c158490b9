"""Nothing personal leaks: 10,000 tokens in every personal field, the whole path driven, then looked for everywhere."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import orjson
import pytest

from deploy.demo.broker import start_broker
from deploy.demo.organisations import PASSWORD
from deploy.demo.plan import Plan, make_plan
from services.intake.domain import Actor, Role
from services.intake.interchange.tests.receiver import Receiver, receiving
from services.intake.usecases.notices import choose
from services.intake.usecases.push import application_key, keep_contacts, subscribe
from services.intake.usecases.webhooks import add_endpoint
from shared.database import Database
from shared.notices.saying import Allowed
from shared.polling import poll_until
from shared.schemas.codes import NOTICE_GROUPS, SERVICE_TYPES
from shared.schemas.life import State
from shared.sealing.tests.push_browser import PushBrowser
from tests.integration.canaries import A, B, Canaries, database_of, plant
from tests.network import SOON, Network, running, told_by_push
from tests.watching import Watcher, watching

PLANTED = 10_000  #: at the least


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return make_plan(tmp_path_factory.mktemp("canary"))


@pytest.fixture(scope="module")
def watcher(plan: Plan) -> Iterator[Watcher]:
    with watching(plan) as watcher:
        yield watcher


@pytest.fixture(scope="module")
def network(plan: Plan, watcher: Watcher) -> Iterator[Network]:
    folder, plan = plan.folder, watcher.of(plan)
    orgs = [node.org for node in plan.nodes]
    with (
        told_by_push(),
        running(plan, lambda: start_broker("rabbitmq", folder, orgs, plan.password)) as network,
    ):
        yield network


@pytest.fixture(scope="module")
def database(network: Network) -> Iterator[Database]:
    """The receiving node's."""
    with database_of(network, B) as database:
        yield database


@pytest.fixture(scope="module")
def hooks(database: Database) -> Iterator[Receiver]:
    """Another system of the receiving organisation, which is told by webhooks."""
    with receiving() as hooks:
        add_endpoint(database, hooks.url, Actor("root", Role.ADMIN, B), may_be_private=True)
        yield hooks


@pytest.fixture(scope="module")
def browser() -> PushBrowser:
    """The browser of one of the receiving organisation's staff."""
    return PushBrowser()


@pytest.fixture(scope="module")
def pushes(database: Database, network: Network, browser: PushBrowser) -> Iterator[Receiver]:
    """A push service, by which that browser is told."""
    [node] = [node for node in network.plan.nodes if node.org == B]
    with receiving() as pushes:
        given = browser.given(f"http://127.0.0.1:{pushes.port}/to/1")
        oksana = Actor("oksana", Role.CASE_WORKER, B)
        subscribe(database, given, oksana, ["127.0.0.1"])
        choose(database, {}, oksana, by_push=NOTICE_GROUPS)
        application_key(database)
        keep_contacts(database, f"{node.url}/inbox", is_on=True)
        yield pushes


@pytest.fixture(scope="module")
def canaries(network: Network, hooks: Receiver, pushes: Receiver) -> Canaries:
    """Drives the whole path, good moves and bad requests, with a token wherever somebody may write."""
    canaries = Canaries()
    plant(network, canaries)
    poll_until(network.mails, seconds=SOON, what="a mail")
    poll_until(lambda: len(hooks.got) > 1, seconds=SOON, what="a webhook")
    poll_until(lambda: pushes.got, seconds=SOON, what="a push")
    return canaries


@pytest.fixture(scope="module")
def words(network: Network, canaries: Canaries) -> list[str]:
    """Organisations, staff, services, states and references, none of which may leave in any language."""
    codes = [*SERVICE_TYPES, *State]
    said = [word for code in codes for word in (code, code.replace("_", " ")) if len(word) > 4]
    people = [member.display_name for node in network.plan.nodes for member in node.about.staff]
    names = [node.about.name for node in network.plan.nodes]
    return [word.casefold() for word in (*said, *people, *names, A, B, *referrals_of(network))]


def referrals_of(network: Network) -> list[str]:
    return [sent["id"] for sent in network.node(B).get("/referrals", direction="in")["items"]]


def in_it(words: list[str], said: str) -> list[str]:
    return [word for word in words if word in said.casefold()]


def test_so_many_were_planted(canaries: Canaries, record_property: Callable[[str, object], None]) -> None:
    record_property(
        "figure",
        f"Canaries planted in {len(set(canaries.planted.values()))} places: {len(canaries.planted):,}.",
    )

    assert len(canaries.planted) >= PLANTED
    assert canaries.found_in(next(iter(canaries.planted)) + b"x") != []


def test_logs_hold_none(network: Network, canaries: Canaries) -> None:
    assert len(network.logs()) > 1000
    assert canaries.found_in(network.logs().encode()) == []


def test_metrics_hold_none(watcher: Watcher, canaries: Canaries) -> None:
    for name in watcher.ports:
        shown = watcher.metrics(name)
        assert "throughline_version_info" in shown
        assert canaries.found_in(shown.lower().encode()) == [], name


def test_metrics_name_no_organisation_and_no_id(
    network: Network, watcher: Watcher, canaries: Canaries
) -> None:
    known = [A, B, *referrals_of(network)]
    for name in watcher.ports:
        assert in_it(known, watcher.metrics(name)) == [], name


def test_traces_hold_none(watcher: Watcher, canaries: Canaries) -> None:
    poll_until(lambda: len(watcher.receiver.got) > 10, seconds=SOON, what="traces")
    for _, headers, body in watcher.receiver.got:
        assert canaries.found_in(body.lower() + repr(headers).lower().encode()) == []
        assert [one for one in (A, B) if one.encode() in body] == []


def test_mails_hold_none_and_say_only_that_something_waits(
    network: Network, canaries: Canaries, words: list[str]
) -> None:
    mails = network.mails()
    for mail in mails:
        assert canaries.found_in(mail.as_bytes()) == []
        assert mail["Reply-To"] is None
        assert in_it(words, str(mail.get_payload(decode=True), "utf-8") + str(mail["Subject"])) == []


def test_webhooks_hold_none_and_say_only_that_something_waits(
    canaries: Canaries, hooks: Receiver, words: list[str]
) -> None:
    for _, headers, body in hooks.got:
        assert canaries.found_in(body + repr(headers).encode()) == []
        said = orjson.loads(body)
        assert Allowed().load(said) == said
        assert in_it(words, body.decode()) == []


def test_pushes_hold_none_and_a_browser_opens_that_something_waits(
    canaries: Canaries, pushes: Receiver, browser: PushBrowser, words: list[str]
) -> None:
    for _, headers, body in pushes.got:
        assert in_it(words, repr(headers)) == []
        opened = browser.opens(body)
        assert canaries.found_in(body + repr(headers).encode() + opened) == []
        said = orjson.loads(opened)
        assert Allowed().load(said) == said
        assert in_it(words, opened.decode()) == []


def test_the_live_count_holds_none_and_is_a_count_only(network: Network, canaries: Canaries) -> None:
    """As a page has it that stays open; and that it says so to nobody who is not signed in."""
    [node] = [node for node in network.plan.nodes if node.org == B]
    with httpx.Client(base_url=node.url, trust_env=False) as visitor:
        assert visitor.get("/inbox/unread/live").status_code == 302
        page = visitor.get("/sign-in").text
        [token] = set(re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page))
        who = {"username": "oksana", "password": PASSWORD, "csrf_token": token}
        assert visitor.post("/sign-in", data=who).status_code in (302, 303)
        with visitor.stream("GET", "/inbox/unread/live") as response:
            first = next(response.iter_lines())
    assert set(orjson.loads(first.removeprefix("data: "))) == {"unread"}
    assert canaries.found_in(first.encode()) == []


def test_the_brokers_disk_holds_none(network: Network, canaries: Canaries) -> None:
    folder = network.demo.broker.data_dir
    assert folder is not None
    contents = [file.read_bytes() for file in folder.rglob("*") if file.is_file()]

    assert any(b"intake.referral_sent" in content for content in contents)
    assert [canaries.found_in(content) for content in contents if canaries.found_in(content)] == []


def test_the_hubs_databases_hold_none(network: Network, canaries: Canaries) -> None:
    for service, url in network.plan.databases.items():
        file = Path(url.removeprefix("sqlite:///"))
        sqlite3.connect(file).execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
        for part in file.parent.glob(f"{file.name}*"):
            assert canaries.found_in(part.read_bytes()) == [], (service, part.name)


def test_other_nodes_hold_none(network: Network, canaries: Canaries) -> None:
    [stranger] = [node for node in network.plan.nodes if node.org not in (A, B)]
    file = Path(stranger.database_url.removeprefix("sqlite:///"))
    for part in file.parent.glob(f"{file.name}*"):
        assert canaries.found_in(part.read_bytes()) == [], part.name


@pytest.mark.parametrize("org", [A, B])
def test_nothing_is_readable_in_the_databases_of_those_who_know(
    network: Network, canaries: Canaries, org: str
) -> None:
    """Without their key files; the node itself can read it, as its pages show."""
    [node] = [node for node in network.plan.nodes if node.org == org]
    file = Path(node.database_url.removeprefix("sqlite:///"))
    parts = list(file.parent.glob(f"{file.name}*"))

    assert sum(part.stat().st_size for part in parts) > 100_000
    assert {part.name: canaries.found_in(part.read_bytes()) for part in parts} == {p.name: [] for p in parts}


def test_the_receiver_was_told_so_the_canaries_did_travel(network: Network, canaries: Canaries) -> None:
    for referral in network.node(B).get("/referrals", direction="in")["items"]:
        content = str(network.node(B).referral(referral["id"])).encode()
        assert "given_name" in canaries.found_in(content)


def test_command_lines_hold_none(network: Network, canaries: Canaries) -> None:
    for process in network.demo.describe()["processes"]:
        assert canaries.found_in(Path(f"/proc/{process['pid']}/cmdline").read_bytes()) == []

"""Nothing personal leaks: 10,000 tokens in every personal field, the whole path driven, then looked for everywhere."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
import pytest

from deploy.composition import open_database, scribe_of
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
from shared.sealing import read_key_file
from shared.sealing.tests.push_browser import PushBrowser
from tests.integration.conferring import confer
from tests.network import SOON, Client, Network, running, told_by_push
from tests.watching import Watcher, watching

A, B = "harbour-house", "legal-aid-centre"
TEXT_FIELDS = {"alias": 5, "given_name": 5, "family_name": 5, "phone": 1, "address": 12}  #: how many fit
SAID = 50  #: of them fit into what is said with a referral or a move
PEOPLE = 24
PLANTED = 10_000  #: at the least
TOKEN = re.compile(rb"canary[0-9a-f]{32}")


class Canaries:
    """Tokens that occur nowhere else, each with the place where it was written."""

    def __init__(self) -> None:
        self.planted: dict[bytes, str] = {}

    def new(self, place: str, count: int = 1) -> str:
        tokens = [f"canary{uuid4().hex}" for _ in range(count)]
        self.planted |= dict.fromkeys((token.encode() for token in tokens), place)
        return " ".join(tokens)

    def found_in(self, content: bytes) -> list[str]:
        return sorted({self.planted[token] for token in TOKEN.findall(content) if token in self.planted})


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


@contextmanager
def database_of(network: Network, org: str) -> Iterator[Database]:
    """The database of a node that runs, as its own processes open it."""
    [node] = [node for node in network.plan.nodes if node.org == org]
    scribe = scribe_of("intake", org, read_key_file(node.key_file))
    with closing(open_database("intake", node.database_url, sender=org, scribe=scribe)) as database:
        yield database


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
    canaries, sender, receiver = Canaries(), network.node(A), network.node(B)
    for _ in range(PEOPLE):
        _somebody(canaries, sender, receiver)
    _conference(network, canaries)
    _remembered(sender, canaries)
    _bad_requests(sender, canaries)
    poll_until(network.mails, seconds=SOON, what="a mail")
    poll_until(lambda: len(hooks.got) > 1, seconds=SOON, what="a webhook")
    poll_until(lambda: pushes.got, seconds=SOON, what="a push")
    return canaries


def _somebody(canaries: Canaries, sender: Client, receiver: Client) -> None:
    """A person's whole way through the network, four times over."""
    person: dict[str, Any] = {name: canaries.new(name, count) for name, count in TEXT_FIELDS.items()}
    person |= {"birth_date": "1987-11-23", "gender": "Woman", "citizenship": "UKR", "languages": ["ukr"]}
    case_id = sender.case([B], person, [*TEXT_FIELDS, "birth_date", "gender", "citizenship", "languages"])
    journeys = _journeys(canaries)
    sent = [_refer(canaries, sender, case_id)["id"] for _ in journeys]
    for referral_id, journey in zip(sent, journeys, strict=True):
        receiver.sees(referral_id, "delivered")
        for move, said in journey:
            receiver.move(referral_id, move, **said)
    for referral_id in sent:
        sender.sees(referral_id, receiver.referral(referral_id)["state"])


def _refer(canaries: Canaries, sender: Client, case_id: str) -> dict[str, Any]:
    reason = canaries.new("reason", SAID)
    return sender.refer(case_id, B, fields=[*TEXT_FIELDS, "birth_date"], reason=reason)


def _journeys(canaries: Canaries) -> list[tuple[tuple[str, dict[str, str]], ...]]:
    when = "2031-03-04T05:06:07+00:00"
    return [
        (("acknowledge", {}), ("ask_for_information", {"note": canaries.new("question", SAID)})),
        (("accept", {}), ("schedule", {"scheduled_for": when, "note": canaries.new("note", SAID)})),
        (("accept", {}), ("start", {}), ("complete", {"outcome": canaries.new("outcome", SAID)})),
        (("reject", {"reason": "no_capacity", "note": canaries.new("reason note", SAID)}),),
    ]


def test_so_many_were_planted(canaries: Canaries, record_property: Callable[[str, object], None]) -> None:
    record_property(
        "figure",
        f"Canaries planted in {len(set(canaries.planted.values()))} places: {len(canaries.planted):,}.",
    )

    assert len(canaries.planted) >= PLANTED
    assert canaries.found_in(next(iter(canaries.planted)) + b"x") != []


def _conference(network: Network, canaries: Canaries) -> None:
    """A case is put to the other organisation without its person, discussed, and closed."""
    agreed = {
        "given_by": "individual",
        "purposes": ["conference"],
        "organisations": [B],
        "fields": ["gender"],
    }
    node = network.node(A)
    person = node.post("/people", {"alias": "Heron", "gender": "Woman"})
    node.post(f"/people/{person['id']}/consents", agreed)
    case_id = UUID(node.post("/cases", {"person_id": person["id"]})["id"])
    said = {"question": SAID, "text": SAID, "what": 10}
    planted = {place: canaries.new(place, count) for place, count in said.items()}
    with database_of(network, A) as ours, database_of(network, B) as theirs:
        closed = confer({A: ours, B: theirs}, case_id, planted)
    assert canaries.found_in(str(closed).encode()) == sorted(said)


def _remembered(sender: Client, canaries: Canaries) -> None:
    """An answer that is given again when the request comes again."""
    http = sender.http
    person = {"alias": canaries.new("alias of an answer")}
    answers = [
        http.post("/api/v1/people", json=person, headers={"Idempotency-Key": "once"}).json() for _ in range(2)
    ]
    assert answers[0] == answers[1]


def _bad_requests(sender: Client, canaries: Canaries) -> None:
    http = sender.http
    token = canaries.new("bad input")
    http.post(
        "/api/v1/people", json={"given_name": token, "gender": token, "birth_date": token, token: token}
    )
    http.post("/api/v1/people", content=b'{"given_name": "' + token.encode() + b'", ')
    http.post("/api/v1/referrals", json={"case_id": token, "reason": token})
    http.get("/api/v1/people", params={"q": canaries.new("search")})
    http.get(f"/people/{canaries.new('address')}")
    http.request(canaries.new("method").upper(), "/sign-in")
    on_paper = ("code", "form", "visit", "whom", "speaks")
    http.post("/look", data={name: canaries.new(f"{name} of a printed code") for name in on_paper})
    http.post("/sign-in", data={"username": canaries.new("username"), "password": canaries.new("password")})


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
    known = [A, B, *(sent["id"] for sent in network.node(B).get("/referrals", direction="in")["items"])]
    for name in watcher.ports:
        assert [one for one in known if one in watcher.metrics(name)] == [], name


def test_traces_hold_none(watcher: Watcher, canaries: Canaries) -> None:
    poll_until(lambda: len(watcher.receiver.got) > 10, seconds=SOON, what="traces")
    for _, headers, body in watcher.receiver.got:
        assert canaries.found_in(body.lower() + repr(headers).lower().encode()) == []
        assert [one for one in (A, B) if one.encode() in body] == []


def test_mails_hold_none_and_say_only_that_something_waits(network: Network, canaries: Canaries) -> None:
    mails = network.mails()
    for mail in mails:
        assert canaries.found_in(mail.as_bytes()) == []
        assert mail["Reply-To"] is None
        assert_thin(str(mail.get_payload(decode=True), "utf-8") + str(mail["Subject"]), network)


def assert_thin(said: str, network: Network) -> None:
    """No organisation, service, reference, state or name stands in it, in no language."""
    words = [
        word for code in (*SERVICE_TYPES, *State) for word in (code, code.replace("_", " ")) if len(word) > 4
    ]
    people = [
        one
        for node in network.plan.nodes
        for one in (node.about.name, *(m.display_name for m in node.about.staff))
    ]
    references = {sent["id"] for sent in network.node(B).get("/referrals", direction="in")["items"]}
    found = [word for word in (*words, A, B, *people, *references) if word.casefold() in said.casefold()]
    assert found == []


def test_webhooks_hold_none_and_say_only_that_something_waits(
    network: Network, canaries: Canaries, hooks: Receiver
) -> None:
    for _, headers, body in hooks.got:
        assert canaries.found_in(body + repr(headers).encode()) == []
        said = orjson.loads(body)
        assert Allowed().load(said) == said
        assert_thin(body.decode(), network)


def test_pushes_hold_none_and_a_browser_opens_that_something_waits(
    network: Network, canaries: Canaries, pushes: Receiver, browser: PushBrowser
) -> None:
    for _, headers, body in pushes.got:
        assert_thin(repr(headers), network)
        opened = browser.opens(body)
        assert canaries.found_in(body + repr(headers).encode() + opened) == []
        said = orjson.loads(opened)
        assert Allowed().load(said) == said
        assert_thin(opened.decode(), network)


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

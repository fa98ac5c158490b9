"""Tokens that occur nowhere else, planted wherever somebody may write on a referral's whole way, and beside it."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from uuid import UUID, uuid4

from deploy.composition import open_database, scribe_of
from shared.database import Database
from shared.sealing import read_key_file
from tests.integration.conferring import confer
from tests.network import Client, Network

A, B = "harbour-house", "legal-aid-centre"
TEXT_FIELDS = {"alias": 5, "given_name": 5, "family_name": 5, "phone": 1, "address": 12}  #: how many fit
SAID = 50  #: of them fit into what is said with a referral or a move
PEOPLE = 24
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


@contextmanager
def database_of(network: Network, org: str) -> Iterator[Database]:
    """The database of a node that runs, as its own processes open it."""
    [node] = [node for node in network.plan.nodes if node.org == org]
    scribe = scribe_of("intake", org, read_key_file(node.key_file))
    with closing(open_database("intake", node.database_url, sender=org, scribe=scribe)) as database:
        yield database


def plant(network: Network, canaries: Canaries) -> None:
    """Drive the whole way, good moves and bad requests, with a token in each place."""
    sender, receiver = network.node(A), network.node(B)
    for _ in range(PEOPLE):
        _somebody(canaries, sender, receiver)
    _conference(network, canaries)
    _remembered(sender, canaries)
    _bad_requests(sender, canaries)
    _left_waiting(sender, canaries)


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


def _left_waiting(sender: Client, canaries: Canaries) -> None:
    """Nobody answers this one: of what is answered at once nobody needs to be told."""
    case_id = sender.case([B], {"given_name": canaries.new("given_name")}, ["given_name"])
    sender.refer(case_id, B, fields=["given_name"], reason=canaries.new("reason"))


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
    http.get("/api/v1/people", params={"q": canaries.new("search in an address")})
    http.post("/api/v1/people/search", json={"q": canaries.new("search")})
    http.get(f"/people/{canaries.new('address')}")
    http.request(canaries.new("method").upper(), "/sign-in")
    on_paper = ("code", "form", "visit", "whom", "speaks")
    http.post("/look", data={name: canaries.new(f"{name} of a printed code") for name in on_paper})
    http.post("/sign-in", data={"username": canaries.new("username"), "password": canaries.new("password")})

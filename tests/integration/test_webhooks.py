"""Webhooks of a real worker: a system hears that a referral has come, whatever another system does."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import orjson
from standardwebhooks import Webhook

from deploy.composition import open_database, scribe_of
from deploy.demo.plan import NodePlan
from services.intake.domain import Actor, Role
from services.intake.interchange.tests.receiver import receiving
from services.intake.storage.webhooks import Delivery
from services.intake.usecases.webhooks import add_endpoint, webhooks_page
from shared.database import Database
from shared.polling import poll_until
from shared.sealing import read_key_file
from tests.network import SOON, embedded_network

A, B = "harbour-house", "legal-aid-centre"
ADMIN = Actor("root", Role.ADMIN, B)


@contextmanager
def database_of(node: NodePlan) -> Iterator[Database]:
    scribe = scribe_of("intake", node.org, read_key_file(node.key_file))
    with closing(open_database("intake", node.database_url, sender=node.org, scribe=scribe)) as database:
        yield database


def log(database: Database) -> tuple[Delivery, ...]:
    return webhooks_page(database, ADMIN).log


def test_a_system_hears_of_what_comes_while_another_one_hangs(tmp_path: Path) -> None:
    with embedded_network(tmp_path / "network") as network, receiving() as well, receiving() as hanging:
        hanging.hold.clear()
        [node] = [node for node in network.plan.nodes if node.org == B]
        sender, receiver = network.node(A), network.node(B)
        with database_of(node) as database:
            secrets = [
                add_endpoint(database, one.url, ADMIN, may_be_private=True).secret for one in (hanging, well)
            ]
            sent = sender.refer(sender.case([B]), B)
            assert hanging.asked.wait(SOON)
            assert well.asked.wait(SOON)
            receiver.sees(sent["id"], "delivered")
            receiver.move(sent["id"], "accept")
            sender.sees(sent["id"], "accepted")  # the worker goes on meanwhile
            poll_until(lambda: len(well.got) == 2, seconds=SOON, what="the second webhook")
            hanging.hold.set()
            poll_until(
                lambda: all(one.sent_at for one in log(database)), seconds=SOON, what="everything sent"
            )

    said = {"sentence": "something_waits", "count": 1, "link": f"{node.url}/inbox", "language": "en"}
    for _, headers, body in well.got:
        assert orjson.loads(body) == said
        Webhook(secrets[1]).verify(body, headers)

"""A node's audit is proven over its whole life: also what it signed with keys that it has rotated and destroyed."""

import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from deploy.composition import open_database, party_of, scribe_of
from services.intake.domain import Action, Actor, Role
from services.intake.storage import audit as rows
from services.intake.storage.tables import keys as known_keys
from services.intake.usecases import audit
from services.intake.usecases.audit_chain import keep_chain
from shared.clock import now
from shared.messaging.introducing import introduce, own_statement
from shared.sealing import OwnKeys, read_key_file
from shared.sealing.key_file import replace_key_file
from shared.sealing.network_file import NetworkFile, read_network_file
from shared.sealing.rotation import OVERLAP
from tests.in_process import throughline
from tests.integration import test_own_keys, test_register_commands

hub, node = test_register_commands.hub, test_own_keys.node  #: a network, and a node that is in it
ORG = "clinic"


def opened(node: dict[str, str], *, in_hours: int = 0) -> Any:
    scribe = scribe_of("intake", ORG, read_key_file(Path(node["key_file"])))
    url, later = node["intake_database_url"], timedelta(hours=in_hours)
    return closing(open_database("intake", url, sender=ORG, scribe=scribe, clock=lambda: now() + later))


def signs_a_checkpoint(node: dict[str, str], *, in_hours: int) -> None:
    """Something is done, and the head of the chain is signed with the newest key that others know."""
    with opened(node, in_hours=in_hours) as database:
        database.outbox.scribe.book.learn(database, ())
        with database.transaction() as tx:
            audit.did(tx, Actor("olena", Role.CASE_WORKER, ORG), Action.INBOX_READ)
        keep_chain(database)


def rotates(node: dict[str, str]) -> None:
    """By command, and the network learns of it."""
    said = throughline("network", "rotate-keys", "--now", **node)
    assert json.loads(said.stdout)["made"] == 2, said.stderr
    party = party_of("intake", ORG, read_key_file(Path(node["key_file"])))
    file = read_network_file(Path(node["network_file"]))
    with opened(node) as database:
        with database.reading() as tx:
            statement = own_statement(tx, party.metadata, party.keys, ORG)
        assert statement is not None
        said_until_now = (*file.statements, statement)
        introduce(database, party, NetworkFile(file.roots, file.register, said_until_now))


def destroys_the_old(node: dict[str, str]) -> None:
    """By command, when the overlap is over."""
    path = Path(node["key_file"])
    held = read_key_file(path)
    past = now() - OVERLAP - timedelta(days=1)
    newest = (replace(held.sealing[0], made=past), replace(held.signing[0], made=past))
    aged = OwnKeys((newest[0], *held.sealing[1:]), (newest[1], *held.signing[1:]), held.storage)
    replace_key_file(path, aged)
    assert json.loads(throughline("network", "rotate-keys", **node).stdout)["destroyed"] == 2
    assert len(read_key_file(path).signing) == 1


def verifies(node: dict[str, str], *words: str) -> tuple[int, dict[str, Any]]:
    said = throughline("audit", "verify", "--json", *words, **node)
    return said.returncode, json.loads(said.stdout)


def test_what_was_signed_with_former_keys_is_proven_and_what_nobody_signed_is_not(
    node: dict[str, str],
) -> None:
    signs_a_checkpoint(node, in_hours=0)
    rotates(node)
    signs_a_checkpoint(node, in_hours=2)
    while_both_are_held = verifies(node)
    destroys_the_old(node)
    when_one_is_left = verifies(node)

    with opened(node) as database, database.reading() as tx:
        signers = {one.letter.said.key for one in rows.all_checkpoints(tx)}
    assert len(signers) == 2, "two keys have signed"
    for code, found in (while_both_are_held, when_one_is_left):
        assert (code, found["entries"], found["checkpoints"], found["problems"]) == (0, 2, 2, [])

    with opened(node) as database, database.transaction() as tx:
        tx.execute(update(known_keys).where(known_keys.c.party == ORG).values(former=None))
    assert verifies(node) == (
        2,
        when_one_is_left[1] | {"problems": [{"entry": 1, "reason": "checkpoint_signature"}]},
    ), "it was the register's former keys that proved it"

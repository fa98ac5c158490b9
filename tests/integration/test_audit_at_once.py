"""The audit on both engines: one chain however many write and however many workers chain, and what is read again."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from deploy.composition import open_database, scribe_of
from services.intake.domain import About, Action, Actor, Role, Via
from services.intake.storage import audit as rows
from services.intake.storage.audit import Wanted
from services.intake.usecases import audit
from services.intake.usecases.audit_chain import keep_chain
from services.intake.usecases.audit_check import Keys, check_audit
from services.intake.usecases.node import claim_node
from shared.clock import new_id
from shared.database import Database
from shared.migrations import upgrade
from shared.sealing import OwnKeys

HERE = "harbour-house"
OLENA = Actor("olena", Role.CASE_WORKER, HERE)
VERA = Actor("vera", Role.AUDITOR, HERE)
KEYS = OwnKeys.generate()
WRITERS, TIMES = 6, 20


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated node's database."""
    upgrade("services.intake", database_url)
    scribe = scribe_of("intake", HERE, KEYS)
    with closing(open_database("intake", database_url, sender=HERE, scribe=scribe)) as database:
        claim_node(database, HERE)
        yield database


def looks(database: Database) -> None:
    for _ in range(TIMES):
        audit.saw(database, OLENA, Action.PERSON_READ, About(new_id()))


def test_many_writers_and_two_workers_make_one_chain(database: Database) -> None:
    over = threading.Event()

    def chain() -> int:
        chained = 0
        while not over.is_set():
            chained += keep_chain(database)
        return chained

    with ThreadPoolExecutor(WRITERS + 2) as pool:
        workers = [pool.submit(chain) for _ in range(2)]
        try:
            list(pool.map(lambda _: looks(database), range(WRITERS)))
        finally:
            over.set()
        chained = sum(worker.result() for worker in workers)
    chained += keep_chain(database)

    found = check_audit(database, Keys(HERE, [KEYS.public.signing]))
    assert (found.entries, found.unchained, found.problems) == (WRITERS * TIMES, 0, ())
    assert chained == WRITERS * TIMES


def test_what_is_read_again_is_what_was_written(database: Database) -> None:
    person, referral = new_id(), new_id()
    with database.transaction() as tx:
        audit.did(tx, OLENA, Action.REFERRAL_SENT, About(person, new_id(), referral))
        audit.did(tx, None, Action.CONTENT_ERASED, About(referral_id=referral))
        audit.note_account(tx, Action.USER_ADDED, "olena")
    keep_chain(database)

    with database.reading() as tx:
        found = rows.find_entries(tx, Wanted(referral), limit=10)
    page = audit.audit_page(database, Wanted(username="olena"), VERA)

    assert [(entry.action, entry.via, entry.number) for entry in found] == [
        (Action.CONTENT_ERASED, Via.NODE, 2),
        (Action.REFERRAL_SENT, Via.COMMAND, 1),
    ]
    assert [entry.action for entry in page.entries] == [Action.USER_ADDED, Action.REFERRAL_SENT]
    assert (page.chain.entries, page.chain.unchained) == (3, 1)
    assert check_audit(database, Keys(HERE, [KEYS.public.signing])).problems == ()

"""A printed code goes on working when the storage key changes and the old one is taken away, on both engines."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from deploy.composition import open_database, scribe_of
from services.intake.domain.slip import plain_code
from services.intake.storage.slip_tables import slips
from services.intake.storage.slips import opened_by
from services.intake.tests.node import HERE, NETWORK, START, WORKER, Node
from services.intake.usecases.at_rest import AnothersKey, accept_key
from services.intake.usecases.slips import Made, end_slip, make_slip
from shared.at_rest import place
from shared.clock import now
from shared.database import Database
from shared.migrations import upgrade
from shared.sealing import OwnKeys

WISHED = {"wished": True, "language": "ru", "shown": "help", "lasts": "90"}


@contextmanager
def opened(url: str, keys: OwnKeys) -> Iterator[Database]:
    with closing(
        open_database("intake", url, sender=HERE, scribe=scribe_of("intake", HERE, keys, NETWORK.roots))
    ) as database:
        database.clock = lambda: START
        yield database


def opens(database: Database, made: Made) -> bool:
    with database.reading() as tx:
        found = opened_by(tx, plain_code(made.code))
    return found is not None and found.id == made.slip.id


def test_a_code_that_is_in_force_is_found_by_the_new_key_alone(database_url: str) -> None:
    upgrade("services.intake", database_url)
    keys = OwnKeys.generate()
    with opened(database_url, keys) as database:
        node = Node(database)
        accept_key(database)
        cases = [node.has_case()[1] for _ in range(4)]
        first, second, ended = (make_slip(database, case.person_id, WISHED, WORKER) for case in cases[1:])
        end_slip(database, ended.slip.person_id, WORKER)
    both = keys.renewed(now())
    with opened(database_url, both) as database:
        assert opens(database, first)  # before as well: an old key finds what it indexed
        for _ in range(2):
            accept_key(database)
        later = make_slip(database, cases[0].person_id, WISHED, WORKER)
        assert [opens(database, one) for one in (first, second, later, ended)] == [True, True, True, False]

    with opened(database_url, replace(both, storage=both.storage[:1])) as database:
        assert [opens(database, one) for one in (first, second, later, ended)] == [True, True, True, False]
        with pytest.raises(AnothersKey):
            accept_key(database)
    with opened(database_url, replace(both, storage=both.storage[1:])) as database:
        assert [opens(database, one) for one in (first, second, later)] == [False] * 3


def test_with_the_key_and_the_database_nobody_knows_the_code(database_url: str) -> None:
    upgrade("services.intake", database_url)
    with opened(database_url, OwnKeys.generate()) as database:
        node = Node(database)
        made = make_slip(database, node.has_case()[1].person_id, WISHED, WORKER)
        [row] = node.rows(slips)
        with database.reading() as tx:
            known = tx.at_rest.open(row["sealed"], place("slips.sealed", row["id"])).decode()
    assert not [part for part in (plain_code(made.code), *made.code.split("-")) if part in known.upper()]

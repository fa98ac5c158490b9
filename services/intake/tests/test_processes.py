"""Two processes of a kind at once are seen; one that takes over from another is not two."""

from datetime import timedelta
from uuid import UUID

from services.intake.tests.node import Node
from services.intake.usecases.processes import PAGES, WORKER, Process, living, show, twice
from shared.clock import made_at, new_id, now


def seen(node: Node) -> list[Process]:
    with node.database.reading() as tx:
        return living(tx)


def test_a_process_that_shows_itself_lives_and_says_its_version(node: Node) -> None:
    me = new_id()
    for _ in range(2):
        show(node.database, WORKER, me=me, of="1.2.3")

    [process] = seen(node)
    assert (process.kind, process.id, process.version) == (WORKER, me, "1.2.3")


def test_one_that_has_long_been_silent_lives_no_more_and_is_forgotten(node: Node) -> None:
    show(node.database, WORKER, me=new_id(), of="1.2.3")
    node.at += timedelta(minutes=3)

    assert seen(node) == []
    show(node.database, PAGES, me=new_id(), of="1.2.3")
    node.at -= timedelta(minutes=3)
    assert [process.kind for process in seen(node)] == [PAGES]


def process(*, began: float, seen: float, kind: str = WORKER) -> Process:
    """Both in seconds from now."""
    id_ = new_id()
    began_id = UUID(int=id_.int + (int(began * 1000) << 80))
    return Process(kind, began_id, "1.2.3", now() + timedelta(seconds=seen))


def test_two_that_live_at_once_are_two() -> None:
    assert twice([process(began=-600, seen=0), process(began=-300, seen=-5)]) == [WORKER]
    assert twice([process(began=-600, seen=0, kind=PAGES), process(began=-300, seen=0)]) == []


def test_one_that_ends_while_the_next_begins_is_no_second() -> None:
    assert twice([process(began=-600, seen=-50), process(began=-60, seen=0)]) == []
    assert twice([process(began=-600, seen=-40), process(began=-60, seen=0)]) == []


def test_an_id_says_when_it_was_made() -> None:
    assert abs(made_at(new_id()) - now()) < timedelta(seconds=5)

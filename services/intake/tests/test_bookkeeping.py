"""Answers that are remembered, whose node it is, and its heartbeat."""

import threading
from typing import Any

import pytest

from services.intake.storage.tables import idempotency_keys, people
from services.intake.tests.node import HERE, THERE, WORKER, Node, order
from services.intake.usecases.idempotency import Answer, KeyReused, answer_once, remembered
from services.intake.usecases.node import AnothersDatabase, beat, claim_node, heartbeat
from services.intake.usecases.people import register_person
from services.intake.usecases.referrals import send_referral
from services.intake.usecases.refusals import Invalid
from shared.database import Database
from shared.schemas.intake import ReferralSent


def registers(database: Database) -> Answer:
    return Answer(201, {"id": str(register_person(database, {"alias": "Bluebird"}, WORKER).id)})


def once(node: Node, key: str = "k", body: str = "b" * 64, do: Any = registers) -> Answer:
    return answer_once(node.database, "olena", key, body, do)


def test_the_same_request_has_one_effect_and_one_answer(node: Node) -> None:
    first = once(node)

    assert once(node) == first
    assert remembered(node.database, "olena", "k", "b" * 64) == first
    assert len(node.rows(people)) == 1


def test_a_key_stands_for_one_request_of_one_user(node: Node) -> None:
    once(node)

    with pytest.raises(KeyReused):
        once(node, body="c" * 64)
    with pytest.raises(KeyReused):
        remembered(node.database, "olena", "k", "c" * 64)
    assert remembered(node.database, "ihar", "k", "b" * 64) is None
    assert len(node.rows(people)) == 1


def test_what_was_refused_is_not_remembered(node: Node) -> None:
    def refused(database: Database) -> Answer:
        register_person(database, {"alias": "Bluebird"}, WORKER)
        raise Invalid({"alias": "too_long"})

    with pytest.raises(Invalid):
        once(node, do=refused)

    assert node.rows(idempotency_keys) == []
    assert node.rows(people) == []
    assert once(node).status == 201


def test_the_effect_its_event_and_the_answer_are_one_commit(node: Node) -> None:
    _, case = node.has_case()

    def cut_off(database: Database) -> Answer:
        send_referral(database, order(case), WORKER)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        once(node, do=cut_off)
    assert node.said(ReferralSent) == []

    def sends(database: Database) -> Answer:
        return Answer(201, str(send_referral(database, order(case), WORKER).id))

    assert once(node, do=sends) == once(node, do=sends)
    assert len(node.said(ReferralSent)) == 1


def test_a_double_submit_at_the_same_moment_registers_once(node: Node) -> None:
    answers: list[Answer] = []
    both = threading.Barrier(4)

    def submit() -> None:
        both.wait()
        answers.append(once(node))

    threads = [threading.Thread(target=submit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({str(answer.body) for answer in answers}) == 1
    assert (len(answers), len(node.rows(people))) == (4, 1)


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "a\0"])
def test_what_is_no_key_is_refused(node: Node, key: str) -> None:
    with pytest.raises(Invalid) as refused:
        once(node, key=key)

    assert refused.value.errors.keys() == {"idempotency_key"}


def test_a_node_belongs_to_one_organisation(node: Node) -> None:
    claim_node(node.database, HERE)
    claim_node(node.database, HERE)

    with pytest.raises(AnothersDatabase):
        claim_node(node.database, THERE)


def test_the_worker_shows_that_it_lives(node: Node) -> None:
    assert heartbeat(node.database) is None

    beat(node.database, "running")
    node.pass_time(seconds=10)
    beat(node.database, "blocked")

    last = heartbeat(node.database)
    assert last is not None
    assert (last.seen_at, last.state) == (node.at, "blocked")

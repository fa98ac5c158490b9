"""Entries get one place each, whoever writes at the same time; the head is signed, and others witness it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.intake.domain import Action
from services.intake.storage import audit as rows
from services.intake.storage.audit_tables import entries, witnessed
from services.intake.storage.tables import keys
from services.intake.tests.node import (
    COLLEAGUE,
    HERE,
    HUB_KEYS,
    OUR_KEYS,
    START,
    THEIR_KEYS,
    THERE,
    WORKER,
    Node,
)
from services.intake.usecases import audit
from services.intake.usecases.audit_chain import AT_ONCE, keep_chain
from services.intake.usecases.audit_check import Checked, Keys, check_audit
from services.intake.usecases.need_to_know import open_in_emergency
from shared.clock import new_id
from shared.messaging.delivery import Batch
from shared.messaging.errors import Refused
from shared.messaging.message import HUB, Message, encode
from shared.messaging.witness import checkpoints_of
from shared.schemas import Event
from shared.schemas.intake import AuditCheckpointMade, AuditCheckpointWitnessed
from shared.schemas.referral import AuditCheckpointKept, AuditCheckpointPassed
from shared.sealing import Letter, OwnKeys, write_letter

KEYS = Keys(
    HERE, [OUR_KEYS.public.signing], {HUB: [HUB_KEYS.public.signing], THERE: [THEIR_KEYS.public.signing]}
)
A, B = "a" * 64, "b" * 64


def letter_of(event: Event, keys: OwnKeys, sender: str, *readers: str) -> Letter:
    said = encode(event, id=new_id(), sender=sender, subject="", at=START)
    return write_letter([said], sender=sender, readers=readers, signing=keys.signing[0])


def hears(node: Node, event: Event, letter: Letter | None = None, beside: Letter | None = None) -> None:
    from services.intake.usecases.hearing import hear  # as the service does

    message = Message(new_id(), HUB, event, letter=letter, beside={beside.hash: beside} if beside else {})
    with node.database.transaction() as tx:
        hear(tx, Batch([message], []), ring=OUR_KEYS.ring, org=HERE)


def made(node: Node) -> list[AuditCheckpointMade]:
    return [said.event for said in node.said(AuditCheckpointMade)]


def checked(node: Node) -> Checked:
    return check_audit(node.database, KEYS)


def does_something(node: Node, times: int = 1) -> None:
    for _ in range(times):
        with node.database.transaction() as tx:
            audit.did(tx, WORKER, Action.INBOX_READ)


def test_what_waits_for_its_place_shows_as_such_until_it_has_one(node: Node) -> None:
    node.has_case()
    before = checked(node)

    assert keep_chain(node.database) == 3

    assert (before.entries, before.unchained) == (0, 3)
    assert (checked(node).entries, checked(node).unchained, checked(node).problems) == (3, 0, ())


def test_places_go_on_where_they_ended(node: Node) -> None:
    for _ in range(3):
        does_something(node, 2)
        keep_chain(node.database)

    numbers = sorted(row["number"] for row in node.rows(entries))
    assert numbers == [1, 2, 3, 4, 5, 6]
    assert checked(node).problems == ()


def test_more_than_one_transaction_takes_are_chained_in_one_go(node: Node) -> None:
    with node.database.transaction() as tx:
        for _ in range(AT_ONCE + 5):
            audit.did(tx, WORKER, Action.INBOX_READ)

    assert keep_chain(node.database) == AT_ONCE + 5
    assert checked(node).problems == ()


def test_nothing_waiting_costs_no_write(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    does_something(node)
    keep_chain(node.database)
    monkeypatch.setattr(node.database, "transaction", None)

    assert keep_chain(node.database) == 0


def test_many_who_write_while_several_chain_make_one_chain(node: Node) -> None:
    over = threading.Event()

    def chain() -> int:
        chained = 0
        while not over.is_set():
            chained += keep_chain(node.database)
        return chained

    with ThreadPoolExecutor(10) as pool:
        chainers = [pool.submit(chain) for _ in range(2)]
        list(pool.map(lambda _: does_something(node, 10), range(8)))
        over.set()
        chained = sum(chainer.result() for chainer in chainers)
    chained += keep_chain(node.database)

    assert chained == checked(node).entries == 80
    assert checked(node).problems == ()


def test_of_two_who_would_fork_the_chain_one_is_refused(node: Node) -> None:
    does_something(node, 2)
    with node.database.reading() as tx:
        first, second = rows.unchained(tx, limit=2)
    with node.database.transaction() as tx:
        rows.set_places(tx, [(first.id, 1, A)])

    with pytest.raises(Exception, match="UNIQUE"), node.database.transaction() as tx:
        rows.set_places(tx, [(second.id, 1, B)])


def test_a_checkpoint_is_made_hourly_and_only_if_something_happened_or_nobody_witnessed_it(
    node: Node,
) -> None:
    keep_chain(node.database)
    assert made(node) == []

    does_something(node)
    keep_chain(node.database)
    does_something(node)
    keep_chain(node.database)
    assert [one.number for one in made(node)] == [1]

    node.pass_time(hours=1)
    keep_chain(node.database)
    assert [one.number for one in made(node)] == [1, 2]

    node.pass_time(hours=1)
    keep_chain(node.database)
    assert [one.number for one in made(node)] == [1, 2, 2]

    hub_keeps(node)
    node.pass_time(hours=1)
    keep_chain(node.database)
    assert len(made(node)) == 3


def hub_keeps(node: Node) -> None:
    last = made(node)[-1]
    kept = AuditCheckpointKept(number=last.number, hash=last.hash, witness=HUB)
    hears(node, kept, letter_of(kept, HUB_KEYS, HUB, HERE))


def partner_keeps(node: Node, *, by: OwnKeys = THEIR_KEYS, **changed: Any) -> None:
    last = made(node)[-1]
    facts: dict[str, Any] = {"org": HERE, "number": last.number, "hash": last.hash} | changed
    word = letter_of(AuditCheckpointWitnessed(**facts), by, THERE, HUB, HERE)
    kept = AuditCheckpointKept(number=last.number, hash=last.hash, witness=THERE, letter=word.hash)
    hears(node, kept, beside=word)


def test_a_checkpoint_is_made_at_once_when_the_glass_is_broken(node: Node) -> None:
    _, case = node.has_case()
    keep_chain(node.database)

    open_in_emergency(node.database, case.reference, "at the door", COLLEAGUE)
    keep_chain(node.database)

    assert [one.number for one in made(node)] == [3, 4]


def test_it_says_number_hash_and_moment_in_a_letter_that_names_its_witnesses(node: Node) -> None:
    does_something(node)
    keep_chain(node.database)

    [said] = node.said(AuditCheckpointMade)
    assert said.event.dump().keys() == {"number", "hash", "made_at"}
    assert said.event.hash == checked(node).head
    assert said.letter.said.readers == (HUB, THERE)
    assert said.letter.is_by(OUR_KEYS.public.signing)
    assert said.awaits is None


def test_those_who_witness_it_are_kept_and_their_words_are_checked(node: Node) -> None:
    does_something(node)
    keep_chain(node.database)
    assert checked(node).witnessed == 0

    hub_keeps(node)
    partner_keeps(node)

    with node.database.reading() as tx:
        assert [word.witness for word in rows.witnesses_of(tx, 1)] == [HUB, THERE]
    assert (checked(node).witnessed, checked(node).problems) == (1, ())


def test_after_a_change_of_keys_it_is_proven_by_those_of_before(node: Node) -> None:
    does_something(node)
    keep_chain(node.database)
    hub_keeps(node)
    partner_keeps(node)
    new = OwnKeys.generate().public.signing
    renewed = Keys(HERE, [new, *KEYS.own], {who: [new, *known] for who, known in KEYS.others.items()})
    forgotten = Keys(HERE, [new], {who: [new] for who in KEYS.others})

    assert check_audit(node.database, renewed) == checked(node)
    assert check_audit(node.database, forgotten).problems == ((1, "checkpoint_signature"),)
    assert check_audit(node.database, forgotten).witnessed == 0


def test_who_is_in_the_network_no_more_is_asked_to_witness_nothing(node: Node) -> None:
    with node.database.transaction() as tx:
        tx.execute(keys.update().where(keys.c.party == THERE).values(state="revoked"))
    does_something(node)
    keep_chain(node.database)

    [said] = node.said(AuditCheckpointMade)
    assert said.letter.said.readers == (HUB,)


def test_a_word_that_is_another_is_refused(node: Node) -> None:
    does_something(node)
    keep_chain(node.database)
    number, ours = made(node)[-1].number, made(node)[-1].hash

    for wrong in ({"hash": B}, {"number": 2}, {"org": "clinic"}):
        with pytest.raises(Refused, match="letter_differs"):
            partner_keeps(node, **wrong)
    for said, reason in (
        (AuditCheckpointKept(number=number, hash=B, witness=HUB), "checkpoint_differs"),
        (AuditCheckpointKept(number=9, hash=ours, witness=HUB), "checkpoint_unknown"),
        (AuditCheckpointKept(number=number, hash=ours, witness=HUB), "letter_missing"),
        (AuditCheckpointKept(number=number, hash=ours, witness=THERE, letter=A), "letter_missing"),
    ):
        with pytest.raises(Refused, match=reason):
            hears(node, said)


def test_a_forged_word_is_found_and_witnesses_nothing(node: Node) -> None:
    does_something(node)
    keep_chain(node.database)
    hub_keeps(node)
    partner_keeps(node)
    with node.database.transaction() as tx:
        [one] = [word for word in rows.witnesses_of(tx) if word.witness == THERE]
        forged = Letter(one.letter.text, bytes(64))
        rows.put_witness(tx, rows.Witness(1, THERE, forged))

    assert checked(node).problems == ((1, "witness_signature"),)


def passes(node: Node, number: int, hash_: str, *, org: str = THERE) -> None:
    event = AuditCheckpointMade(number=number, hash=hash_, made_at=START)
    letter = letter_of(event, THEIR_KEYS, THERE, HUB, HERE)
    hears(node, AuditCheckpointPassed(org=org, letter=letter.hash), beside=letter)


def test_a_node_keeps_a_partners_checkpoint_and_signs_that_it_does(node: Node) -> None:
    passes(node, 7, A)

    [said] = node.said(AuditCheckpointWitnessed)
    assert said.event == AuditCheckpointWitnessed(org=THERE, number=7, hash=A)
    assert said.letter.said.readers == (HUB, THERE)
    assert said.letter.is_by(OUR_KEYS.public.signing)
    with node.database.reading() as tx:
        [held] = checkpoints_of(tx, witnessed, THERE)
    assert (held.number, held.hash, held.letter.is_by(THEIR_KEYS.public.signing)) == (7, A, True)


def test_a_partner_cannot_say_it_otherwise_nor_another_for_it(node: Node) -> None:
    passes(node, 7, A)

    with pytest.raises(Refused, match="checkpoint_differs"):
        passes(node, 7, B)
    with pytest.raises(Refused, match="letter_differs"):
        passes(node, 8, A, org="clinic")

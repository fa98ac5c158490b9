"""What a service keeps of the register: whom it believes by it, under which keys, and what changes nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from shared.database import Database, new_metadata
from shared.messaging.errors import Refused, Unready
from shared.messaging.introducing import Party, introduce, own_statement
from shared.messaging.keybook import UNSIGNED_FOR, KeyBook, may_be_unsigned, sealing_keys, signing_keys
from shared.messaging.message import HUB
from shared.messaging.outbox import Outbox
from shared.messaging.registers import (
    begin_with,
    from_wire,
    hear_register,
    keep_register,
    kept_register,
    to_wire,
)
from shared.messaging.scribe import Scribe
from shared.messaging.tables import add_message_tables
from shared.messaging.tests.office import AT, KEYS, NETWORK, NODE, OTHER, ROOT
from shared.schemas.intake import KeysChanged
from shared.schemas.referral import KeyRegister
from shared.sealing import Letter, OwnKeys, SigningKey, write_letter
from shared.sealing.register import NotFollowed, SignedRegister
from shared.sealing.succession import SignedStatement, Statement

METADATA = new_metadata()
add_message_tables(METADATA)
NEW = OwnKeys.generate(AT)
STATEMENT = Statement("tests", NODE, 1, 1, NEW.public, AT).signed(KEYS[NODE].signing[0])
REVOKED = SignedRegister(NETWORK.register.next().revoking(NODE).write()).signed(ROOT)
BOTH = OwnKeys((*NEW.sealing, *KEYS[NODE].sealing), (*NEW.signing, *KEYS[NODE].signing), KEYS[NODE].storage)


@pytest.fixture
def database() -> Database:
    """Of the hub; it follows the network's file."""
    scribe = Scribe(HUB, KEYS[HUB], KeyBook(HUB, METADATA.tables["keys"], NETWORK.roots))
    made = Database(
        "sqlite://", clock=lambda: AT, outbox=Outbox(METADATA.tables["outbox"], sender=HUB, scribe=scribe)
    )
    METADATA.create_all(made.engine)
    introduce(made, Party(METADATA, HUB, KEYS[HUB]), NETWORK)
    return made


def follows(database: Database, register: SignedRegister = NETWORK.register, *said: SignedStatement) -> bool:
    with database.transaction() as tx:
        return keep_register(tx, METADATA, NETWORK.roots, register, said)


def rows(database: Database) -> list[Any]:
    with database.reading() as tx:
        return [tx.execute(METADATA.tables[name].select()).all() for name in ("register", "keys")]


def book(database: Database) -> KeyBook:
    made = KeyBook(HUB, METADATA.tables["keys"], NETWORK.roots)
    made.learn(database, (NODE, OTHER))
    return made


def letter(
    keys: OwnKeys, *data: dict[str, Any], sender: str = NODE, readers: Sequence[str] = (HUB,)
) -> Letter:
    events = [orjson.dumps({"data": one}) for one in data or ({},)]
    return write_letter(events, sender=sender, readers=readers, signing=keys.signing[0])


def test_whom_the_register_names_is_believed_under_its_keys(database: Database) -> None:
    known = book(database)

    assert known.sealing_key(NODE) == KEYS[NODE].public.sealing
    assert known.must_sign(NODE)
    known.believe(letter(KEYS[NODE]))
    with pytest.raises(Unready, match="key_unknown"):
        known.believe(letter(OwnKeys.generate()))
    with pytest.raises(Unready, match="key_unknown"):
        known.believe(letter(KEYS[NODE], sender="stranger"))


def test_keys_that_follow_take_their_place_and_the_former_is_heard_for_a_while(database: Database) -> None:
    assert follows(database, NETWORK.register, STATEMENT)
    assert not follows(database, NETWORK.register, STATEMENT)

    known = book(database)
    assert known.sealing_key(NODE) == NEW.public.sealing
    known.believe(letter(NEW))
    known.believe(letter(KEYS[NODE]))
    database.clock = lambda: AT + timedelta(days=91)
    with pytest.raises(Unready, match="key_unknown"):
        book(database).believe(letter(KEYS[NODE]))
    with database.reading() as tx:
        ever = signing_keys(tx, METADATA.tables["keys"])[NODE]
    assert ever == (NEW.public.signing, KEYS[NODE].public.signing), "by which old moves are proven"


def test_who_is_revoked_is_heard_no_more_and_sealed_to_no_more(database: Database) -> None:
    assert follows(database, REVOKED)

    known = book(database)
    assert known.sealing_key(NODE) is None
    with pytest.raises(Refused, match="revoked"):
        known.believe(letter(KEYS[NODE]))
    with database.reading() as tx:
        assert set(sealing_keys(tx, METADATA.tables["keys"])) == {OTHER, HUB}


def test_who_is_admitted_anew_is_heard_under_the_new_keys_and_proven_by_the_old(database: Database) -> None:
    follows(database, NETWORK.register, STATEMENT)
    follows(database, REVOKED)
    latest = OwnKeys.generate(AT)
    anew = REVOKED.next().admitting(NODE, "Node", latest.public, AT)
    follows(database, SignedRegister(anew.write()).signed(ROOT))

    known = book(database)
    known.believe(letter(latest))
    for stolen in (NEW, KEYS[NODE]):
        with pytest.raises(Unready, match="key_unknown"):
            known.believe(letter(stolen))
    with database.reading() as tx:
        ever = signing_keys(tx, METADATA.tables["keys"])[NODE]
    assert set(ever) == {keys.public.signing for keys in (latest, NEW, KEYS[NODE])}


def test_who_left_is_sealed_to_no_more(database: Database) -> None:
    said = Statement("tests", NODE, 1, 1, KEYS[NODE].public, AT, leaves=True)
    follows(database, NETWORK.register, said.signed(KEYS[NODE].signing[0]))

    assert book(database).sealing_key(NODE) is None
    with pytest.raises(Refused, match="left"):
        book(database).believe(letter(KEYS[NODE]))


FORGED = SignedRegister(REVOKED.text).signed(SigningKey.generate())
OTHER_STATEMENT = Statement("tests", NODE, 1, 1, KEYS[OTHER].public, AT)
REFUSED: dict[str, tuple[SignedRegister, tuple[SignedStatement, ...], str]] = {
    "a register that nobody signed": (FORGED, (), "register_signatures"),
    "keys that another says are its own": (
        NETWORK.register,
        (replace(OTHER_STATEMENT, number=2).signed(KEYS[OTHER].signing[0]),),
        "statement_signature",
    ),
    "two statements of one number": (
        NETWORK.register,
        (OTHER_STATEMENT.signed(KEYS[NODE].signing[0]),),
        "statement_split",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_changes_nothing(database: Database, what: str) -> None:
    register, said, code = REFUSED[what]
    follows(database, NETWORK.register, STATEMENT)
    before = rows(database)

    with database.transaction() as tx, pytest.raises(Refused, match=code):
        hear_register(tx, METADATA, to_wire((register, list(said))))

    assert rows(database) == before


def test_an_older_register_is_refused_and_an_older_file_is_passed_over(database: Database) -> None:
    follows(database, REVOKED)
    before = rows(database)

    with database.transaction() as tx, pytest.raises(NotFollowed, match="register_rolled_back"):
        keep_register(tx, METADATA, NETWORK.roots, NETWORK.register)
    with database.transaction() as tx:
        begin_with(tx, METADATA, NETWORK)

    assert rows(database) == before


def test_what_was_said_stays_said_when_the_hub_leaves_it_out(database: Database) -> None:
    follows(database, NETWORK.register, STATEMENT)

    assert not follows(database)

    assert book(database).sealing_key(NODE) == NEW.public.sealing


def may(database: Database, party: str, at: datetime) -> bool:
    with database.reading() as tx:
        return may_be_unsigned(tx, METADATA.tables["keys"], party, at)


def test_nobody_is_heard_unsigned_who_could_always_sign_or_is_unknown(database: Database) -> None:
    assert not any(
        may(database, party, datetime.min.replace(tzinfo=UTC)) for party in (NODE, OTHER, "stranger")
    )


def test_a_party_of_version_0_1_0_is_heard_as_before_until_it_is_admitted(database: Database) -> None:
    keys, admitted = METADATA.tables["keys"], AT + timedelta(days=5)
    with database.transaction() as tx:
        tx.execute(keys.update().where(keys.c.party == NODE).values(signing=None))
        tx.execute(keys.insert().values(party="clinic", sealing="of 0.1.0", version=0))
    assert may(database, NODE, admitted + timedelta(days=1))

    database.clock = lambda: admitted
    follows(database, NETWORK.register, STATEMENT)

    assert may(database, NODE, AT)
    assert not may(database, NODE, admitted)
    follows(database, REVOKED)
    assert may(database, NODE, AT), "since when it signs is not forgotten"
    database.clock = lambda: admitted + UNSIGNED_FOR
    assert not may(database, NODE, AT)
    assert may(database, "clinic", AT)


def test_it_travels_as_it_is(database: Database) -> None:
    follows(database, NETWORK.register, STATEMENT)
    with database.reading() as tx:
        kept = kept_register(tx, METADATA)
    assert kept

    assert from_wire(KeyRegister.load(to_wire(kept).dump())) == kept == (NETWORK.register, [STATEMENT])


def test_a_letter_may_bring_the_proof_of_its_own_key(database: Database) -> None:
    known = book(database)
    said = KeysChanged(text=STATEMENT.text, signature=STATEMENT.signature).dump()
    published = {"register": to_wire((NETWORK.register, [STATEMENT])).dump()}

    known.believe(letter(NEW, said))
    known.believe(letter(NEW, {}, published))


def test_no_letter_proves_a_key_by_another_than_its_senders_present_one(database: Database) -> None:
    thief = OwnKeys.generate()
    said = Statement("tests", NODE, 1, 2, thief.public, AT)
    by_another = said.signed(KEYS[OTHER].signing[0])
    by_itself = said.signed(thief.signing[0])
    of_another = replace(said, party=OTHER).signed(NEW.signing[0])
    by_former = said.signed(KEYS[NODE].signing[0])
    follows(database, NETWORK.register, STATEMENT)
    known = book(database)

    for statement in (by_another, by_itself, of_another, by_former):
        with pytest.raises(Unready, match="key_unknown"):
            known.believe(
                letter(thief, KeysChanged(text=statement.text, signature=statement.signature).dump())
            )


@pytest.mark.parametrize(
    "data", [None, [], {"register": []}, {"register": {"statements": {}}}, {"text": 1, "signature": 2}]
)
def test_what_is_no_statement_proves_nothing(database: Database, data: Any) -> None:
    with pytest.raises(Unready, match="key_unknown"):
        book(database).believe(letter(NEW, data))


def test_a_party_signs_with_the_key_that_the_register_names(database: Database) -> None:
    scribe = Scribe(NODE, BOTH, KeyBook(NODE, METADATA.tables["keys"]))
    assert scribe.signing_key() == KEYS[NODE].signing[0], "its oldest, before it knows"
    scribe.book.learn(database, ())
    assert scribe.signing_key() == KEYS[NODE].signing[0]

    follows(database, NETWORK.register, STATEMENT)
    scribe.book.forget()
    scribe.book.learn(database, ())

    assert scribe.signing_key() == NEW.signing[0]


def test_a_party_says_which_keys_it_has_until_the_register_names_them(database: Database) -> None:
    told: list[KeysChanged] = []
    party = Party(METADATA, NODE, BOTH, say=lambda _, event: told.append(event))
    introduce(database, party, NETWORK)
    introduce(database, party, NETWORK)
    assert {(event.text, event.signature) for event in told} == {(STATEMENT.text, STATEMENT.signature)}
    assert len(told) == 2

    follows(database, NETWORK.register, STATEMENT)
    introduce(database, party, NETWORK)

    assert len(told) == 2


def test_who_has_lost_the_keys_of_the_register_cannot_say_others(database: Database) -> None:
    with database.reading() as tx:
        assert own_statement(tx, METADATA, NEW, NODE) is None
        assert own_statement(tx, METADATA, NEW, "stranger") is None

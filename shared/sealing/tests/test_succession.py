"""Keys that follow others: proven by the party itself, and by nobody else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.sealing import OwnKeys, PublicKeys, SigningKey
from shared.sealing.founding import found
from shared.sealing.register import NotFollowed
from shared.sealing.rotation import rotated
from shared.sealing.succession import SignedStatement, Statement, merged, needed, standings

AT = datetime(2026, 3, 2, tzinfo=UTC)
OLD, NEW, NEWEST, OTHER = (OwnKeys.generate() for _ in range(4))
NETWORK = found(
    "north", [SigningKey.generate()], 1, {"hub": ("Hub", OTHER.public), "clinic": ("Clinic", OLD.public)}, AT
)
REGISTER = NETWORK.register.register
STATEMENT = Statement("north", "clinic", 1, 1, NEW.public, AT)
FIRST = STATEMENT.signed(OLD.signing[0])
SECOND = replace(STATEMENT, number=2, keys=NEWEST.public).signed(NEW.signing[0])


def refusal(*statements: SignedStatement) -> str:
    with pytest.raises(NotFollowed) as refused:
        standings(REGISTER, statements)
    return refused.value.code


def test_keys_follow_one_another() -> None:
    clinic = standings(REGISTER, [SECOND, FIRST])["clinic"]

    assert (clinic.keys, clinic.state, clinic.number) == (NEWEST.public, "active", 2)
    assert [key for key, _ in clinic.former] == [OLD.public.signing, NEW.public.signing]


def test_a_former_key_is_heard_for_a_while() -> None:
    [(_, until)] = standings(REGISTER, [FIRST])["clinic"].former

    assert until == AT + timedelta(days=90)


FORGED: dict[str, tuple[Callable[[], SignedStatement], str]] = {
    "by another": (lambda: STATEMENT.signed(OTHER.signing[0]), "statement_signature"),
    "by the new key only": (lambda: STATEMENT.signed(NEW.signing[0]), "statement_signature"),
    "changed after it was signed": (
        lambda: replace(FIRST, text=FIRST.text.replace('"number": 1', '"number": 7')),
        "statement_signature",
    ),
    "of another network": (
        lambda: replace(STATEMENT, network="south").signed(OLD.signing[0]),
        "statement_of_another",
    ),
    "of nobody": (lambda: replace(STATEMENT, party="nobody").signed(OLD.signing[0]), "statement_of_another"),
    "of an admission to come": (
        lambda: replace(STATEMENT, admitted=2).signed(OLD.signing[0]),
        "statement_of_another",
    ),
    "without base64": (lambda: replace(FIRST, signature="é"), "statement_signature"),
    "that is none": (lambda: SignedStatement("{}", ""), "statement_shape"),
    "with keys that are none": (
        lambda: replace(FIRST, text=FIRST.text.replace(str(NEW.public), "2:AAAA")),
        "statement_shape",
    ),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_statement(how: str) -> None:
    forge, code = FORGED[how]

    assert refusal(forge()) == code


def test_a_key_that_was_followed_says_no_more() -> None:
    thief = replace(STATEMENT, number=3, keys=OTHER.public).signed(OLD.signing[0])

    assert refusal(FIRST, thief) == "statement_signature"


def test_two_of_one_number() -> None:
    other = replace(STATEMENT, keys=OTHER.public).signed(OLD.signing[0])

    with pytest.raises(NotFollowed, match="statement_split"):
        merged([FIRST], [other])
    assert merged([FIRST], [FIRST, SECOND]) == [FIRST, SECOND]


def test_a_number_counts_once() -> None:
    keys = [PublicKeys(party.public.sealing, OLD.public.signing) for party in (NEW, OTHER)]

    assert (
        refusal(*(replace(STATEMENT, keys=one).signed(OLD.signing[0]) for one in keys))
        == "statement_of_another"
    )


def test_who_leaves_has_left() -> None:
    left = replace(STATEMENT, leaves=True, keys=OLD.public).signed(OLD.signing[0])
    back = replace(STATEMENT, number=2).signed(OLD.signing[0])

    assert standings(REGISTER, [left])["clinic"].state == "left"
    assert refusal(left, back) == "statement_after_leaving"


def test_what_was_said_before_an_admission_counts_no_more() -> None:
    revoked = replace(NETWORK.register.next().revoking("clinic"))
    anew = replace(revoked, version=3, before=("a", "b")).admitting("clinic", "Clinic", OTHER.public, AT)

    assert standings(anew, [FIRST])["clinic"].keys == OTHER.public
    assert needed(anew, [FIRST]) == []


def test_a_revoked_party_stays_revoked_whatever_it_says() -> None:
    revoked = NETWORK.register.next().revoking("clinic")

    assert standings(revoked, [FIRST])["clinic"].state == "revoked"


def test_only_what_is_needed_is_kept() -> None:
    signing = OLD.signing[0]
    sealing = [PublicKeys(OwnKeys.generate().public.sealing, signing.public) for _ in range(3)]
    chain = [replace(STATEMENT, number=n, keys=keys).signed(signing) for n, keys in enumerate(sealing, 1)]
    last = replace(STATEMENT, number=4, keys=NEW.public).signed(signing)
    more = replace(STATEMENT, number=5, keys=PublicKeys(OTHER.public.sealing, NEW.public.signing)).signed(
        NEW.signing[0]
    )

    assert needed(REGISTER, chain) == chain[-1:]
    kept = needed(REGISTER, [*chain, last, more])
    assert kept == [last, more]
    assert standings(REGISTER, kept)["clinic"].keys == more.said.keys


def dated(at: datetime) -> OwnKeys:
    keys = OwnKeys.generate()
    return OwnKeys((replace(keys.sealing[0], made=at),), (replace(keys.signing[0], made=at),), keys.storage)


def test_a_sealing_key_lasts_ninety_days_and_one_to_sign_with_a_year() -> None:
    keys = dated(AT)

    assert rotated(keys, registered=keys.public, at=AT + timedelta(days=89)).made == 0
    later = rotated(keys, registered=keys.public, at=AT + timedelta(days=90))
    assert (later.made, later.destroyed) == (1, 0)
    assert later.keys.sealing[1:] == keys.sealing
    assert later.keys.signing == keys.signing
    assert rotated(keys, registered=keys.public, at=AT + timedelta(days=365)).made == 2


def test_an_old_key_is_kept_for_thirty_days_and_then_destroyed() -> None:
    keys = dated(AT)
    both = rotated(keys, registered=keys.public, at=AT + timedelta(days=90)).keys

    early = rotated(both, registered=both.public, at=AT + timedelta(days=119))
    late = rotated(both, registered=both.public, at=AT + timedelta(days=120))

    assert (early.keys, early.destroyed) == (both, 0)
    assert (late.keys.sealing, late.destroyed) == (both.sealing[:1], 1)


def test_nothing_is_made_or_destroyed_while_the_others_use_the_key_before() -> None:
    keys = dated(AT)
    both = rotated(keys, registered=keys.public, at=AT, at_once=True).keys

    again = rotated(both, registered=keys.public, at=AT + timedelta(days=500), at_once=True)

    assert (again.keys, again.made, again.destroyed) == (both, 0, 0)


def test_keys_whose_age_nobody_knows_are_due() -> None:
    keys = OwnKeys.generate()

    assert rotated(keys, registered=keys.public, at=AT).made == 2

"""Sign-in, passwords and tokens."""

from typing import Any

import pytest

from services.intake import storage
from services.intake.domain import Actor, Role, Via
from services.intake.storage.tables import api_tokens, staff
from services.intake.tests.node import CHEAP, HERE, Node
from services.intake.usecases.refusals import Conflict, Invalid, NotFound
from services.intake.usecases.staff import (
    NewStaff,
    SignInRefused,
    add_staff,
    find_staff,
    holder_of_token,
    issue_token,
    sign_in,
)
from shared.api_tokens import Holder
from shared.passwords import HASHER
from shared.sessions import Sessions

PASSWORD = "tulip-anchor-42"


def add(node: Node, **changes: Any) -> None:
    given = {"username": "Olena", "password": PASSWORD, "role": "case_worker", "display_name": "Olena"}
    add_staff(node.database, NewStaff(**given | changes), org=HERE, hasher=CHEAP)


def test_what_they_are_called_and_their_address_lie_sealed(node: Node) -> None:
    add(node, display_name="Olena Bondar", email="olena@example.org")

    known = find_staff(node.database, "olena")
    assert known
    assert (known.display_name, known.email) == ("Olena Bondar", "olena@example.org")
    in_the_database = str(node.rows(staff))
    assert "Bondar" not in in_the_database
    assert "example.org" not in in_the_database


def refused(node: Node, username: str, password: str) -> tuple[str, int]:
    with pytest.raises(SignInRefused) as refusal:
        sign_in(node.database, username, password, hasher=CHEAP)
    return refusal.value.code, refusal.value.seconds


def leaves(node: Node) -> None:
    with node.database.transaction() as tx:
        tx.execute(staff.update().values(active=False))


def test_the_right_password_says_who_it_is(node: Node) -> None:
    add(node)

    assert sign_in(node.database, " OLENA ", PASSWORD, CHEAP) == Actor("olena", Role.CASE_WORKER, HERE)


def test_the_password_is_kept_as_the_design_says(node: Node) -> None:
    add(node)

    assert (HASHER.time_cost, HASHER.memory_cost, HASHER.parallelism) == (3, 65536, 4)
    [row] = node.rows(staff)
    assert row["password_hash"].startswith("$argon2id$")
    assert PASSWORD not in str(row)


def test_a_hash_of_older_strength_is_renewed_at_the_next_sign_in(node: Node) -> None:
    add(node)
    before = node.rows(staff)[0]["password_hash"]
    stronger = type(CHEAP)(time_cost=2, memory_cost=16, parallelism=1)

    sign_in(node.database, "olena", PASSWORD, stronger)

    after = node.rows(staff)[0]["password_hash"]
    assert (after != before, "t=2" in after) == (True, True)
    assert sign_in(node.database, "olena", PASSWORD, stronger).username == "olena"


@pytest.mark.parametrize("username", ["olena", "nobody", "a\0b", "x" * 500, "\ud800", ""])
@pytest.mark.parametrize("password", ["", "wrong-password", "a\0b", "\ud800", "x" * 100_000])
def test_what_is_wrong_is_refused_alike_whatever_it_is(node: Node, username: str, password: str) -> None:
    add(node)

    assert refused(node, username, password) == ("wrong_password", 0)


@pytest.mark.parametrize("username", ["olena", "nobody"])
def test_the_wait_grows_to_42_seconds_for_known_and_unknown_names_alike(node: Node, username: str) -> None:
    add(node)
    waits = []
    for _ in range(20):
        code, seconds = refused(node, username, "wrong-password")
        waits += [seconds] if code == "wait" else []
        node.pass_time(seconds=seconds)

    assert waits == [2, 4, 8, 16, 32, 42, 42, 42]


def test_while_one_waits_the_right_password_does_not_help_and_afterwards_it_does(node: Node) -> None:
    add(node)
    for _ in range(4):
        refused(node, "olena", "wrong-password")

    assert refused(node, "olena", PASSWORD) == ("wait", 2)
    node.pass_time(seconds=2)
    assert sign_in(node.database, "olena", PASSWORD, CHEAP).username == "olena"
    assert refused(node, "olena", "wrong-password") == ("wrong_password", 0)


def test_one_name_s_failures_are_not_another_s(node: Node) -> None:
    add(node)
    for _ in range(5):
        with pytest.raises(SignInRefused):
            sign_in(node.database, "ihar", "wrong-password", CHEAP)

    assert sign_in(node.database, "olena", PASSWORD, CHEAP).username == "olena"


def test_names_that_were_mistyped_are_not_kept(node: Node) -> None:
    refused(node, "canary-name", "canary-password")

    with node.database.reading() as tx:
        kept = [dict(row) for row in tx.execute(storage.metadata.tables["sign_ins"].select()).mappings()]
    assert len(kept) == 1
    assert "canary" not in str(kept)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "too_short"),
        ("x" * 1001, "too_long"),
        ("tulip\0anchor-42", "not_text"),
        ("password1234", "too_common"),
        ("Qwertyuiop12", "too_common"),
        ("Пароль123456", "too_common"),  # noqa: RUF001 - Cyrillic is meant
        ("123456789012", "too_common"),
        ("йцукенгшщзхъ", "too_common"),
        ("aaaaaaaaaaaaaaaa", "too_common"),
        ("abababababab", "too_common"),
        ("olena2026!!!", "too_common"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(node: Node, password: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        add(node, password=password)

    assert refusal.value.errors == {"password": code}
    assert node.rows(staff) == []


@pytest.mark.parametrize("password", ["correct horse battery", "прабіраецца вожык", "ዐበበ በቂላ ሩጫ ድል ወርቅ"])
def test_length_is_all_that_is_asked_in_any_script(node: Node, password: str) -> None:
    add(node, password=password)

    assert sign_in(node.database, "olena", password, CHEAP).username == "olena"


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"username": "../root"}, {"username": "not_a_username"}),
        ({"username": ""}, {"username": "not_a_username"}),
        ({"username": "a" * 61}, {"username": "not_a_username"}),
        ({"role": "superuser"}, {"role": "unknown_code"}),
        ({"role": ""}, {"role": "needed"}),
        ({"display_name": " "}, {"display_name": "needed"}),
        ({"email": "nobody"}, {"email": "not_an_email_address"}),
        ({"email": "a@b\nBcc: c@d"}, {"email": "not_an_email_address"}),
        ({"language": "de"}, {"language": "unknown_code"}),
    ],
)
def test_a_member_of_staff_that_cannot_be_is_refused(
    node: Node, changes: dict[str, Any], errors: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refusal:
        add(node, **changes)

    assert refusal.value.errors == errors
    assert node.rows(staff) == []


def test_a_user_name_is_given_once(node: Node) -> None:
    add(node)

    with pytest.raises(Conflict, match="username_taken"):
        add(node, username="OLENA")


def test_a_token_acts_for_its_owner_and_only_its_hash_is_kept(node: Node) -> None:
    add(node)

    token = issue_token(node.database, "olena")

    assert holder_of_token(node.database, token) == Holder(Actor("olena", Role.CASE_WORKER, HERE, Via.API))
    for wrong in ("", token[:-1], token + "x", "\ud800", "' OR 1=1 --"):
        assert holder_of_token(node.database, wrong) is None
    [kept] = node.rows(api_tokens)
    assert token not in str(kept)


def test_nobody_who_has_left_gets_in(node: Node) -> None:
    add(node)
    token = issue_token(node.database, "olena")
    leaves(node)

    assert holder_of_token(node.database, token) is None
    assert find_staff(node.database, "olena") is None
    assert refused(node, "olena", PASSWORD) == ("wrong_password", 0)
    with pytest.raises(NotFound):
        issue_token(node.database, "olena")
    with pytest.raises(NotFound):
        issue_token(node.database, "nobody")


def test_the_web_keeps_its_sessions_in_our_table(node: Node) -> None:
    sessions = Sessions(node.database, storage.metadata.tables["sessions"])
    token = sessions.begin("olena")

    assert sessions.username(token) == "olena"
    node.pass_time(minutes=16)
    assert sessions.username(token) is None

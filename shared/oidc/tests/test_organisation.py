"""Somebody comes in by a provider's word once, in the browser that began, and opens only what we say."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from shared.oidc.bindings import SubjectTaken, subject_sha256
from shared.oidc.errors import ProviderAway
from shared.oidc.organisation import BACK, NotLetIn
from shared.oidc.provider import LARGEST, LEFT_ALONE_FOR
from shared.oidc.tests.world import OURS, TABLES, World
from shared.sessions import HALF_LASTS
from shared.sign_ins import FREE_ATTEMPTS
from shared.testing.identity_provider import CLIENT, SECRET

MINUTE = timedelta(minutes=1)


def test_somebody_comes_back_as_who_they_are(world: World) -> None:
    came = world.signs_in()

    assert came.subject == subject_sha256(world.provider.issuer, "subject-1")
    assert (came.wanted, came.second_step, came.for_username) == ("/inbox", False, None)


def test_it_asks_for_a_code_with_everything_that_binds_the_answer(world: World) -> None:
    _token, address = world.begins()
    asked = dict(parse_qsl(urlsplit(address).query))

    assert address.startswith(f"{world.provider.issuer}/authorize?")
    assert asked["redirect_uri"] == OURS + BACK
    assert (asked["response_type"], asked["scope"], asked["client_id"]) == ("code", "openid", CLIENT)
    assert (asked["code_challenge_method"], asked["prompt"]) == ("S256", "login")
    values = [asked[name] for name in ("state", "nonce", "code_challenge")]
    again = dict(parse_qsl(urlsplit(world.begins()[1]).query))
    assert all(len(value) >= 43 for value in values)
    assert not set(values) & set(again.values())


def test_another_state_another_browser_and_a_second_time_are_refused(world: World) -> None:
    token, address = world.begins()
    with pytest.raises(NotLetIn, match="not_begun"):
        world.comes_back(token, address, state="of another sign-in")
    with pytest.raises(NotLetIn, match="not_begun"):
        world.comes_back(token, address)
    with pytest.raises(NotLetIn, match="not_begun"):
        world.comes_back("of another browser", world.begins()[1])
    token, address = world.begins()
    world.comes_back(token, address)
    with pytest.raises(NotLetIn, match="not_begun"):
        world.comes_back(token, address)


def test_whoever_takes_too_long_begins_again(world: World) -> None:
    token, address = world.begins()
    world.at += HALF_LASTS + timedelta(seconds=1)

    with pytest.raises(NotLetIn, match="not_begun"):
        world.comes_back(token, address)


def test_a_code_counts_once_and_for_the_browser_that_began(world: World) -> None:
    token, address = world.begins()
    answer = dict(parse_qsl(urlsplit(world.provider.sends_back(address)).query))
    world.organisation.come_back(token, answer)
    for _ in range(2):
        token, address = world.begins()
        state = dict(parse_qsl(urlsplit(address).query))["state"]
        with pytest.raises(NotLetIn, match="code"):
            world.organisation.come_back(token, {"code": answer["code"], "state": state})
        answer = dict(parse_qsl(urlsplit(world.provider.sends_back(world.begins()[1])).query))


def test_a_no_of_the_provider_and_an_answer_of_another_are_refused(world: World) -> None:
    token, address = world.begins()
    with pytest.raises(NotLetIn, match="other_provider"):
        world.comes_back(token, address, iss="https://other.example")
    world.provider.refuses = True

    assert world.refusal() == "denied"


def test_a_sign_in_there_of_long_ago_is_not_fresh(world: World) -> None:
    world.provider.claims = {"auth_time": int(world.at.timestamp()) - 3600}
    assert world.refusal() == "auth_time"

    world.organisation = world.made(oidc_prompt="as_provider")
    assert world.signs_in()


@pytest.mark.parametrize(
    ("claims", "counts"),
    [
        ({}, False),
        ({"amr": ["pwd"], "acr": "one"}, False),
        ({"amr": ["pwd", "mfa"]}, True),
        ({"acr": "two"}, True),
        ({"acr": "mfa", "amr": ["two"]}, False),
        ({"acr": ["two"]}, False),
    ],
)
def test_the_second_step_there_counts_if_it_is_listed(
    world: World,
    claims: dict[str, Any],
    counts: bool,  # noqa: FBT001 - a case of the table
) -> None:
    world.provider.claims = claims
    assert world.signs_in().second_step is False

    world.organisation = world.made(oidc_acr="two three", oidc_amr="mfa hwk")
    assert world.signs_in().second_step is counts
    assert "acr_values=two+three" in world.begins()[1].replace("%20", "+")


def test_a_provider_that_is_away_is_left_alone_for_a_moment(world: World) -> None:
    world.provider.is_away = True

    assert [world.is_away(), world.is_away()] == ["no_object", "was_away"]
    world.provider.is_away = False
    world.at += LEFT_ALONE_FOR
    assert world.signs_in()


def test_a_provider_that_goes_away_meanwhile(world: World) -> None:
    token, address = world.begins()
    world.provider.is_away = True

    with pytest.raises(ProviderAway, match="HTTPError"):
        world.comes_back(token, address)


def test_a_provider_where_nobody_listens(world: World) -> None:
    world.organisation = world.made(oidc_issuer="http://127.0.0.1:9/realm")

    assert world.is_away() == "ConnectionError"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"issuer": "https://other.example"}, "other_issuer"),
        ({"token_endpoint": "http://provider.example/token"}, "unsafe_address"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "unsafe_address"),
        ({"jwks_uri": None}, "unsafe_address"),
        ({"padding": "." * LARGEST}, "ContentDecodingError"),
    ],
)
def test_what_a_provider_must_not_say_of_itself(world: World, said: dict[str, Any], code: str) -> None:
    world.provider.said = said

    assert world.is_away() == code


def test_no_redirect_is_followed_and_the_secret_goes_nowhere_else(world: World) -> None:
    world.provider.redirects_to = f"{world.provider.issuer}/elsewhere"

    assert world.is_away() == "ValueError"
    assert "/realm/elsewhere" not in world.provider.asked


def test_a_secret_can_go_in_the_body_where_the_provider_takes_no_other_way(world: World) -> None:
    world.provider.said = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert world.signs_in()

    assert world.provider.posted[-1]["client_secret"] == SECRET


def test_nothing_of_a_sign_in_is_kept_in_the_clear(world: World) -> None:
    token, address = world.begins()
    asked = dict(parse_qsl(urlsplit(address).query))
    with world.database.reading() as tx:
        kept = str(tx.execute(TABLES.begun.select()).all())

    assert not [value for value in (token, asked["state"], asked["nonce"], "/inbox") if value in kept]


def test_an_account_opens_only_whose_it_was_said_to(world: World) -> None:
    came = world.signs_in()
    with pytest.raises(NotLetIn, match="unbound"):
        world.organisation.owner(came.subject)
    world.organisation.bindings.bind("vera", came.subject)
    assert world.organisation.owner(came.subject) == "vera"
    with pytest.raises(SubjectTaken):
        world.organisation.bindings.bind("ivan", came.subject)

    world.organisation.bindings.bind("vera", "f" * 64)
    with pytest.raises(NotLetIn, match="unbound"):
        world.organisation.owner(came.subject)


def test_attempts_are_slowed_as_with_a_password_and_forgotten_by_success(world: World) -> None:
    subject = world.signs_in().subject
    for _ in range(FREE_ATTEMPTS + 1):
        with pytest.raises(NotLetIn, match="unbound"):
            world.organisation.owner(subject)
    with pytest.raises(NotLetIn) as refused:
        world.organisation.owner(subject)
    assert (refused.value.code, refused.value.seconds) == ("wait", 2)
    world.at += MINUTE
    world.organisation.bindings.bind("vera", subject)
    world.organisation.owner(subject)
    world.organisation.succeeded(subject)
    assert [world.organisation.owner(subject) for _ in range(FREE_ATTEMPTS)] == ["vera"] * FREE_ATTEMPTS

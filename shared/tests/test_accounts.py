"""What an administrator does to an account has its effect at once and on nobody else's."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Boolean, Column, String, Table, insert, select, update

from shared.accounts import Accounts
from shared.api_tokens import ApiToken, Holder, Terms, TokenEnded, add_token_table, owner
from shared.database import Database, new_metadata
from shared.oidc.tables import add_oidc_tables
from shared.passwords import PasswordRefused, matches
from shared.second_factor_tables import add_second_factor_tables
from shared.second_factors import SecondFactors
from shared.sessions import Sessions, add_session_table
from shared.sign_ins import add_sign_in_table

METADATA = new_metadata()
STAFF = Table(
    "staff",
    METADATA,
    Column("username", String(60), primary_key=True),
    Column("password_hash", String(200)),
    Column("active", Boolean),
)
SESSIONS, HALF = add_session_table(METADATA), add_session_table(METADATA, "half_sign_ins")
FACTORS, ATTEMPTS = add_second_factor_tables(METADATA), add_sign_in_table(METADATA)
ELSEWHERE, TOKENS = add_oidc_tables(METADATA), add_token_table(METADATA)
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
OLD, NEW = "harbour lamp seven rivers", "tulip anchor forty-two"


class World:
    """Vera and Ivan, both signed in, both with a second factor."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.database = Database("sqlite://", clock=lambda: self.at)
        METADATA.create_all(self.database.engine)
        self.noted: list[str] = []
        tables = (STAFF, SESSIONS, HALF, FACTORS, ELSEWHERE, TOKENS)
        self.accounts = Accounts(self.database, *tables, note=lambda _tx, what, _who: self.noted.append(what))
        self.factors = SecondFactors(self.database, FACTORS, ATTEMPTS, key="k" * 32)
        for username in ("vera", "ivan"):
            self._add(username)

    def holder(self, token: str) -> Holder | None:
        with self.database.reading() as tx:
            return owner(tx, TOKENS, token)

    def owner(self, token: str) -> str | None:
        holder = self.holder(token)
        return holder.by if holder else None

    def _add(self, username: str) -> None:
        with self.database.transaction() as tx:
            row = {"username": username, "password_hash": CHEAP.hash(OLD), "active": True}
            tx.execute(insert(STAFF).values(row))
        secret = self.factors.offer(username, username).secret
        self.factors.set_up(username, username, pyotp.TOTP(secret).at(self.at))
        for table in (SESSIONS, HALF):
            Sessions(self.database, table).begin(username)

    def sessions(self) -> list[str]:
        with self.database.reading() as tx:
            found = [tx.execute(select(table.c.username)).scalars() for table in (SESSIONS, HALF)]
            return sorted(name for names in found for name in names)

    def opens_with(self, username: str) -> str:
        with self.database.reading() as tx:
            kept = tx.execute(select(STAFF.c.password_hash).where(STAFF.c.username == username)).scalar_one()
        return next(password for password in (OLD, NEW) if matches(CHEAP, kept, password))

    def link(self, *, second_factor_lost: bool = False) -> str:
        token = self.accounts.recovery_link("vera", second_factor_lost=second_factor_lost)
        assert token is not None
        return token


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    with closing(world.database):
        yield world


def test_a_link_brings_a_new_password_and_ends_all_that_was_before(world: World) -> None:
    token = world.link()
    assert world.accounts.owner_of_link(token) == "vera"

    assert world.accounts.recover(token, NEW, CHEAP) == "vera"

    assert (world.opens_with("vera"), world.opens_with("ivan")) == (NEW, OLD)
    assert world.sessions() == ["ivan", "ivan"]


def test_a_link_leads_nobody_past_the_second_factor(world: World) -> None:
    codes = world.factors.recovery_codes_left("vera")
    world.accounts.recover(world.link(), NEW, CHEAP)

    assert world.factors.is_set_up("vera")
    assert world.factors.recovery_codes_left("vera") == codes > 0
    assert "second_factor_reset" not in world.noted


def test_a_link_for_somebody_who_has_lost_it_forgets_the_second_factor(world: World) -> None:
    world.accounts.recover(world.link(second_factor_lost=True), NEW, CHEAP)

    assert (world.factors.is_set_up("vera"), world.factors.is_set_up("ivan")) == (False, True)
    assert world.factors.recovery_codes_left("vera") == 0
    assert world.noted[-2:] == ["second_factor_reset", "recovered"]


def test_a_link_from_before_links_could_keep_it_forgets_the_second_factor(world: World) -> None:
    token = world.link()
    with world.database.transaction() as tx:
        tx.execute(update(FACTORS.links).values(keeps_second_factor=None))
    world.accounts.recover(token, NEW, CHEAP)

    assert not world.factors.is_set_up("vera")


def test_another_password_ends_every_session_and_keeps_the_second_factor(world: World) -> None:
    world.accounts.change_password("vera", NEW, CHEAP)

    assert (world.opens_with("vera"), world.opens_with("ivan")) == (NEW, OLD)
    assert world.factors.is_set_up("vera")
    assert world.sessions() == ["ivan", "ivan"]
    with pytest.raises(PasswordRefused):
        world.accounts.change_password("vera", "short", CHEAP)
    assert world.opens_with("vera") == NEW


def test_a_link_works_once(world: World) -> None:
    token = world.link()
    world.accounts.recover(token, NEW, CHEAP)

    assert world.accounts.owner_of_link(token) is None
    assert world.accounts.recover(token, OLD, CHEAP) is None
    assert world.opens_with("vera") == NEW


def test_a_link_works_for_an_hour(world: World) -> None:
    token = world.link()
    world.at += timedelta(hours=1)

    assert world.accounts.recover(token, NEW, CHEAP) is None
    assert world.opens_with("vera") == OLD


def test_a_newer_link_ends_the_one_before(world: World) -> None:
    first, second = world.link(), world.link()

    assert world.accounts.owner_of_link(first) is None
    assert world.accounts.owner_of_link(second) == "vera"


def test_a_password_that_is_refused_leaves_everything_as_it_was(world: World) -> None:
    token = world.link()

    with pytest.raises(PasswordRefused):
        world.accounts.recover(token, "password1234", CHEAP)

    assert world.opens_with("vera") == OLD
    assert world.factors.is_set_up("vera")
    assert len(world.sessions()) == 4
    assert world.accounts.recover(token, NEW, CHEAP) == "vera"


def test_somebody_who_is_let_in_no_longer_is_out_at_once_and_no_link_helps(world: World) -> None:
    token = world.link()

    assert world.accounts.set_active("vera", active=False)

    assert world.sessions() == ["ivan", "ivan"]
    assert world.accounts.recovery_link("vera") is None
    assert world.accounts.owner_of_link(token) is None
    assert world.accounts.recover(token, NEW, CHEAP) is None
    assert not world.accounts.reset_second_factor("vera")
    assert world.accounts.set_active("vera", active=True)
    assert world.opens_with("vera") == OLD


def test_a_forgotten_second_factor_leaves_the_password(world: World) -> None:
    assert world.accounts.reset_second_factor("vera")

    assert not world.factors.is_set_up("vera")
    assert world.opens_with("vera") == OLD
    assert world.sessions() == ["ivan", "ivan"]


def test_nobody_is_helped_who_is_not_there(world: World) -> None:
    assert world.accounts.recovery_link("nobody") is None
    assert not world.accounts.reset_second_factor("nobody")
    assert not world.accounts.set_active("nobody", active=True)
    assert world.accounts.recover("invented", NEW, CHEAP) is None


def test_a_token_opens_something_until_its_end_and_then_says_so(world: World) -> None:
    token, kept = issued(world, lasts=timedelta(days=2))

    assert (kept.username, kept.ends_at - world.at) == ("vera", timedelta(days=2))
    world.at += timedelta(days=2) - timedelta(seconds=1)
    assert world.owner(token) == "vera"
    world.at += timedelta(seconds=1)
    with pytest.raises(TokenEnded):
        world.owner(token)
    assert world.owner(token + "x") is None


def test_a_revoked_token_opens_nothing_and_the_others_do(world: World) -> None:
    token, kept = issued(world)
    other, _ = issued(world, purpose="case system")

    assert world.accounts.revoke_token(kept.id) == kept
    assert (world.owner(token), world.owner(other)) == (None, "vera")
    assert [one.purpose for one in world.accounts.list_tokens()] == ["case system"]
    assert world.accounts.revoke_token(kept.id) is None
    assert world.accounts.revoke_token("%") is None


def test_a_token_may_be_one_that_only_reads(world: World) -> None:
    token, kept = issued(world, reads_only=True)
    other, _ = issued(world)

    assert world.holder(token) == Holder("vera", reads_only=True)
    assert world.holder(other) == Holder("vera", reads_only=False)
    assert [one.reads_only for one in world.accounts.list_tokens() if one.id == kept.id] == [True]


def test_one_of_before_does_all_that_its_owner_does(world: World) -> None:
    token, _ = issued(world, reads_only=True)
    with world.database.transaction() as tx:
        tx.execute(TOKENS.update().values(reads_only=None))

    assert world.holder(token) == Holder("vera", reads_only=False)
    assert [one.reads_only for one in world.accounts.list_tokens()] == [False]


def test_nobody_gets_a_token_who_is_not_there(world: World) -> None:
    world.accounts.set_active("vera", active=False)
    assert world.accounts.issue_token("vera") is None
    assert world.accounts.issue_token("nobody") is None


def test_what_is_kept_of_a_token_opens_nothing(world: World) -> None:
    token, kept = issued(world)
    assert token not in str(kept)
    assert world.owner(kept.id) is None


def issued(world: World, **how: Any) -> tuple[str, ApiToken]:
    made = world.accounts.issue_token("vera", Terms(**how))
    assert made
    return made

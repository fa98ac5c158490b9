"""A code counts once, a recovery code counts once, and a stolen database gives neither."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from math import log2

import pyotp
import pytest

from shared.database import Database, Transaction, new_metadata
from shared.kept_secrets import Unreadable, protect, reveal
from shared.second_factor_tables import Link, add_second_factor_tables, find_link, forget, make_link, use_link
from shared.second_factors import LETTERS, STEP, CodeRefused, SecondFactors
from shared.sign_ins import add_sign_in_table

METADATA = new_metadata()
TABLES = add_second_factor_tables(METADATA)
ATTEMPTS = add_sign_in_table(METADATA)
KEY = "k" * 32


class World:
    """Somebody called vera, and a clock that is told the time."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.database = Database("sqlite://", clock=lambda: self.at)
        METADATA.create_all(self.database.engine)
        self.factors = SecondFactors(self.database, TABLES, ATTEMPTS, key=KEY)
        self.secret = ""

    def enrols(self) -> list[str]:
        self.secret = self.factors.offer("a token", "vera").secret
        codes = self.factors.set_up("a token", "vera", self.code())
        self.passes(seconds=STEP)
        return codes

    def code(self, *, steps: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(self.at, counter_offset=steps)

    def passes(self, **time: float) -> None:
        self.at += timedelta(**time)

    def refuses(self, code: str) -> int:
        with pytest.raises(CodeRefused) as refusal:
            self.factors.check("vera", code)
        return refusal.value.wait

    def kept(self) -> str:
        with self.database.reading() as tx:
            return str([tx.execute(table.select()).all() for table in METADATA.sorted_tables])


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    with closing(world.database):
        yield world


def test_the_app_s_code_of_this_moment_is_taken(world: World) -> None:
    world.enrols()

    world.factors.check("vera", world.code())


def test_a_code_counts_once(world: World) -> None:
    world.enrols()
    used = world.code()
    world.factors.check("vera", used)

    assert world.refuses(used) == 0
    world.passes(seconds=STEP)
    assert world.refuses(used) == 0
    world.factors.check("vera", world.code())


def test_the_code_that_set_it_up_does_not_count_again(world: World) -> None:
    secret = world.factors.offer("a token", "vera").secret
    code = pyotp.TOTP(secret).at(world.at)
    world.factors.set_up("a token", "vera", code)

    assert world.refuses(code) == 0


def test_a_code_of_before_the_last_one_is_past(world: World) -> None:
    world.enrols()
    before = world.code(steps=-1)
    world.factors.check("vera", world.code())

    assert world.refuses(before) == 0


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_telephone_s_clock_may_be_half_a_minute_wrong(world: World, steps: int, *, taken: bool) -> None:
    world.enrols()
    world.passes(minutes=5)

    if taken:
        world.factors.check("vera", world.code(steps=steps))
    else:
        assert world.refuses(world.code(steps=steps)) == 0


def test_spaces_between_the_digits_do_not_matter(world: World) -> None:
    world.enrols()

    world.factors.check("vera", f" {world.code()[:3]} {world.code()[3:]} ")


@pytest.mark.parametrize(
    "code", ["", "000000", "1" * 40, "٠١٢٣٤٥", "\ud800", "' OR 1=1", "AAAA-AAAA-AAAA-AAAA"]
)
def test_what_is_no_code_is_refused(world: World, code: str) -> None:
    world.enrols()
    assert code != world.code()

    assert world.refuses(code) == 0


def test_nobody_has_a_code_without_an_app(world: World) -> None:
    with pytest.raises(CodeRefused):
        world.factors.check("ivan", "123456")


def test_a_recovery_code_counts_once_however_it_is_typed(world: World) -> None:
    codes = world.enrols()
    assert len(set(codes)) == len(codes) == 8

    world.factors.check("vera", codes[0].lower().replace("-", " "))

    assert world.refuses(codes[0]) == 0
    assert world.factors.recovery_codes_left("vera") == 7
    world.factors.check("vera", codes[1])


def test_a_recovery_code_is_long_enough_for_a_plain_hash_of_it_to_be_kept(world: World) -> None:
    bits = {len(code.replace("-", "")) * log2(len(LETTERS)) for code in world.enrols()}
    assert min(bits) >= 112


def test_new_recovery_codes_take_the_place_of_those_before(world: World) -> None:
    before = world.enrols()

    after = world.factors.new_recovery_codes("vera", before[0])

    assert world.refuses(before[1]) == 0
    world.factors.check("vera", after[0])
    with pytest.raises(CodeRefused):
        world.factors.new_recovery_codes("vera", "000000")


def test_guessing_codes_takes_longer_and_longer(world: World) -> None:
    world.enrols()
    waits = []
    for _ in range(20):
        seconds = world.refuses("nonsense")
        waits += [seconds] if seconds else []
        world.passes(seconds=seconds)

    assert waits == [2, 4, 8, 16, 32, 42, 42, 42]
    world.passes(seconds=42)
    world.factors.check("vera", world.code())
    assert world.refuses("nonsense") == 0


def test_while_one_waits_the_right_code_does_not_help(world: World) -> None:
    world.enrols()
    for _ in range(4):
        world.refuses("nonsense")

    assert world.refuses(world.code()) == 2


def test_an_offer_is_the_same_for_one_sign_in_and_another_for_the_next(world: World) -> None:
    first = world.factors.offer("a token", "vera")

    assert world.factors.offer("a token", "vera") == first
    assert world.factors.offer("another token", "vera") != first
    assert first.address == f"otpauth://totp/Throughline:vera?secret={first.secret}&issuer=Throughline"
    assert first.secret not in repr(first)


def test_what_another_sign_in_was_offered_sets_nothing_up(world: World) -> None:
    watched = world.factors.offer("a thief's token", "vera").secret
    world.factors.offer("a token", "vera")

    with pytest.raises(CodeRefused):
        world.factors.set_up("a token", "vera", pyotp.TOTP(watched).at(world.at))

    assert not world.factors.is_set_up("vera")


def test_a_second_factor_is_replaced_by_nobody_who_only_has_the_password(world: World) -> None:
    late = world.factors.offer("a thief's token", "vera").secret
    world.enrols()

    with pytest.raises(CodeRefused):
        world.factors.set_up("a thief's token", "vera", pyotp.TOTP(late).at(world.at))

    world.factors.check("vera", world.code())


def test_an_offer_that_nobody_took_is_forgotten(world: World) -> None:
    first = world.factors.offer("a token", "vera")
    world.passes(hours=1, seconds=1)

    assert world.factors.offer("a token", "vera") != first


def test_a_stolen_database_gives_neither_secrets_nor_codes(world: World) -> None:
    offered = world.factors.offer("another token", "ivan").secret
    codes = world.enrols()

    kept = world.kept()

    assert "vera" in kept
    assert not [secret for secret in (offered, world.secret, *codes) if secret in kept]
    assert not [code for code in codes if code.replace("-", "") in kept]


def test_under_another_key_the_app_counts_no_more_and_a_recovery_code_does(world: World) -> None:
    codes = world.enrols()
    world.factors = SecondFactors(world.database, TABLES, ATTEMPTS, key="another" * 5)

    assert world.refuses(world.code()) == 0
    world.factors.check("vera", codes[0])


def test_a_forgotten_second_factor_is_set_up_anew(world: World) -> None:
    codes = world.enrols()
    old = world.secret

    with world.database.transaction() as tx:
        forget(tx, TABLES, "vera")

    assert not world.factors.is_set_up("vera")
    assert world.refuses(pyotp.TOTP(old).at(world.at)) == world.refuses(codes[0]) == 0


def test_a_kept_secret_is_good_for_what_it_is_about_alone() -> None:
    kept = protect("secret", key=KEY, about="vera")

    assert reveal(kept, key=KEY, about="vera") == "secret"
    assert protect("secret", key=KEY, about="vera") != kept
    for key, about, damaged in (
        (KEY, "ivan", kept),
        ("x" * 32, "vera", kept),
        (KEY, "vera", kept[:-4] + "AAA="),
        (KEY, "vera", "?"),
    ):
        with pytest.raises(Unreadable):
            reveal(damaged, key=key, about=about)


def new_link(tx: Transaction) -> str:
    return make_link(tx, TABLES, "vera", keeps_second_factor=True)


def test_a_link_works_once_and_for_an_hour(world: World) -> None:
    with world.database.transaction() as tx:
        first, second = new_link(tx), new_link(tx)
        assert find_link(tx, TABLES, first) is None
        assert find_link(tx, TABLES, second) == Link("vera", keeps_second_factor=True)
        assert find_link(tx, TABLES, "invented") is None
        assert use_link(tx, TABLES, second) == Link("vera", keeps_second_factor=True)
        assert use_link(tx, TABLES, second) is None
        third = new_link(tx)
    assert third not in world.kept()
    world.passes(hours=1)
    with world.database.transaction() as tx:
        assert find_link(tx, TABLES, third) is None
        assert use_link(tx, TABLES, third) is None

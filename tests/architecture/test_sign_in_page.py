"""The page about signing in says what the code does."""

from datetime import timedelta

import pytest

from shared import passkeys, passwords, second_factor_tables, second_factors, sessions, sign_ins
from shared.oidc import id_token, provider
from shared.testing.tree import ROOT

PAGE = " ".join((ROOT / "docs" / "reference" / "sign-in.md").read_text("utf-8").split())
HASHER = passwords.HASHER
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SAID = [
    f"at least {passwords.SHORTEST} characters and at most {passwords.LONGEST}",
    f"fewer than {passwords.FEWEST_DIFFERENT} different letters, or fewer than {passwords.FEWEST_OWN} once",
    f"runs of {passwords.RUN} neighbours",
    " ".join(f"`{word}`" for word in passwords.WORDS),
    f"({HASHER.memory_cost // 1024} MiB, {HASHER.time_cost} rounds, {HASHER.parallelism} lanes)",
    f"There are {second_factors.RECOVERY_CODES} recovery codes of {second_factors.RECOVERY_LETTERS} letters",
    f"somebody may have {passkeys.MOST}",
    f"The first {sign_ins.FREE_ATTEMPTS} attempts",
    f"never longer than {sign_ins.LONGEST_WAIT} seconds",
    f"| a session without a request | {sessions.IDLE // MINUTE} minutes |",
    f"| a session in any case | {sessions.LONGEST // HOUR} hours |",
    f"times right but for {id_token.LEEWAY} seconds",
    f"good once, for {sessions.HALF_LASTS // MINUTE} minutes",
    f"given up after {provider.TIMEOUT[1]} seconds, and left alone for {provider.LEFT_ALONE_FOR.seconds};",
    f"| between the password and the second step | {sessions.HALF_LASTS // MINUTE} minutes |",
]


@pytest.mark.parametrize("said", SAID)
def test_it_says_what_the_code_does(said: str) -> None:
    assert said in PAGE


def test_the_times_that_it_says_in_words() -> None:
    assert second_factors.STEP == 30
    assert second_factors.APART == 1
    assert HOUR == second_factor_tables.LINK_LASTS == second_factors.OFFER_LASTS == sign_ins.FORGOTTEN_AFTER

"""What everybody tries is no password, however long it is."""

import pytest

from shared.passwords import PasswordRefused, accept_password, common_passwords


def refused(password: str) -> str:
    with pytest.raises(PasswordRefused) as why:
        accept_password(password, "olena")
    return why.value.code


@pytest.mark.parametrize("common", ["123qweasdzxc", "1q2w3e4r5t6y", "1Q2W3E4R5T6Y"])
def test_one_of_the_commonest_is_refused_in_any_case(common: str) -> None:
    assert refused(common) == "too_common"


def test_every_one_of_them_is_refused() -> None:
    assert len(common_passwords()) > 100
    assert {refused(common) for common in common_passwords()} == {"too_common"}


@pytest.mark.parametrize("own", ["harbour lamp seven rivers", "1q2w3e4r5t6y and a yellow door"])
def test_words_of_ones_own_are_taken(own: str) -> None:
    assert accept_password(own, "olena") == own

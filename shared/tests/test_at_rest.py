"""What is sealed at rest opens with its key, in its place, unchanged, and in no other way."""

import os

import pytest

from shared.at_rest import DataKey, StorageKeys, Unreadable, place

HERE, THERE = place("people.sealed", 1), place("people.sealed", 2)
TEXT = b'{"alias":"Bluebird"}'


def a_key() -> bytes:
    return os.urandom(32)


def flipped(cell: bytes, at: int) -> bytes:
    return cell[:at] + bytes([cell[at] ^ 1]) + cell[at + 1 :]


def test_a_cell_opens_in_its_place_and_shows_nothing() -> None:
    key = DataKey(a_key())

    cell = key.seal(TEXT, HERE)

    assert key.open(cell, HERE).rstrip() == TEXT
    assert b"Bluebird" not in cell
    assert key.seal(TEXT, HERE) != cell


@pytest.mark.parametrize("elsewhere", [THERE, place("people.counted", 1), place("referrals.sealed", 1)])
def test_a_cell_opens_nowhere_else(elsewhere: bytes) -> None:
    key = DataKey(a_key())

    with pytest.raises(Unreadable):
        key.open(key.seal(TEXT, HERE), elsewhere)


def test_every_changed_bit_is_noticed() -> None:
    key, keys = DataKey(a_key()), StorageKeys([a_key()])
    cell, kept = key.seal(TEXT, HERE), keys.seal(TEXT, HERE)

    for at in range(len(cell)):
        with pytest.raises(Unreadable):
            key.open(flipped(cell, at), HERE)
    for at in range(len(kept)):
        with pytest.raises(Unreadable):
            keys.open(flipped(kept, at), HERE)


@pytest.mark.parametrize("cell", [b"", b"\x01", b"\x01" + bytes(12), bytes(100)])
def test_what_is_no_cell_is_unreadable(cell: bytes) -> None:
    with pytest.raises(Unreadable):
        DataKey(a_key()).open(cell, HERE)
    with pytest.raises(Unreadable):
        StorageKeys([a_key()]).open(cell, HERE)


def test_the_length_of_a_cell_tells_little() -> None:
    key = DataKey(a_key())

    assert len({len(key.seal(b"x" * length, HERE)) for length in range(1, 65)}) == 1


def test_a_data_key_is_kept_sealed_and_opens_its_cells() -> None:
    raw = a_key()
    key, kept = StorageKeys([raw]).new_data_key(HERE)
    cell = key.seal(TEXT, THERE)

    assert StorageKeys([raw]).data_key(kept, HERE).open(cell, THERE).rstrip() == TEXT
    with pytest.raises(Unreadable):
        StorageKeys([raw]).data_key(kept, THERE)
    with pytest.raises(Unreadable):
        StorageKeys([a_key()]).data_key(kept, HERE)


def test_an_older_key_opens_and_the_newest_seals() -> None:
    older, newer = a_key(), a_key()
    before = StorageKeys([older]).seal(TEXT, HERE)
    both = StorageKeys([newer, older])

    assert both.open(before, HERE).rstrip() == TEXT
    assert StorageKeys([newer]).open(both.seal(TEXT, HERE), HERE).rstrip() == TEXT
    assert both.id == StorageKeys([newer]).id != StorageKeys([older]).id
    with pytest.raises(Unreadable):
        StorageKeys([newer]).open(before, HERE)


def test_a_blind_index_is_the_same_only_for_the_same_key_meaning_and_text() -> None:
    older, newer = a_key(), a_key()
    keys = StorageKeys([older])
    blind = keys.blind("alias", "bluebird")

    assert keys.blind("alias", "bluebird") == blind
    assert len({blind, keys.blind("phone", "bluebird"), keys.blind("alias", "bluebirds")}) == 3
    assert StorageKeys([newer]).blind("alias", "bluebird") != blind
    assert blind in StorageKeys([newer, older]).blinds("alias", "bluebird")


def test_without_a_key_there_is_nothing_to_seal_with() -> None:
    with pytest.raises(ValueError, match="no storage key"):
        StorageKeys([])

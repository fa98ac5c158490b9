"""What in a text could tell who somebody is: in every script, inflected, written apart; and what is left alone."""

from datetime import date

import pytest

from services.intake.domain.telltale import ADDRESS, KNOWN, NAME, NUMBER, Known, marks, pieces

MARIA = Known(
    names=("Мария", "Ковальская", "Павел", "მარიამ", "李雷"),
    places=("ул. Ленина 5, кв. 7, Гродно",),
    numbers=("+375 29 123-45-67",),
    codes=("K7QM-2XRD",),
    born=date(1990, 3, 12),
)


def marked(text: str, why: str, known: Known = MARIA) -> list[str]:
    return [words for words, reason in pieces(text, marks(text, known)) if reason == why]


@pytest.mark.parametrize(
    "form",
    [
        *("Мария", "марии", "МАРИЮ", "Марией", "Марыя", "Марії", "Марією", "Mariya", "Maria's", "mariia"),
        *("Ковальской", "Кавальская", "Kovalskaya", "Kovalska", "Павла", "Pavel", "Mariam", "მარიამმა"),
        *("Гродне", "Grodno", "Ленина", "Lenina"),
        *("8 (029) 123 45 67", "1234567", "٣٧٥٢٩١٢٣٤٥٦٧", "+375291234567"),
        *("12.03.1990", "1990-03-12", "12 March 1990", "12 сакавіка 1990", "12/3/90"),
        *("K7QM-2XRD", "k7qm 2xrd", "K7QM2XRD"),
    ],
)
def test_what_is_known_is_found_in_whatever_form(form: str) -> None:
    assert marked(f"what about {form}, then?", KNOWN) == [form]


def test_a_name_is_found_where_words_are_not_written_apart() -> None:
    assert marked("我們看見李雷了", KNOWN) == ["李雷"]


@pytest.mark.parametrize(
    "text",
    [
        "She needs shelter and a lawyer. What next?",
        "Ей 20 лет, маршрут и мармелад; марта не помню, парад.",
        "ul. and street and house and flat and city",
        "ул., дом, кв., область",
        "3 children, 2 rooms, level 4",
        "",
    ],
)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert marks(text, MARIA) == []


@pytest.mark.parametrize(
    ("text", "why", "found"),
    [
        ("She met Ivan Petrov.", NAME, ["Ivan", "Petrov"]),
        ("Ivan Petrov came.", NAME, ["Ivan", "Petrov"]),
        ("Она из Бреста", NAME, ["Бреста"]),
        ("call 80171234567", NUMBER, ["80171234567"]),
        ("passport AB1234567", NUMBER, ["1234567"]),
        ("in 2019 and on 3.4", NUMBER, ["2019", "3.4"]),
        ("write to a@b.example or https://t.example/x", ADDRESS, ["a@b.example", "https://t.example/x"]),
    ],
)
def test_what_looks_like_a_name_or_a_number_is_suspicious(text: str, why: str, found: list[str]) -> None:
    assert marked(text, why, Known()) == found


def test_a_short_name_is_found_where_it_stands_as_a_name() -> None:
    anna = Known(names=("Аня",))

    assert marked("мы видели Аню, any help", KNOWN, anna) == ["Аню"]


def test_the_pieces_are_the_text() -> None:
    text = "Мария и Ivan, 12.03.1990!\n"

    assert "".join(words for words, _ in pieces(text, marks(text, MARIA))) == text

"""Four languages, chosen by the person, right down to the form library's own sentences."""

from typing import Any

import pytest
from babel.support import Translations
from flask import Flask

from shared.schemas import codes, life, workbook
from shared.web import labels
from shared.web.languages import LANGUAGES

SIGN_IN = {"en": "Sign in", "ru": "Войти", "be": "Увайсці", "uk": "Увійти"}


@pytest.mark.parametrize(("language", "words"), SIGN_IN.items())
def test_the_browsers_language_is_spoken(visitor: Any, language: str, words: str) -> None:
    answer = visitor.get("/sign-in", headers={"Accept-Language": language})
    assert f'<html lang="{language}">' in answer.text
    assert f"<h1>{words}</h1>" in answer.text


def test_each_language_is_offered_by_its_own_name(visitor: Any) -> None:
    page = visitor.get("/sign-in").text
    assert all(f">{name}</button>" in page for name in LANGUAGES.values())


def test_the_persons_own_language_comes_before_the_browsers(signed_in: Any) -> None:
    assert '<html lang="be">' in signed_in.get("/", headers={"Accept-Language": "uk"}).text


def test_the_language_chosen_on_this_computer_comes_first_and_lasts(signed_in: Any) -> None:
    answer = signed_in.post("/language", language="uk", next="/")
    assert (answer.status_code, answer.location) == (303, "/")
    assert '<html lang="uk">' in signed_in.get("/").text


def test_a_language_that_is_not_spoken_changes_nothing(signed_in: Any) -> None:
    signed_in.post("/language", language="<x>", next="//evil.invalid")
    assert '<html lang="be">' in signed_in.get("/").text


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["Fill this in.", "Not a valid choice."]),
        ("be", ["Запоўніце гэта.", "Выберыце адзін з варыянтаў."]),
    ],
)
def test_the_form_librarys_sentences_are_translated_too(
    signed_in: Any, language: str, sentences: list[str]
) -> None:
    signed_in.post("/language", language=language)
    page = signed_in.post("/", name="", kind="z").text
    assert all(sentence in page for sentence in sentences)


def test_a_text_that_is_too_long_is_told_the_limit(signed_in: Any) -> None:
    signed_in.post("/language", language="ru")
    assert "не должно превышать 5" in signed_in.post("/", name="abcdef", kind="a").text


def test_what_is_wrong_stands_in_the_summary_and_at_the_field(signed_in: Any) -> None:
    signed_in.post("/language", language="en")
    page = signed_in.post("/", name="", kind="a").text
    assert '<a href="#name">Fill this in.</a>' in page
    assert 'aria-describedby="name-error"' in page
    assert 'id="name-error"' in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_published_code_has_words(app: Flask, language: str) -> None:
    published = {
        "state": life.State,
        "move": life.Move,
        "reason": life.REASONS,
        "urgency": codes.URGENCIES,
        "service_type": codes.SERVICE_TYPES,
        "gender": codes.GENDERS,
        "conclusion": workbook.CONCLUSIONS,
        "exploitation": workbook.EXPLOITATION,
        "need_state": (*workbook.NEED_STATES, "unmet"),
        "exploitation_type": (*workbook.EXPLOITATION, workbook.ANY),
        "means": (*workbook.PUBLISHED_MEANS, workbook.ANY),
        "sector": (*workbook.PUBLISHED_SECTORS, workbook.ANY),
        "recruiter": workbook.RECRUITERS,
        "case_state": (workbook.ACTIVE, *workbook.CLOSURE_REASONS),
        "activity": workbook.ACTIVITIES,
    }
    with app.test_request_context(headers={"Accept-Language": language}):
        app.preprocess_request()
        for kind, listed in published.items():
            assert set(listed) == set(labels.KINDS[kind])
            assert labels.label(kind, "unknown") != "unknown"


def test_countries_and_languages_are_called_by_their_names(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "uk"}):
        app.preprocess_request()
        assert (labels.country("BLR"), labels.language("amh")) == ("Білорусь", "амхарська")
        assert (labels.country("XYZ"), labels.language("xyz")) == ("XYZ", "xyz")


def test_catalogues_count_in_slavonic() -> None:
    from pathlib import Path

    from shared.web.languages import catalogue

    words = catalogue("be", (Path(labels.__file__).parent,))
    assert isinstance(words, Translations)
    sentence = "Too many attempts. Try again in %(num)d second."
    plural = "Too many attempts. Try again in %(num)d seconds."
    assert [words.ngettext(sentence, plural, n).split()[-1] for n in (1, 3, 5)] == [
        "секунду.",
        "секунды.",
        "секунд.",
    ]

"""The four languages: which one a page speaks, how people change it, and where the sentences come from."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from babel.dates import get_timezone, parse_pattern
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, redirect, request
from flask_babel import Babel, Domain, get_locale
from werkzeug.wrappers import Response

from shared.web.addresses import local_path
from shared.web.identity import public, who
from shared.web.labels import country, label
from shared.web.labels import language as language_name

LANGUAGES = {"en": "English", "ru": "Русский", "be": "Беларуская", "uk": "Українська"}  #: code → its own name
SOURCE = "en"  #: the language that the code itself speaks
COOKIE = "language"
HOST_COOKIE = f"__Host-{COOKIE}"  #: over TLS: no neighbour of the same domain can set it
MOMENT = parse_pattern("d MMM y, HH:mm")  #: how pages show one; some show hundreds
A_YEAR = 365 * 24 * 3600  #: seconds


def install(app: Flask, *, timezone: str, secure: bool) -> None:
    """Speak the reader's language, from the catalogues of this package and of the application's own."""
    Babel(app, default_locale=SOURCE, default_timezone=timezone, locale_selector=choose)
    domain = _Catalogues(Path(__file__).parent, Path(app.root_path))
    app.extensions["catalogues"] = domain
    app.before_request(domain.as_default)
    app.jinja_env.globals.update(languages=LANGUAGES, get_locale=get_locale)
    app.jinja_env.globals.update(label=label, country=country, language_name=language_name)
    zone = get_timezone(timezone)
    app.jinja_env.filters["moment"] = lambda at: MOMENT.apply(at.astimezone(zone), get_locale())

    @app.post("/language")
    @public
    def change_language() -> Response:
        response = redirect(local_path(request.form.get("next", "/")), code=303)
        language = request.form.get("language", "")
        if language in LANGUAGES:
            response.set_cookie(
                HOST_COOKIE if secure else COOKIE,
                language,
                max_age=A_YEAR,
                secure=secure,
                httponly=True,
                samesite="Strict",
            )
        return response


@contextmanager
def speaking(app: Flask, language: str) -> Iterator[None]:
    """Let the application say its sentences in a language while no browser asks, as for a command."""
    with app.test_request_context(headers={"Accept-Language": language}):
        app.extensions["catalogues"].as_default()
        yield


def choose() -> str:
    """The language chosen on this computer, else the person's own, else the browser's, else English."""
    chosen = request.cookies.get(HOST_COOKIE) or request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    person = who()
    if person is not None and person.language in LANGUAGES:
        return person.language
    return request.accept_languages.best_match(list(LANGUAGES)) or SOURCE


class _Catalogues(Domain):  # type: ignore[misc]
    """The sentences of several packages as one, read from their ``.po`` files without a build step."""

    def __init__(self, *packages: Path) -> None:
        super().__init__()
        self.packages = packages

    def get_translations(self) -> NullTranslations:
        """The catalogue of the language that this request speaks."""
        return catalogue(getattr(get_locale(), "language", SOURCE), self.packages)


@cache
def catalogue(language: str, packages: tuple[Path, ...]) -> NullTranslations:
    """The sentences of the packages in one language; later packages win. English needs none."""
    merged = NullTranslations()
    for package in packages:
        path = package / "translations" / language / "LC_MESSAGES" / "messages.po"
        if path.exists():
            found = _compiled(path)
            merged = merged.merge(found) if isinstance(merged, Translations) else found
    return merged


def _compiled(path: Path) -> Translations:
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source))
    compiled.seek(0)
    return Translations(fp=compiled)

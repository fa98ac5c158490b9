"""The only sentences that ever leave in words: fixed, translated, with a count and a link."""

import io
from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from shared.notices.saying import TEST, Saying

CATALOGUES = Path(__file__).parent / "translations"


def subject(saying: Saying) -> str:
    """What a glance at a telephone may show."""
    gettext = catalogue(saying.language).gettext
    if saying.sentence == TEST:
        return gettext("Throughline: a test")
    return gettext("Throughline: something waits for you")


def body(saying: Saying) -> str:
    """The whole mail: how much waits, and where."""
    gettext = catalogue(saying.language).gettext
    lines = (
        _first_line(saying),
        gettext("Open your inbox: %(link)s") % {"link": saying.link},
        gettext("This message was sent automatically. Please do not reply to it."),
    )
    return "\n\n".join(lines) + "\n"


def _first_line(saying: Saying) -> str:
    words = catalogue(saying.language)
    gettext, ngettext = words.gettext, words.ngettext
    if saying.sentence == TEST:
        return gettext("This is a test. Nothing waits for you.")
    sentence = ngettext(
        "%(num)d item waits in your inbox.", "%(num)d items wait in your inbox.", saying.count
    )
    return sentence % {"num": saying.count}


@cache
def catalogue(language: str) -> NullTranslations:
    """The sentences in one language, read from its ``.po`` file. English is what the code says."""
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source))
    compiled.seek(0)
    return Translations(fp=compiled)

"""The only sentences that ever leave in a mail: fixed, translated, with a count and a link."""

import io
from functools import cache
from gettext import NullTranslations
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

CATALOGUES = Path(__file__).parent / "translations"


def subject(language: str) -> str:
    """What a glance at a telephone may show."""
    gettext = catalogue(language).gettext
    return gettext("Throughline: something waits for you")


def body(language: str, *, count: int, link: str) -> str:
    """The whole mail: how much waits, and where."""
    words = catalogue(language)
    gettext, ngettext = words.gettext, words.ngettext
    lines = (
        ngettext("%(num)d item waits in your inbox.", "%(num)d items wait in your inbox.", count)
        % {"num": count},
        gettext("Open your inbox: %(link)s") % {"link": link},
        gettext("This message was sent automatically. Please do not reply to it."),
    )
    return "\n\n".join(lines) + "\n"


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

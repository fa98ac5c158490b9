"""Who did what, in a browser: a case worker sees who looked, an auditor everything; hub and partners witness it."""

import pytest

from shared.polling import poll_until
from tests.e2e.conftest import Visit, Visitor
from tests.e2e.test_pages import LANGUAGES, A, look
from tests.network import SOON

WITNESSES = {"en": "the hub", "ru": "центральный узел", "be": "цэнтральны вузел", "uk": "центральний вузол"}
PERSON = "main a[href^='/people/']:not([href$='/new'])"


def _witnessed(auditor: Visitor, language: str) -> bool:
    return all(
        auditor.goes_to("/audit").sees(who)
        for who in (WITNESSES[language], "Legal Aid Centre", "Open Door Clinic")
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_auditor_sees_who_looked_and_who_witnesses_it(visit: Visit, language: str) -> None:
    worker = visit(A, language=language).signs_in("alena").speaks(language)
    look(worker.goes_to("/people").presses(PERSON))
    person = worker.page.url.rpartition("/")[2]
    auditor = (
        visit(A, language=language, scripts=language == "en").signs_in("harbour-auditor").speaks(language)
    )

    poll_until(lambda: _witnessed(auditor, language), seconds=SOON, what="three witnesses")
    auditor.fills(record=person).presses("main form[method=get] [type=submit]")

    assert auditor.sees("Alena, case worker")
    assert auditor.sees(person[-8:])
    assert not [address for address in auditor.asked if not address.startswith(auditor.url)]
    seen = visit(A, language=language, width=390 if language == "ru" else 1280).signs_in("harbour-auditor")
    look(seen.speaks(language).goes_to(f"/audit?record={person}"))
    look(seen.goes_to("/audit?record=Stork"))
    look(seen.goes_to("/audit"))

"""Somebody says how to be told, and sees the inbox's count change while the page stays open; or without scripts."""

import re

import pytest

from shared.polling import poll_until
from tests.e2e.conftest import Visit, Visitor
from tests.e2e.test_pages import LANGUAGES, A, look
from tests.network import SOON, Network

B = "legal-aid-centre"


def count(visitor: Visitor) -> int:
    """As the page shows it beside the inbox."""
    found = re.search(r"\d+", visitor.page.inner_text("[data-unread]"))
    return int(found[0]) if found else 0


def arrives(network: Network) -> None:
    sender = network.node(A)
    sent = sender.refer(sender.case([B]), B)
    network.node(B).sees(sent["id"], "delivered")


@pytest.mark.parametrize("language", LANGUAGES)
def test_somebody_says_how_to_be_told(visit: Visit, language: str) -> None:
    visitor = visit(B, language=language, width=390 if language == "be" else 1280)
    visitor.signs_in("oksana").speaks(language)
    look(visitor.goes_to("/notices"))
    visitor.page.check("input[name=moved][value=never]")
    look(visitor.presses("main form.questions [type=submit]"))
    assert visitor.page.is_checked("input[name=moved][value=never]")
    visitor.page.check("input[name=moved][value=instant]")
    visitor.presses("main form.questions [type=submit]")


def test_the_count_changes_while_the_page_stays_open(visit: Visit, network: Network) -> None:
    visitor = visit(B).signs_in("oksana").goes_to("/inbox")
    before, loaded = count(visitor), len(visitor.asked)
    arrives(network)
    poll_until(lambda: _waits(visitor, before + 1), seconds=SOON, what="the count to change")
    assert visitor.page.is_visible("[data-changed]")
    assert not [address for address in visitor.asked[loaded:] if "/inbox/unread" not in address]
    look(visitor)


def _waits(visitor: Visitor, number: int) -> bool:
    visitor.page.wait_for_timeout(100)  # lets the page's own events come
    return count(visitor) == number


def test_without_scripts_the_page_has_the_count_and_a_link_to_look_again(
    visit: Visit, network: Network
) -> None:
    visitor = visit(B, scripts=False).signs_in("oksana").goes_to("/inbox")
    before = count(visitor)
    arrives(network)
    visitor.presses("main .page-head a[href='/inbox']")
    assert count(visitor) == before + 1
    assert not visitor.page.is_visible("[data-changed]")

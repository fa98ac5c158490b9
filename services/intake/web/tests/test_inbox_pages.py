"""The inbox of an organisation that has much to do stays readable."""

import re
from html import unescape

import pytest

from services.intake.usecases import referrals
from services.intake.web.tests.site import Site
from services.intake.web.tests.visitors import Browser, words
from shared.schemas.life import Move

MANY = 7


def test_a_few_are_shown_and_the_others_lie_behind_a_fold(site: Site, worker: Browser) -> None:
    for number in range(MANY):
        site.node.received(case_reference=f"AAAA-000{number}")
    page = worker.text("/inbox")
    before, fold = page.split('<details class="fold">')
    assert [number for number in range(MANY) if f"AAAA-000{number}" in before] == [0, 1, 2, 3, 4]
    assert "The others 2" in words(worker.get("/inbox"))
    assert fold.split("</details>")[0].count("AAAA-000") == MANY - 5


def test_what_is_overdue_stands_first_and_hides_nothing_new(site: Site, worker: Browser) -> None:
    late = [site.node.received(case_reference=f"BBBB-000{number}") for number in range(MANY)]
    for number in range(MANY):
        site.node.received(case_reference=f"AAAA-000{number}")
    for referral in late:
        site.overdue(referral, ours=False)
    waiting = worker.text("/inbox").split('id="waiting"')[1].split("</section>")[0]
    shown, folded = waiting.split("<details")
    assert shown.count("BBBB-000") == MANY
    assert shown.rindex("BBBB-000") < shown.index("AAAA-0000")
    assert folded.count("AAAA-000") == MANY - 5


def test_contents_name_what_there_is_once_there_is_more_than_one_thing(site: Site, worker: Browser) -> None:
    site.node.received()
    assert 'class="contents"' not in worker.text("/inbox")
    sent = site.node.sends()
    site.moved(sent.id, Move.DELIVER, Move.ACKNOWLEDGE, Move.ACCEPT)
    contents = worker.text("/inbox").split('class="contents"')[1].split("</nav>")[0]
    assert 'href="#waiting"' in contents
    assert 'href="#answers"' in contents
    assert "#silent" not in contents


def test_a_pause_is_never_the_button_that_stands_out(site: Site, worker: Browser) -> None:
    came = site.node.received()
    site.moved(came, Move.DELIVER, Move.ACCEPT, Move.START, ours=False)
    first = worker.text(f"/referrals/{came}").split('class="btn btn-primary"')[1]
    assert first.split('"')[1].endswith("/moves/complete")


@pytest.mark.parametrize(
    ("address", "onward", "bound"),
    [("/inbox/waiting", "Due later", "IN_A_SECTION"), ("/referrals?direction=in", "Older ones", "AT_ONCE")],
)
def test_what_does_not_fit_is_a_page_further(
    site: Site, worker: Browser, monkeypatch: pytest.MonkeyPatch, address: str, onward: str, bound: str
) -> None:
    monkeypatch.setattr(referrals, bound, 3)
    for number in range(MANY):
        site.node.received(case_reference=f"AAAA-000{number}")
    seen = []
    while address:
        page = worker.text(address)
        seen.append(re.findall("AAAA-000[0-9]", page))
        further = re.findall(f'href="([^"]*)">{onward}', page)
        address = unescape(further[0]) if further else ""
    assert [len(page) for page in seen] == [3, 3, 1]
    assert len({reference for page in seen for reference in page}) == MANY

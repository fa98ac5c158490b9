"""Every page in every language: no sentence of another language, and dates and numbers as that language has them."""

import re

import pytest

from services.intake.domain import Need
from services.intake.storage.tables import needs
from services.intake.tests.node import HERE, THERE, WORKER, moved_on
from services.intake.usecases.cases import add_need
from services.intake.web.tests.site import NAMES, OFFERS, Site
from services.intake.web.tests.visitors import Browser, words
from shared.schemas.life import Move

GIVEN = {
    "Throughline",
    "English",
    "Olena",
    "olena",
    "Sample",
    "Person",
    "Nowhere",
    "Needs a lawyer before the hearing.",
}
GIVEN |= {
    "Needs a bed.",
    *NAMES.values(),
    "Hrodna",
    "Minsk",
    *(o.name for offers in OFFERS.values() for o in offers),
}
REFERENCE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b|\bAB\b")
WHERE = {"urgency": "urgent", "to_org": THERE}
WHAT = {"fields": ["given_name"], "reason": "Sample", "safe_contact": "phone"}


def untranslated(page: str) -> list[str]:
    """Words in Latin letters that nobody gave."""
    for given in sorted(GIVEN, key=len, reverse=True):
        page = page.replace(given, " ")
    return re.findall(r"[A-Za-z]{2,}", REFERENCE.sub(" ", page))


@pytest.fixture
def full(site: Site) -> dict[str, str]:
    """A node in the middle of its work: the addresses of its pages."""
    person, case = site.node.has_case(
        gender="Woman", citizenship="UKR", languages=["ukr"], birth_date="2004-05-17"
    )
    need = add_need(site.node.database, case.id, "legal_assistance", "high", WORKER)
    add_need(site.node.database, case.id, "food", "low", WORKER)
    sent = site.node.sends(case)
    site.moved(sent.id, Move.DELIVER, Move.ASK_FOR_INFORMATION)
    site.overdue(sent.id)
    came, moving = site.node.received(), site.node.received()
    return pages(str(person.id), need, str(sent.id), str(came)) | crossed(site, str(moving))


def pages(person: str, need: Need, sent: str, came: str) -> dict[str, str]:
    case = f"/cases/{need.case_id}"
    return {
        "inbox": "/inbox",
        "people": "/people",
        "register": "/people/new",
        "person": f"/people/{person}",
        "consent": f"/people/{person}/consent",
        "withdraw": f"/people/{person}/consent/withdraw",
        "printed code": f"/people/{person}/code",
        "open a case": f"/people/{person}/cases/new",
        "case": case,
        **{name: f"{case}/{name}" for name in ("screening", "assessment", "factors", "own", "services/new")},
        "follow up": f"{case}/follow-ups/new",
        "plan a need": f"{case}/needs/{need.id}/plan",
        "give": f"{case}/needs/{need.id}/give",
        "reopen": f"{case}/reopen",
        "child": f"/people/{person}/child",
        "own fields": f"/people/{person}/own",
        "add a need": f"{case}/needs/new",
        "settle a need": f"{case}/needs/{need.id}/settle",
        "close": f"{case}/close",
        "choose a need": f"{case}/refer",
        "refer": f"{case}/needs/{need.id}/refer",
        "referrals": "/referrals",
        "sent": f"/referrals/{sent}",
        "answer": f"/referrals/{sent}/moves/answer",
        "received": f"/referrals/{came}",
        **{move: f"/referrals/{came}/moves/{move}" for move in ("acknowledge", "accept", "reject")},
        "forward": f"/referrals/{came}/forward",
        "directory": "/directory",
        "emergency": "/emergency",
        "account": "/account",
        "absent": "/referrals/00000000-0000-0000-0000-000000000000",
    }


def crossed(site: Site, moving: str) -> dict[str, str]:
    """A referral of which one move did not stand and another waits."""
    worker = site.browser()
    worker.send(f"/referrals/{moving}/moves/accept")
    [line] = [row for row in site.node.rows(needs.metadata.tables["moves"]) if row["move"] == "accept"]
    site.node.hears(*moved_on(line["referral_id"], THERE, HERE, Move.DELIVER, Move.ACKNOWLEDGE)[2:])
    site.refuses(line["referral_id"], line["move_id"], Move.ACCEPT, "acknowledged", Move.REJECT)
    worker.send(f"/referrals/{moving}/moves/reject", reason="no_capacity")
    return {"crossed": f"/referrals/{moving}"}


@pytest.mark.parametrize("language", ["ru", "be", "uk"])
def test_every_page_speaks_the_language_and_no_other(
    full: dict[str, str], worker: Browser, language: str
) -> None:
    worker.speaks(language)

    found = {name: untranslated(words(worker.get(address))) for name, address in full.items()}

    assert {name: strange for name, strange in found.items() if strange} == {}


@pytest.mark.parametrize("language", ["ru", "be", "uk"])
def test_refusals_and_the_pages_of_a_referral_speak_it_too(
    full: dict[str, str], worker: Browser, language: str
) -> None:
    worker.speaks(language)
    shown = [
        worker.send("/people/new", birth_date="2030-01-01", gender="1"),
        worker.send(full["consent"], organisations=["1"], fields=["1", "2"]),
        worker.send(full["add a need"]),
        worker.send(full["close"], reason="returned"),
        worker.send(full["refer"], go="what"),
        worker.send(full["refer"], go="what", **WHERE),
        worker.send(full["refer"], go="check", **WHERE, **WHAT),
        worker.send(full["reject"], reason="1"),
        worker.client.post("/people/new"),
        worker.send("/people", q="nobody"),
    ]

    assert [untranslated(words(page)) for page in shown] == [[]] * len(shown)


def test_english_is_what_the_code_says(full: dict[str, str], worker: Browser) -> None:
    assert "Waiting for our answer" in words(worker.get(full["inbox"]))
    assert untranslated(words(worker.get(full["inbox"])))


@pytest.mark.parametrize(
    ("language", "count", "day"),
    [
        ("en", "2 people found", "2 March 2026"),
        ("ru", "Найдено 2 человека", "2 марта 2026"),
        ("be", "Знойдзена 2 чалавекі", "2 сакавіка 2026"),
        ("uk", "Знайдено 2 особи", "2 березня 2026"),
    ],
)
def test_counts_and_dates_follow_the_language(
    site: Site, worker: Browser, language: str, count: str, day: str
) -> None:
    for name in ("Stork", "Stork the second"):
        site.node.registers(alias=name)
    worker.speaks(language)

    page = words(worker.send("/people", q="stork"))

    assert count in page
    assert day in page


def test_changing_the_language_leads_back_to_the_page(full: dict[str, str], worker: Browser) -> None:
    form = worker.form(full["person"])

    response = worker.client.post("/language", data=form | {"language": "be", "next": full["person"]})

    assert response.location == full["person"]
    assert "Наступны крок" in words(worker.get(full["person"]))

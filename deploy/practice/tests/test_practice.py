"""A workshop: time passes, the others answer or stay silent, and everything is there to talk about afterwards."""

import re

import pytest

from deploy.practice.practice import Practice
from deploy.practice.tests.conftest import sends, worker
from services.intake.usecases.referrals import referral_page
from services.intake.web.tests.visitors import Browser, text, words
from shared.schemas.life import Move, State

BANNER = {
    "en": "Practice: everybody here is invented",
    "ru": "Учебный режим: все люди здесь вымышлены",
    "be": "Вучэбны рэжым: усе людзі тут прыдуманыя",
    "uk": "Навчальний режим: усі люди тут вигадані",
}
PAGES = ("/practice", "/practice/roles", "/practice/debriefing")


def stands(practice: Practice, referral_id: object) -> State:
    node = practice.plan.nodes[0]
    file = referral_page(practice.database(node), referral_id, worker(node))  # type: ignore[arg-type]
    return file.referral.shown_state


def test_the_facilitator_answers_for_the_others(practice: Practice) -> None:
    sent, there = sends(practice), practice.plan.nodes[1].org
    practice.tick()
    [waiting] = [one for one in practice.waiting() if one.referral.id == sent.id]
    assert waiting.answers == (Move.ACKNOWLEDGE, Move.ACCEPT, Move.REJECT, Move.ASK_FOR_INFORMATION)

    practice.answer(there, sent.id, "ask_for_information", "Which language?")
    assert stands(practice, sent.id) is State.INFORMATION_REQUESTED
    for org, referral_id, move in (
        (there, sent.id, "accept"),
        (there, sent.id, "forward"),
        (there, sent.id, ""),
        ("harbour-house", sent.id, "accept"),
    ):
        with pytest.raises(LookupError):
            practice.answer(org, referral_id, move, "")


def test_whoever_stays_silent_is_overdue_and_the_ladder_is_climbed(practice: Practice) -> None:
    sent, before = sends(practice), practice.clock()
    practice.tick()
    practice.pass_time(36)

    file = referral_page(practice.database(practice.plan.nodes[0]), sent.id, worker(practice.plan.nodes[0]))
    assert file.referral.overdue
    assert file.referral.rung not in (None, "assignee")
    assert before < practice.overdue[sent.id] < practice.clock()


def test_nobody_is_signed_out_by_the_facilitators_clock(practice: Practice, at_work: Browser) -> None:
    assert at_work.get("/inbox").status_code == 200
    practice.pass_time(24)
    assert at_work.get("/inbox").status_code == 200


def test_the_facilitators_pages_do_it(practice: Practice, facilitator: Browser) -> None:
    sent = sends(practice)
    practice.tick()
    before = practice.clock()
    token = facilitator.form("/practice")
    address = f"/practice/{practice.plan.nodes[1].org}/{sent.id}"

    assert facilitator.client.post(address, data=token | {"move": "reject"}).status_code == 303
    assert facilitator.client.post("/practice/clock", data=token | {"hours": "8"}).status_code == 303

    assert stands(practice, sent.id) is State.REJECTED
    assert (practice.clock() - before).total_seconds() >= 8 * 3600
    debriefing = words(facilitator.get("/practice/debriefing"))
    assert "What was shared: Alias" in debriefing
    assert "Legal Aid Centre (invented): rejected" in debriefing


@pytest.mark.parametrize(
    ("address", "said", "status"),
    [
        ("/practice/clock", {"hours": "-1"}, 422),
        ("/practice/clock", {"hours": "9999999999"}, 422),
        ("/practice/clock", {}, 422),
        ("/practice/nobody/00000000-0000-0000-0000-000000000000", {"move": "accept"}, 404),
    ],
)
def test_nonsense_is_refused(facilitator: Browser, address: str, said: dict[str, str], status: int) -> None:
    assert facilitator.client.post(address, data=facilitator.form("/practice") | said).status_code == status
    assert facilitator.client.post(address, data=said).status_code == 400


def test_its_pages_need_a_sign_in(facilitator: Browser) -> None:
    stranger = facilitator.client.application.test_client()
    assert all(stranger.get(page).status_code == 302 for page in PAGES)


@pytest.mark.parametrize("language", sorted(BANNER))
def test_every_page_says_that_it_is_practice(facilitator: Browser, at_work: Browser, language: str) -> None:
    facilitator.speaks(language)
    at_work.speaks(language)
    pages = [facilitator.get(page) for page in (*PAGES, "/", "/nowhere", "/account")]
    pages += [at_work.get(page) for page in ("/inbox", "/people", "/nowhere", "/account")]
    pages += [at_work.client.get("/look", headers={"Accept-Language": language})]

    assert [
        page.request.path for page in pages if page.status_code != 302 and BANNER[language] not in words(page)
    ] == []


@pytest.mark.parametrize("language", ["ru", "be", "uk"])
def test_the_facilitators_pages_speak_it(practice: Practice, facilitator: Browser, language: str) -> None:
    sends(practice)
    practice.tick()
    facilitator.speaks(language)
    for page in PAGES:
        said = re.sub(r"http://\S+|\(invented\)|Throughline|English", "", words(facilitator.get(page)))
        for node in practice.plan.nodes:
            said = said.replace(node.about.name.removesuffix(" (invented)"), "")
            for member in node.about.staff:
                said = said.replace(member.username, "")
        said = (
            said.replace("harbour lamp seven rivers", "")
            .replace("coordinator", "")
            .replace("Coordinator", "")
        )
        assert re.findall(r"[A-Za-z]{2,}", said) == [], page


def test_a_person_looks_with_a_code_on_paper(practice: Practice, at_work: Browser) -> None:
    sends(practice)
    practice.tick()
    at_work.speaks("en")
    person = re.findall(r'href="(/people/[0-9a-f-]{36})"', text(at_work.get("/people")))[0]
    wished = {"wished": "y", "language": "en", "shown": "help", "lasts": "7"}
    code = re.findall(r"[2-9A-Z]{4}(?:-[2-9A-Z]{4}){3}", text(at_work.send(f"{person}/code", **wished)))[0]

    holder = at_work.client.application.test_client()
    form = re.findall(r'name="form" value="([^"]+)"', holder.get("/look").get_data(as_text=True))[0]
    assert "They have it." in words(holder.post("/look", data={"code": code, "form": form}))

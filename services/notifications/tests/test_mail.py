"""What a mail says, and that a real server takes it."""

from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from services.notifications.settings import NotificationsSettings
from shared.notices.mail import MailChannel
from shared.notices.saying import TEST, AddressRefused, ChannelAway, Saying
from shared.ports import LOOPBACK, free_ports

VERA = "vera@lantern.invalid"
INBOX = "https://lantern.invalid/inbox"
REFUSED = "nobody@lantern.invalid"
BUSY = "busy@lantern.invalid"


class Taken:
    """What the server took; it knows one address that is not there, and one that is busy."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_RCPT(self, *given: Any) -> str:  # noqa: N802 - aiosmtpd's name
        _server, _session, envelope, address, _options = given
        if address in (REFUSED, BUSY):
            return "550 no such person here" if address == REFUSED else "450 later, please"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - likewise
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 taken"


@pytest.fixture
def taken() -> Taken:
    return Taken()


@pytest.fixture
def mailer(taken: Taken, settings: NotificationsSettings) -> Iterator[MailChannel]:
    [port] = free_ports(1)
    server = Controller(taken, hostname=LOOPBACK, port=port)
    server.start()
    yield MailChannel(replace(settings, smtp_port=port))
    server.stop()


def test_a_server_takes_the_mail(mailer: MailChannel, taken: Taken) -> None:
    mailer.tell(VERA, Saying(3, INBOX, "be"), message_id="a1")
    [mail] = taken.mails
    assert mail["To"] == "vera@lantern.invalid"
    assert mail["Subject"] == "Throughline: вас нешта чакае"
    assert "вас чакаюць 3 запісы" in mail.get_content()
    assert INBOX in mail.get_content()


def test_the_mail_asks_for_no_answer_and_names_no_machine(mailer: MailChannel, taken: Taken) -> None:
    mailer.tell(VERA, Saying(1, INBOX), message_id="a1")
    [mail] = taken.mails
    assert mail["From"] == "Throughline <post@mail.invalid>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == "<a1@mail.invalid>"
    assert mail["Reply-To"] is None
    assert mail.get_content_type() == "text/plain"


@pytest.mark.parametrize("language", ["en", "ru", "be", "uk"])
def test_two_mails_differ_only_in_count_and_language(mailer: MailChannel, language: str) -> None:
    said = [mailer.compose(VERA, Saying(count, INBOX, language), "a1").get_content() for count in (7, 8)]
    assert said[0].replace("7", "8") == said[1]


def test_plural_forms_are_right_in_every_language(mailer: MailChannel) -> None:
    said = [mailer.compose(VERA, Saying(count, INBOX, "ru"), "a1").get_content() for count in (1, 2, 5, 21)]
    endings = ("ждёт 1 запись", "ждут 2 записи", "ждут 5 записей", "ждёт 21 запись")
    assert [ending in text for ending, text in zip(endings, said, strict=True)] == [True] * 4


def test_an_address_that_is_not_there_is_known_as_such(mailer: MailChannel) -> None:
    with pytest.raises(AddressRefused):
        mailer.tell(REFUSED, Saying(1, INBOX), message_id="a1")


def test_an_address_that_is_busy_may_be_tried_again(mailer: MailChannel) -> None:
    with pytest.raises(OSError, match="busy"):
        mailer.tell(BUSY, Saying(1, INBOX), message_id="a1")


def test_a_server_that_is_away_is_known_as_such(settings: NotificationsSettings) -> None:
    [port] = free_ports(1)
    with pytest.raises(ChannelAway) as away:
        MailChannel(replace(settings, smtp_port=port)).tell(VERA, Saying(1, INBOX), message_id="a1")
    assert isinstance(away.value.__cause__, ConnectionRefusedError)


def test_a_server_without_tls_gets_no_mail_when_tls_is_asked_for(mailer: MailChannel, taken: Taken) -> None:
    careful = replace(mailer, settings=replace(mailer.settings, smtp_security="starttls"))
    with pytest.raises(ChannelAway):
        careful.tell(VERA, Saying(1, INBOX), message_id="a1")
    assert taken.mails == []


def test_a_test_says_that_nothing_waits(mailer: MailChannel) -> None:
    said = mailer.compose(VERA, Saying(0, INBOX, "uk", TEST), "a1")
    assert said["Subject"] == "Throughline: перевірка"
    assert "Це перевірка." in said.get_content()

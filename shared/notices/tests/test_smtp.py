"""Mail against a real server: TLS and passwords, refusals and patience, and a server that is away for hours."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.messaging.authority import Authority, keep, new_authority
from shared.notices.mail import MailChannel
from shared.notices.mail_check import REMEDIES, SAYS, Trial
from shared.notices.saying import AddressRefused, ChannelAway, Saying
from shared.notices.settings import MailSettings
from shared.notices.tests.smtp import MailServer, knows, serving, tls
from shared.ports import LOOPBACK
from shared.settings import Secret

VERA = "vera@lantern.example"
SAID = Saying(2, "https://node.example/inbox", "uk")


def settings(server: MailServer, **more: Any) -> MailSettings:
    known = {"smtp_host": "localhost", "smtp_security": "none", "mail_from": "post@mail.example"}
    return MailSettings(**known | {"smtp_port": server.port} | more)


def tell(server: MailServer, **more: Any) -> None:
    MailChannel(settings(server, **more)).tell(VERA, SAID, message_id="a1")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Authority]:
    folder = tmp_path_factory.mktemp("authority")
    made = new_authority(at=datetime.now(UTC))
    keep(made, folder / "ca.pem", folder / "ca.key")
    return folder / "ca.pem", made


def certificate(authority: tuple[Path, Authority], host: str, folder: Path) -> Any:
    return tls(*authority[1].sign(host, at=datetime.now(UTC)), folder)


@pytest.fixture(params=["starttls", "tls"])
def how(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def served(how: str, context: Any, **more: Any) -> Any:
    if how == "tls":
        return serving(ssl_context=context, **more)
    return serving(tls_context=context, require_starttls=True, **more)


def test_it_goes_through_tls_to_the_name_that_the_certificate_is_of(
    authority: Any, how: str, tmp_path: Path
) -> None:
    with served(how, certificate(authority, "localhost", tmp_path)) as server:
        tell(server, smtp_security=how, smtp_ca_file=str(authority[0]))
        assert len(server.mails) == 1


@pytest.mark.parametrize(("host", "wrong"), [("elsewhere.example", "name"), ("localhost", "authority")])
def test_a_wrong_certificate_gets_no_mail(
    authority: Any, how: str, tmp_path: Path, host: str, wrong: str
) -> None:
    with served(how, certificate(authority, host, tmp_path)) as server:
        ca_file = str(authority[0]) if wrong == "name" else ""
        with pytest.raises(ChannelAway):
            tell(server, smtp_security=how, smtp_ca_file=ca_file)
        [*_, last] = Trial(settings(server, smtp_security=how, smtp_ca_file=ca_file)).steps()
        assert (last.step, last.remedy) == ("speaks", REMEDIES[wrong])
        assert server.mails == []


@pytest.mark.parametrize("password", ["right", "wrong"])
def test_a_server_that_asks_for_a_password(authority: Any, tmp_path: Path, password: str) -> None:
    context = certificate(authority, "localhost", tmp_path)
    asks = {"authenticator": knows("notices", "right"), "auth_required": True}
    with served("starttls", context, **asks) as server:
        login = {"smtp_username": "notices", "smtp_password": Secret(password)}
        there = {"smtp_security": "starttls", "smtp_ca_file": str(authority[0])}
        steps = list(Trial(settings(server, **login, **there), VERA).steps())
        if password == "right":
            tell(server, **login, **there)
            assert [step.step for step in steps if step.well] == list(SAYS)
            assert server.mails[0]["Subject"] == "Throughline: a test"
            assert len(server.mails) == 2
        else:
            with pytest.raises(ChannelAway):
                tell(server, **login, **there)
            assert (steps[-1].step, steps[-1].error, steps[-1].well) == ("logs_in", "535", False)
            assert server.mails == []


@pytest.fixture
def server() -> Iterator[MailServer]:
    with serving() as one:
        yield one


def test_no_such_person_is_for_good_and_a_greylist_is_not(server: MailServer) -> None:
    server.addresses[VERA] = ["550 no such person", "450 come back later"]
    with pytest.raises(AddressRefused):
        tell(server)
    with pytest.raises(OSError, match="later"):
        tell(server)
    tell(server)
    assert len(server.mails) == 1


@pytest.mark.parametrize(
    ("answers", "step", "remedy"),
    [
        ({"addresses": {VERA: ["550 no such person"]}}, "recipient", "recipient"),
        ({"addresses": {VERA: ["450 come back later"]}}, "recipient", "later"),
        ({"data": ["554 too much of it"]}, "message", "message"),
    ],
)
def test_the_trial_says_which_step_failed_and_what_to_do(
    server: MailServer, answers: dict[str, Any], step: str, remedy: str
) -> None:
    vars(server).update(answers)
    *before, last = Trial(settings(server), VERA).steps()
    assert all(one.well for one in before)
    assert (last.well, last.step, last.remedy) == (False, step, REMEDIES[remedy])


def test_the_trial_without_an_address_sends_nothing(server: MailServer) -> None:
    steps = list(Trial(settings(server)).steps())
    assert [step.step for step in steps] == list(SAYS)[:-2]
    assert all(step.well for step in steps)
    assert server.mails == []


def test_the_trial_of_a_server_that_is_not_there(server: MailServer) -> None:
    server.stop()
    [*_, last] = Trial(settings(server, smtp_host=LOOPBACK)).steps()
    assert (last.step, last.error) == ("connects", "ConnectionRefusedError")
    [last] = Trial(settings(server, smtp_host="nowhere.invalid", smtp_security="tls")).steps()
    assert (last.step, last.well) == ("resolves", False)


def test_a_server_that_hangs_is_away(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.notices.mail.TIMEOUT", 0.3)
    import socket

    with socket.create_server((LOOPBACK, 0)) as deaf:
        server.port = deaf.getsockname()[1]
        with pytest.raises(ChannelAway):
            tell(server, smtp_host=LOOPBACK)


def test_nothing_but_the_rule_s_words_is_in_the_mail(server: MailServer) -> None:
    tell(server)
    [mail] = server.mails
    said = mail.get_content().replace("https://node.example/inbox", "LINK")
    fixed = MailChannel(settings(server)).compose("a@b.example", Saying(2, SAID.link, "uk"), "a2")
    assert said == fixed.get_content().replace(SAID.link, "LINK")
    assert {name for name in mail if not name.startswith("X-")} == {
        "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "Content-Type",
        "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip

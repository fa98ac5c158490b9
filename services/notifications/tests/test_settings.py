"""What the environment may and may not say."""

import pytest

from services.notifications.settings import NotificationsSettings
from shared.settings import SettingsWrong, read

GIVEN = {
    "THROUGHLINE_AMQP_URL": "amqp://localhost",
    "THROUGHLINE_NOTIFICATIONS_DATABASE_URL": "sqlite:///n.db",
    "THROUGHLINE_KEY_FILE": "hub.key",
    "THROUGHLINE_NETWORK_FILE": "network.json",
    "THROUGHLINE_SMTP_HOST": "mail.invalid",
    "THROUGHLINE_MAIL_FROM": "post@mail.invalid",
}


def test_a_mail_server_elsewhere_is_spoken_to_through_tls_unless_told_otherwise() -> None:
    assert read(NotificationsSettings, GIVEN).smtp_security == "starttls"


def test_plain_text_to_another_machine_is_refused() -> None:
    with pytest.raises(SettingsWrong, match="SMTP_SECURITY"):
        read(NotificationsSettings, {**GIVEN, "THROUGHLINE_SMTP_SECURITY": "none"})


def test_a_password_is_not_printed() -> None:
    settings = read(NotificationsSettings, {**GIVEN, "THROUGHLINE_SMTP_PASSWORD": "very secret"})
    assert "very secret" not in repr(settings)

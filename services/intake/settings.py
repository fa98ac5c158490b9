"""What a node needs from its environment."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from services.intake.domain.own_fields import OwnFields, OwnFieldsWrong, read_own_fields
from services.intake.push_settings import PushSettings
from shared.messaging.tls import ca_file_setting
from shared.notices.settings import MailSettings
from shared.oidc.settings import OidcSettings
from shared.schemas.rules import ORGANISATION
from shared.settings import (
    BROKER_URL,
    DATABASE_URL,
    LOOPBACK,
    SECOND_FACTOR,
    Check,
    Secret,
    SettingsWrong,
    between,
    one_of,
    refuse_optional_beyond_loopback,
    requests_setting,
    setting,
    variable,
)

ORG = Check(
    lambda value: re.fullmatch(ORGANISATION, value) is not None,
    "must be the organisation's id as the hub gave it: small letters, digits and hyphens",
)


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or parts.hostname in LOOPBACK)


_LONG = Check(lambda value: len(value) >= 32, "must be at least 32 random characters")  # noqa: PLR2004 - 256 bits in hex
_WEB = Check(
    _is_safe,
    "must begin with https:// (http:// is for this machine's own loopback only)",
)


def own_fields(file: str) -> OwnFields:
    """The node's own fields as that file declares them; none without a file. Raises OSError or OwnFieldsWrong."""
    return read_own_fields(Path(file).read_text("utf-8")) if file else OwnFields()


def _holds_own_fields(file: str) -> bool:
    try:
        return bool(own_fields(file))
    except (OSError, OwnFieldsWrong):
        return False


_OWN_FIELDS = Check(_holds_own_fields, "must be a file as docs/how-to/add-own-fields.md says")


@dataclass(frozen=True)
class IntakeSettings(MailSettings, PushSettings):
    """Settings of ``throughline run intake``, the node's worker; with a mail server it writes to its people itself."""

    org: str = setting("the organisation's id in the network", ORG)
    amqp_url: str = setting(
        "the hub's broker, amqps://organisation:password@host/vhost; several with ; between them", *BROKER_URL
    )
    intake_database_url: str = setting("the node's own database, sqlite:///… or postgresql://…", DATABASE_URL)
    key_file: Path = setting("the file of the node's private keys, made with: throughline network join")  # noqa: RUF009 - a field specifier
    network_file: Path = setting("the network's file, made with: throughline network join")  # noqa: RUF009 - a field specifier
    public_url: str = setting("where people reach the node, https://…", _WEB)
    broker_ca_file: str = ca_file_setting()
    resend_seconds: float = setting(
        "seconds until what was not receipted is sent again the first time", between(0.5, 3600), default=60
    )
    retention_days: int = setting(
        "days after its closure until a case is erased, and what came with a referral that is over; a legal hold "
        "keeps it",
        between(1, 36_500),
        default=90,
    )


@dataclass(frozen=True)
class IntakeWebSettings(OidcSettings, PushSettings):
    """Settings of ``throughline web intake``, the node's pages and its API."""

    org: str = setting("the organisation's id in the network", ORG)
    org_name: str = setting("the organisation's name, shown on every page")
    intake_database_url: str = setting("the node's own database, sqlite:///… or postgresql://…", DATABASE_URL)
    secret_key: Secret = setting(  # noqa: RUF009 - a field specifier
        "random characters that sign cookies; best in a file, as THROUGHLINE_SECRET_KEY_FILE", _LONG
    )
    key_file: Path = setting("the file of the node's private key, the worker's own")  # noqa: RUF009 - a field specifier
    public_url: str = setting("where people reach the node, https://…", _WEB)
    web_address: str = setting("the address that the web process listens on", default="127.0.0.1")
    web_port: int = setting("the port that the web process listens on", between(1, 65535), default=8000)
    requests_a_minute: int = requests_setting()
    second_factor: str = setting(
        "required, or optional: a password alone lets in whoever has set none up (on this machine's loopback only)",
        *SECOND_FACTOR,
        default="required",
    )
    closure_approval: str = setting(
        "who approves that a case is closed: none, or focal_point (a case worker's closure waits for one)",
        one_of("none", "focal_point"),
        default="none",
    )
    own_fields_file: str = setting(
        "a JSON file of fields that this node adds for itself; they are sealed here and sent nowhere",
        _OWN_FIELDS,
        default="",
    )

    undo_seconds: float = setting(
        "seconds for which an answer or a referral from a page waits here and can be undone, but for an emergency; "
        "0: it leaves at once",
        between(0, 3600),
        default=600,
    )
    slip_address: str = setting(
        "the address that stands on a printed code, as a person types it: best under a name that says nothing and "
        "leads to /look of this node; if empty it is the node's own",
        default="",
    )
    passwords: str = setting(
        "whom a password lets in: everybody, or administrators (others come with their organisation's account alone; "
        "administrators still get in while the provider is away)",
        one_of("everybody", "administrators"),
        default="everybody",
    )

    def __post_init__(self) -> None:
        """A password alone is for trying out, and half a sign-in elsewhere is none; raises SettingsWrong."""
        super().__post_init__()
        refuse_optional_beyond_loopback(self.second_factor, self.public_url)
        if self.passwords == "administrators" and self.oidc is None:
            name, issuer = variable("passwords"), variable("oidc_issuer")
            raise SettingsWrong([f"{name} must be everybody without {issuer}: nobody else could sign in"])

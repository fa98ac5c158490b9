"""What a web process needs to know of the organisation's identity provider; without it there is no such sign-in."""

from dataclasses import dataclass, fields
from urllib.parse import urlsplit

from shared.settings import LOOPBACK, Check, Secret, SettingsWrong, one_of, setting, variable

NEEDED = ("oidc_issuer", "oidc_client_id", "oidc_client_secret")


def is_safe(url: str) -> bool:
    """Whether it is an address over TLS, or one of this machine's own loopback, without a user or a fragment."""
    parts = urlsplit(url)
    near = parts.scheme == "http" and parts.hostname in LOOPBACK
    plain = bool(parts.hostname) and not parts.username and not parts.password and not parts.fragment
    return plain and (parts.scheme == "https" or near)


_ISSUER = Check(
    lambda url: not url or (is_safe(url) and not urlsplit(url).query),
    "must begin with https:// (http:// is for this machine's own loopback only), and have no ? and no #",
)


@dataclass(frozen=True, kw_only=True)
class OidcSettings:
    """Settings of sign-in with an organisation's account, off by default; lists have spaces between their values."""

    oidc_issuer: str = setting(
        "the identity provider of the organisation, https://…, exactly as it calls itself; without it nobody "
        "signs in with an organisation's account",
        _ISSUER,
        default="",
    )
    oidc_client_id: str = setting("what the provider calls these pages", default="")
    oidc_client_secret: Secret = setting(  # noqa: RUF009 - a field specifier
        "what these pages prove themselves to the provider by; best in a file, as THROUGHLINE_OIDC_CLIENT_SECRET_FILE",
        default=Secret(""),
    )
    oidc_acr: str = setting(
        "values of acr that the provider is asked for, and that count as the second step; else ours is asked for",
        default="",
    )
    oidc_amr: str = setting(
        "values of amr that count as the second step, such as mfa; else ours is asked for", default=""
    )
    oidc_prompt: str = setting(
        "login: the provider asks each time, because computers are shared; select_account; or as_provider: as it likes",
        one_of("login", "select_account", "as_provider"),
        default="login",
    )
    oidc_ca_file: str = setting(
        "the PEM file of the authority that signed the provider's certificate; without it the usual ones are trusted",
        default="",
    )

    def __post_init__(self) -> None:
        """Half of it would look like none at all; raises SettingsWrong."""
        given = [field.name for field in fields(OidcSettings) if getattr(self, field.name) != field.default]
        missing = [name for name in NEEDED if not getattr(self, name)]
        if given and missing:
            because = f"{variable(given[0])} is set: set it too, or leave out all THROUGHLINE_OIDC_ settings"
            raise SettingsWrong([f"{variable(name)} is missing, but {because}" for name in missing])

    @property
    def oidc(self) -> "OidcSettings | None":
        """These settings, or None where nobody signs in with an organisation's account."""
        return self if self.oidc_issuer else None

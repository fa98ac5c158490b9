"""The only window to the environment: settings are read once, checked, documented, and refused when wrong."""

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from marshmallow import ValidationError
from marshmallow import fields as rules

PREFIX = "THROUGHLINE_"
EXIT_CODE = 78  #: EX_CONFIG of sysexits
REQUESTS_A_MINUTE = 300  #: of one person: five a second, more than anybody reads
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

T = TypeVar("T")


class SettingsWrong(Exception):
    """One or more settings are missing or wrong. Each line names the setting and what to do, never its value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Secret(str):
    """A setting that is not printed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret()"


@dataclass(frozen=True)
class Check:
    """What a value must be, and how to say so."""

    passes: Callable[[Any], bool]
    says: str


def setting(
    about: str, *checks: Check, default: Any = MISSING
) -> Any:  # a field specifier stands for any type
    """Declare a setting: its documentation, its checks and, where there is a safe one, its default."""
    metadata = {"about": about, "checks": checks}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def read(settings: type[T], environ: Mapping[str, str] | None = None) -> T:
    """Fill the settings class from variables named ``THROUGHLINE_<FIELD>``; raises SettingsWrong with every problem.

    ``<VARIABLE>_FILE`` names a file that holds the value, for secrets.
    """
    environ = os.environ if environ is None else environ
    values, problems = {}, []
    for declared in fields(settings):  # type: ignore[arg-type]
        try:
            values[declared.name] = value_of(declared, environ)
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise SettingsWrong(problems)
    return settings(**values)


def problem_with(settings: type, name: str, value: str) -> str:
    """What is wrong with that value of that setting of the class, and what to do; empty for nothing."""
    [declared] = [one for one in fields(settings) if one.name == name]
    try:
        value_of(declared, {variable(name): value})
    except ValueError as wrong:
        return str(wrong)
    return ""


def is_credential(path: Path) -> bool:
    """Whether systemd has put the file there for this process (``LoadCredential=``)."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return folder is not None and Path(folder).resolve() in path.resolve().parents


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def value_of(declared: Field[Any], environ: Mapping[str, str]) -> Any:
    """The value of one setting; raises ValueError that says what is wrong with it, and does not quote it."""
    name = variable(declared.name)
    raw = _raw(name, environ)
    if raw is None:
        if declared.default is MISSING:
            raise ValueError(f"{name} is missing: set it to {declared.metadata['about']}")
        return declared.default
    value = _typed(name, raw, declared.type)
    for check in declared.metadata["checks"]:
        if not _passes(check, value):
            raise ValueError(f"{name} {check.says}")
    return value


def _passes(check: Check, value: Any) -> bool:
    try:
        return check.passes(value)
    except ValueError:  # which may quote the value
        return False


def _raw(name: str, environ: Mapping[str, str]) -> str | None:
    if name in environ:
        return environ[name]
    file = environ.get(f"{name}_FILE")
    if file is None:
        return None
    try:
        return Path(file).read_text().strip()
    except OSError as error:
        raise ValueError(
            f"{name}_FILE cannot be read: {error.strerror}; check the path and its rights"
        ) from None


def _typed(name: str, raw: str, kind: Any) -> Any:
    if kind not in _NUMBERS:
        return kind(raw) if kind in (Path, Secret) else raw
    rule, called = _NUMBERS[kind]
    try:
        return rule.deserialize(raw)
    except ValidationError:
        raise ValueError(f"{name} must be {called}") from None  # the cause quotes the value


_NUMBERS: dict[Any, tuple[rules.Field[Any], str]] = {
    int: (rules.Integer(), "a whole number"),
    float: (rules.Float(allow_nan=False), "a number"),
    bool: (rules.Boolean(), "true or false"),
}


def one_of(*values: str) -> Check:
    """The value is one of these."""
    return Check(lambda value: value in values, f"must be one of: {', '.join(values)}")


def between(least: float, most: float) -> Check:
    """The number lies within, ends included."""
    return Check(lambda value: least <= value <= most, f"must be between {least} and {most}")


def brokers_in(value: str) -> list[str]:
    """The addresses in the setting of a broker: one, or with ``;`` between them those of a cluster."""
    return [url.strip() for url in value.split(";")]


def safe_url(url: str) -> bool:
    """Whether what is sent there is sealed on its way, or does not leave this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _of_one_cluster(value: str) -> bool:
    urls = [urlsplit(url) for url in brokers_in(value)]
    hosts = {url.netloc.rpartition("@")[2] for url in urls}
    besides = {(url.scheme, url.username, url.password, url.path) for url in urls}
    written_apart = value.count("://") == len(urls) == len(hosts) and len(besides) == 1
    return written_apart and (len(urls) == 1 or urls[0].scheme != "embedded")


def _safe_link(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("amqps", "embedded") or (parts.scheme == "amqp" and parts.hostname in LOOPBACK)


def _safe_database(url: str) -> bool:
    """SQLite; or PostgreSQL here, or where its certificate and its name are checked: else the driver may fall back."""
    engine, parts = url.split(":", 1)[0].split("+", 1)[0], urlsplit(url)
    if engine != "postgresql":
        return engine == "sqlite"
    asked = parse_qs(parts.query)
    hosts = [unquote(parts.hostname or ""), *asked.get("host", ()), *asked.get("hostaddr", ())]
    near = all(not host or host in LOOPBACK or host.startswith("/") for host in hosts)
    return near or asked.get("sslmode") == ["verify-full"]


def _no_default_user(url: str) -> bool:
    return urlsplit(url).username != "guest"


def requests_setting() -> Any:  # a field specifier stands for any type
    """The setting of every web process."""
    about = (
        "how many requests of one person are answered within a minute, by pages and API together; more wait"
    )
    return setting(about, between(60, 1_000_000), default=REQUESTS_A_MINUTE)


SECOND_FACTOR = (
    one_of("required", "optional"),
)  #: optional: a password alone lets in whoever has not set one up


def refuse_optional_beyond_loopback(second_factor: str, public_url: str) -> None:
    """A password alone is for trying out on one machine; raises SettingsWrong."""
    if second_factor == "optional" and urlsplit(public_url).hostname not in LOOPBACK:
        name, url = variable("second_factor"), variable("public_url")
        raise SettingsWrong(
            [f"{name} must be required where {url} is not on this machine's own loopback: leave it out"]
        )


BROKER_URL = (
    Check(
        lambda value: all(_safe_link(url) for url in brokers_in(value)),
        "must begin with amqps:// (amqp:// is for this machine's own loopback only): ask the hub for its address; "
        "of a cluster write each broker's whole address, with ; between them",
    ),
    Check(
        _of_one_cluster,
        "must be one address, or those of a cluster's brokers with ; between them, which differ in nothing but the "
        "host and port (write a ; in a password as %3B)",
    ),
    Check(
        lambda value: all(_no_default_user(url) for url in brokers_in(value)),
        "must not name the broker's own user guest, whose password everybody knows: ask the hub for a user of your own",
    ),
)
MANAGEMENT_URL = Check(
    lambda url: safe_url(url) and _no_default_user(url),
    "must begin with https:// (http:// is for this machine's own loopback only), end with /api, and not name the user "
    "guest, whose password everybody knows",
)
DATABASE_URL = Check(
    _safe_database,
    "must begin with sqlite:/// or postgresql://; to a server on another machine it must end with "
    "?sslmode=verify-full, and &sslrootcert=FILE names the authority of the server's certificate",
)

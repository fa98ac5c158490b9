"""What a port agrees to when TLS is to be spoken there: versions, suites, and how long its certificate lasts."""

import socket
import ssl
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime

WAIT = 5.0  #: seconds for each answer
OLD = {"TLS 1.0": ssl.TLSVersion.TLSv1, "TLS 1.1": ssl.TLSVersion.TLSv1_1}
GOOD = ("ECDHE+AESGCM", "ECDHE+CHACHA20")  #: suites of TLS 1.2, as OpenSSL names them
WEAK = ":".join(["ALL", *(f"!{good}" for good in GOOD)])


@dataclass(frozen=True)
class Spoken:
    """Versions that should not be spoken, a suite that should not, if any, and whether the newest version is."""

    old: tuple[str, ...]
    weak: str
    newest: bool

    @property
    def says(self) -> str:
        """What is wrong with that, the worst first; empty for nothing."""
        if self.old:
            return f"{' and '.join(self.old)} can be spoken there, which others can read"
        if self.weak:
            return f"the suite {self.weak} can be spoken there"
        return "" if self.newest else "TLS 1.3 cannot be spoken there"


def spoken(host: str, port: int) -> Spoken:
    """Found out by one handshake for each; nothing is said, and nobody is believed."""
    old = tuple(name for name, version in OLD.items() if _agreed(host, port, version, "ALL"))
    weak = _agreed(host, port, ssl.TLSVersion.TLSv1_2, WEAK)
    return Spoken(old, weak, bool(_agreed(host, port, ssl.TLSVersion.TLSv1_3, "ALL")))


def _agreed(host: str, port: int, version: ssl.TLSVersion, suites: str) -> str:
    """The suite on which both agree in that version; empty, if they do not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers(f"{suites}:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore"):  # that these versions are old is why they are tried
        context.minimum_version = context.maximum_version = version
    try:
        with (
            socket.create_connection((host, port), WAIT) as plain,
            context.wrap_socket(plain, server_hostname=host) as safe,
        ):
            return (safe.cipher() or ("",))[0]
    except OSError:
        return ""


def expires(host: str, port: int, trust: ssl.SSLContext) -> datetime:
    """Until when the certificate there is valid; raises OSError where it is not believed, or nobody answers."""
    with (
        socket.create_connection((host, port), WAIT) as plain,
        trust.wrap_socket(plain, server_hostname=host) as safe,
    ):
        told = safe.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told["notAfter"])), UTC)

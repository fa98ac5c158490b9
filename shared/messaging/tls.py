"""TLS to the broker: 1.2 at the least, its certificate and its name checked; and what to do when that fails."""

import ssl
from typing import Any

from shared.settings import Check, setting

LEAST = ssl.TLSVersion.TLSv1_2
_CLOCK = "or this machine's clock is wrong"

# Codes of OpenSSL for a certificate that was not accepted.
_CERTIFICATES = {
    9: f"its certificate is not valid yet, {_CLOCK}: check the clock, then ask the hub",
    10: f"its certificate has expired, {_CLOCK}: check the clock, then ask the hub for a new certificate",
    62: "its certificate is for another name: write the host in the address as the hub gave it",
    64: "its certificate is for another name: write the host in the address as the hub gave it",
}
_UNKNOWN = (
    "no authority that is trusted here has signed its certificate: get the network's CA file from the hub, in a way "
    "that you trust, and name it in THROUGHLINE_BROKER_CA_FILE"
)
_OLD = "it offers no TLS of version 1.2 or 1.3: the hub has to allow one of them"
_REASONS = {
    "TLSV1_ALERT_PROTOCOL_VERSION": _OLD,
    "TLSV1_ALERT_INSUFFICIENT_SECURITY": _OLD,
    "UNSUPPORTED_PROTOCOL": _OLD,
    "SSLV3_ALERT_HANDSHAKE_FAILURE": _OLD,
    "WRONG_VERSION_NUMBER": "no TLS is spoken at that port: for amqps:// it is usually 5671, for https:// 15671",
}


def context(ca_file: str) -> ssl.SSLContext:
    """Trusts the authorities in the file, or the system's when there is none."""
    made = ssl.create_default_context(cafile=ca_file or None)
    made.minimum_version = LEAST
    return made


def of_the_library(ca_file: str, host: str | None) -> dict[str, Any]:
    """The same for py-amqp, which makes its own context, and without ``server_hostname`` checks no name (measured)."""
    return {"ca_certs": ca_file or None, "server_hostname": host, "tls_minimum_version": LEAST}


def remedy(error: BaseException) -> str | None:
    """What a person has to do about a failed handshake; None when trying again may help."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _CERTIFICATES.get(error.verify_code, _UNKNOWN)
    return _REASONS.get(error.reason) if isinstance(error, ssl.SSLError) else None


def ca_file_setting() -> Any:  # a field specifier stands for any type
    """The setting of every process that connects to the broker."""
    wrong = (
        "must be a file that can be read and holds certificates (PEM): ask the hub for the network's CA file"
    )
    about = "the PEM file of the authority that signed the broker's certificate; without it the system's are trusted"
    return setting(about, Check(_holds_certificates, wrong), default="")


def _holds_certificates(ca_file: str) -> bool:
    try:
        context(ca_file)
    except OSError:
        return False
    return True

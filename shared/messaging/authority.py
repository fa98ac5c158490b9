"""A small certificate authority for a network that has none: its own certificate, and those of the hub's brokers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from shared import files

AUTHORITY_FOR = timedelta(days=3650)
BROKER_FOR = timedelta(days=397)
SKEW = timedelta(hours=1)  #: by which other machines' clocks may be behind
NAME = "Throughline network"

_CURVE = ec.SECP256R1()


@dataclass(frozen=True)
class Authority:
    """A certificate that signs others, and its private key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def sign(
        self, host: str, *others: str, at: datetime, lasts: timedelta = BROKER_FOR
    ) -> tuple[bytes, bytes]:
        """A broker's certificate for its host's names or addresses, and its private key, both in PEM."""
        key = ec.generate_private_key(_CURVE)
        issuer = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        certificate = (
            _begun(host, self.certificate.subject, key.public_key(), at, lasts)
            .add_extension(
                x509.SubjectAlternativeName([_named(name) for name in (host, *others)]), critical=False
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_others=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer), critical=False
            )
            .sign(self.key, SHA256())
        )
        return certificate.public_bytes(Encoding.PEM), _pem(key)


def new_authority(*, at: datetime) -> Authority:
    """An authority with a key of its own."""
    key = ec.generate_private_key(_CURVE)
    itself = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    certificate = (
        _begun(NAME, itself, key.public_key(), at, AUTHORITY_FOR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_others=True), critical=True)
        .sign(key, SHA256())
    )
    return Authority(certificate, key)


def keep(authority: Authority, certificate_file: Path, key_file: Path) -> None:
    """Write both files; raises FileExistsError rather than replace a key."""
    files.write_new(key_file, _pem(authority.key))
    files.replace(certificate_file, authority.certificate.public_bytes(Encoding.PEM), rights=files.PUBLIC)


def kept(certificate_file: Path, key_file: Path) -> Authority:
    """The authority in two files. Raises ValueError for files that hold none, or two that do not belong together."""
    certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    key = load_pem_private_key(key_file.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise ValueError("the certificate is not that of the key")
    return Authority(certificate, key)


def _begun(
    name: str, issuer: x509.Name, public: ec.EllipticCurvePublicKey, at: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - SKEW)
        .not_valid_after(at + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _named(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, signs_others: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_others,
        key_cert_sign=signs_others,
        crl_sign=signs_others,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

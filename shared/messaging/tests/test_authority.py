"""The network's own certificates: what they say, and who may read their keys."""

import stat
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from shared.messaging.authority import Authority, keep, kept, new_authority

AT = datetime(2031, 3, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return new_authority(at=AT)


def signed(authority: Authority, *hosts: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(authority.sign(*hosts, at=AT)[0])


def names(certificate: x509.Certificate) -> x509.SubjectAlternativeName:
    return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value


def test_a_host_has_its_name_in_it(authority: Authority) -> None:
    found = names(signed(authority, "broker1.example"))
    assert found.get_values_for_type(x509.DNSName) == ["broker1.example"]


def test_a_host_may_have_other_names_besides(authority: Authority) -> None:
    found = names(signed(authority, "broker.example", "broker.hub.svc"))
    assert found.get_values_for_type(x509.DNSName) == ["broker.example", "broker.hub.svc"]


def test_an_address_is_no_name(authority: Authority) -> None:
    found = names(signed(authority, "127.0.0.1"))
    assert found.get_values_for_type(x509.IPAddress) == [ip_address("127.0.0.1")]
    assert not found.get_values_for_type(x509.DNSName)


def test_it_is_signed_by_the_authority_and_signs_no_other(authority: Authority) -> None:
    certificate = signed(authority, "broker1.example")
    certificate.verify_directly_issued_by(authority.certificate)
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_it_lasts_about_a_year_and_begins_before_now(authority: Authority) -> None:
    certificate = signed(authority, "broker1.example")
    assert certificate.not_valid_before_utc < AT
    assert timedelta(days=365) < certificate.not_valid_after_utc - AT < timedelta(days=398)


def test_keys_are_their_owners_alone(authority: Authority, tmp_path: Path) -> None:
    keep(authority, tmp_path / "ca.pem", tmp_path / "ca.key")

    assert stat.S_IMODE((tmp_path / "ca.key").stat().st_mode) == 0o600


def test_what_is_kept_is_the_same(authority: Authority, tmp_path: Path) -> None:
    keep(authority, tmp_path / "ca.pem", tmp_path / "ca.key")
    assert kept(tmp_path / "ca.pem", tmp_path / "ca.key").certificate == authority.certificate


def test_an_authority_is_not_replaced(authority: Authority, tmp_path: Path) -> None:
    keep(authority, tmp_path / "ca.pem", tmp_path / "ca.key")
    with pytest.raises(FileExistsError):
        keep(new_authority(at=AT), tmp_path / "ca.pem", tmp_path / "ca.key")


def test_a_key_of_another_is_refused(authority: Authority, tmp_path: Path) -> None:
    keep(authority, tmp_path / "ca.pem", tmp_path / "ca.key")
    keep(new_authority(at=AT), tmp_path / "other.pem", tmp_path / "other.key")
    with pytest.raises(ValueError, match="not that of the key"):
        kept(tmp_path / "ca.pem", tmp_path / "other.key")

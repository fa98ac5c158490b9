"""``throughline network ca``: certificates for the hub's brokers, from a small authority of the network's own."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.console import fail, out
from shared import files
from shared.clock import now
from shared.messaging.authority import Authority, keep, kept, new_authority

CERTIFICATE, KEY = "ca.pem", "ca.key"


def ca(
    folder: Annotated[Path, typer.Argument(help="Where the authority is kept, or will be.")],
    hosts: Annotated[list[str], typer.Argument(help="Each broker's name or address, as nodes write it.")],
    *,
    also: Annotated[
        list[str] | None,
        typer.Option(help="One more name of each of them, as the hub's own services write it."),
    ] = None,
) -> None:
    """Sign a certificate for each of the hub's brokers, with an authority that is made at the first time.

    Private keys are readable by their owner alone. Again, for a host that has one: a new key and a new certificate.
    """
    authority = _authority(folder)
    others = also or []
    for host in (*hosts, *others):
        if not host or set(host) & set("/\\*: "):
            fail(f"{host} is no host's name: write it as it stands in amqps://…, without a port")
    for host in hosts:
        certificate, key = authority.sign(host, *others, at=now())
        files.replace(folder / f"{host}.key", key)
        files.replace(folder / f"{host}.pem", certificate, rights=files.PUBLIC)
        out.print(f"{folder / host}.pem and {folder / host}.key are for the broker {host}.", markup=False)
    out.print(f"{folder / CERTIFICATE} is for everybody: THROUGHLINE_BROKER_CA_FILE names it.", markup=False)
    out.print(f"{folder / KEY} is for nobody: keep it where no network reaches.", markup=False)


def _authority(folder: Path) -> Authority:
    certificate_file, key_file = folder / CERTIFICATE, folder / KEY
    if not certificate_file.exists() and not key_file.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        keep(new_authority(at=now()), certificate_file, key_file)
    try:
        return kept(certificate_file, key_file)
    except (OSError, ValueError) as wrong:
        why = getattr(wrong, "strerror", None) or "they do not belong together, or one is damaged"
        fail(
            f"{certificate_file} and {key_file} cannot be used: {why}; bring both back from where they are kept"
        )

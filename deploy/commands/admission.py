"""``throughline network create|invite|admit|revoke|sign|publish``: who is in the network, decided by several people."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from deploy.commands.services import bring_up
from deploy.composition import open_database
from deploy.console import fail, out, show, show_json
from deploy.proposals import Proposal, ProposalUnusable, read_proposal, together, write_proposal
from deploy.root_keys import read_root_key, write_root_key
from services.referral.storage import metadata
from services.referral.usecases.directory import publish_register
from shared import files
from shared.clock import now
from shared.database import Database
from shared.messaging.message import HUB
from shared.messaging.registers import kept_register
from shared.schemas.rules import ORGANISATION
from shared.sealing import OwnKeys, PublicKeys, SigningKey, write_key_file
from shared.sealing.founding import found
from shared.sealing.network_file import NetworkFile, read_network_file, write_network_file
from shared.sealing.register import ACTIVE, NotFollowed
from shared.sealing.words import same_words, words_of_network, words_of_party
from shared.settings import DATABASE_URL, read, setting

RESERVED = frozenset({HUB, "all", "guest", "administrator"})
Org = Annotated[str, typer.Argument(help="The organisation's id: small letters, digits, hyphens.")]
To = Annotated[Path | None, typer.Option(help="The file to write.")]


@dataclass(frozen=True)
class RegisterSettings:
    """Settings of the hub's operator for the register of keys."""

    referral_database_url: str = setting("the referral service's own database", DATABASE_URL)
    network_file: Path = setting("the network's file, made with: throughline network create")


def attach(app: typer.Typer) -> None:
    """Add these commands to ``throughline network``."""
    for command in (create, invite, admit, revoke, sign, publish):
        app.command()(command)


def create(
    name: Annotated[str, typer.Argument(help="The network's name; it never changes.")],
    folder: Annotated[Path, typer.Argument(help="A new folder for its files.")],
    *,
    roots: Annotated[int, typer.Option(min=1, max=20, help="How many people hold a root key.")] = 3,
    threshold: Annotated[int, typer.Option(min=1, max=20, help="How many of them must sign.")] = 2,
) -> None:
    """Found a network: its root keys, the hub's keys, and the first register of keys with the hub in it."""
    if threshold > roots:
        fail(f"{threshold} of {roots} cannot sign: choose a smaller --threshold")
    try:
        network = new_network(folder, name, roots, threshold)
    except FileExistsError:
        fail(f"{folder} is there already: name a new folder")
    show_json(
        {
            "network": words_of_network(network.roots),
            "hub": words_of_party(name, HUB, network.register.register.parties[HUB].keys),
            "next": f"give each root key to another person, off line, and delete it from {folder}",
        }
    )


def new_network(folder: Path, name: str, roots: int = 3, threshold: int = 2) -> NetworkFile:
    """A folder with a new network's root keys, the hub's keys and the network's file; raises FileExistsError."""
    keys, signers = OwnKeys.generate(now()), [SigningKey.generate() for _ in range(roots)]
    network = found(name, signers, threshold, {HUB: ("Hub", keys.public)}, now())
    with files.new_folder(folder) as unfinished:
        write_key_file(unfinished / "hub.key", keys)
        for number, root in enumerate(signers, 1):
            write_root_key(unfinished / f"root-{number}.key", root)
        write_network_file(unfinished / "network.json", network)
    return network


def invite(
    org: Org,
    *,
    broker: Annotated[
        str, typer.Option(help="The broker's address without a name or password, amqps://host/vhost.")
    ],
    to: To = None,
) -> None:
    """Write an invitation: what a node must know of the network. Nothing in it is secret."""
    check_organisation(org)
    if "@" in broker:
        fail("the broker's address must hold no name and no password: an invitation is not secret")
    path = to or Path(f"{org}.invitation")
    _, standing = _at_hub()
    told = json.dumps({**standing.dump(), "org": org, "broker": broker}, indent=1)
    files.replace(path, told.encode(), rights=files.PUBLIC)
    out.print(f"{path} invites {org}. Read to them by voice, they must see the same:")
    _show_words({"the network": words_of_network(standing.roots)})


def admit(
    org: Org,
    request: Annotated[str, typer.Argument(help="The line that throughline network join printed there.")],
    *,
    name: Annotated[str, typer.Option(help="Its name as people know it.")],
    to: To = None,
) -> None:
    """Propose to admit an organisation, once the words of its keys were compared by voice."""
    check_organisation(org)
    try:
        keys = PublicKeys.parse(request)
    except ValueError:
        fail("this is no request: copy the whole line that throughline network join printed")
    _, standing = _at_hub()
    known = standing.register.register.parties.get(org)
    if known is not None and known.state == ACTIVE:
        fail(f"{org} is in the register: for other keys it rotates them itself, or you revoke it first")
    _compare(org, words_of_party(standing.roots.network, org, keys))
    register = standing.register.next().admitting(org, name, keys, now())
    _propose(Proposal.of(standing, register), to or Path(f"{org}.proposal"))


def _compare(org: str, expected: str) -> None:
    out.print(f"Call somebody of {org} whose voice you know, and let them read the words that they see.")
    if not same_words(typer.prompt("The words"), expected):
        fail("these are not the words of this request: do not admit it, and find out who sent it")


def revoke(org: Org, *, to: To = None) -> None:
    """Propose that an organisation is believed no more: what it says is refused, and nothing is sealed to it."""
    _, standing = _at_hub()
    if org not in standing.register.register.parties or org == HUB:
        fail(f"{org} is not in the register: see throughline network list")
    _propose(Proposal.of(standing, standing.register.next().revoking(org)), to or Path(f"{org}.proposal"))


def _propose(proposal: Proposal, path: Path) -> None:
    write_proposal(path, proposal)
    show(list(proposal.changes()), title="Proposed", as_json=False)
    out.print(f"{path} needs {proposal.missing} signatures: throughline network sign {path} --root FILE")


def sign(
    proposal: Annotated[Path, typer.Argument(help="The file of the proposal.")],
    *,
    root: Annotated[Path, typer.Option(help="Your root key's file.")],
) -> None:
    """Sign a proposal with a root key, on a machine of your own, once you have compared the words yourself."""
    told, key = _read(proposal), read_root_key(root)
    if key.public not in told.standing.roots.keys:
        fail(f"{root} is no root key of this network")
    _show_words({"the network": words_of_network(told.standing.roots)})
    show(list(told.changes()), title="To be signed", as_json=False)
    if not typer.confirm("Do you know by their own voice that this is so?"):
        fail("nothing was signed")
    signed = Proposal(told.standing, told.proposed.signed(key))
    write_proposal(proposal, signed)
    out.print(f"Signed. {signed.missing} more signatures are needed.")


def publish(
    proposals: Annotated[
        list[Path], typer.Argument(help="The signed file, or copies that were signed apart.")
    ],
) -> None:
    """Let a proposal that enough people have signed be the register, and tell all nodes."""
    try:
        proposal = together([_read(path) for path in proposals])
    except ProposalUnusable as error:
        fail(str(error))
    if proposal.missing:
        fail(f"{proposal.missing} more signatures are needed: throughline network sign")
    database, standing = _at_hub()
    try:
        is_newer = publish_register(database, standing.roots, proposal.proposed)
    except NotFollowed as error:
        fail(f"this does not go on from the register as it stands ({error.code}): propose it anew")
    version = proposal.proposed.register.version
    out.print(
        f"The register's version {version} " + ("is on its way to all." if is_newer else "stands already.")
    )


def _read(path: Path) -> Proposal:
    try:
        return read_proposal(path)
    except ProposalUnusable as error:
        fail(str(error))


def _at_hub() -> tuple[Database, NetworkFile]:
    """The referral service's database, and the register as it stands there."""
    told = read(RegisterSettings)
    network = read_network_file(told.network_file)
    bring_up("referral", told.referral_database_url)
    database = open_database("referral", told.referral_database_url, sender=HUB)
    with database.reading() as tx:
        kept = kept_register(tx, metadata)
    if kept is None:
        publish_register(database, network.roots, network.register)
        return database, network
    return database, NetworkFile(network.roots, kept[0], tuple(kept[1]))


def check_organisation(org: str) -> None:
    """End with a plain line for an id that cannot be."""
    if not re.fullmatch(ORGANISATION, org) or org in RESERVED:
        fail("an organisation's id has 2 to 31 small letters, digits and hyphens and begins with a letter")


def _show_words(words: dict[str, Any]) -> None:
    show([{"of": of, "words": told} for of, told in words.items()], title="Words", as_json=False)

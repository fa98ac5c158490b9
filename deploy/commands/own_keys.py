"""``throughline network join|words|rotate-keys|leave``: what a party does with its own keys."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, urlsplit

import typer
from sqlalchemy import func, select

from deploy.composition import Composition, composition_of, party_of
from deploy.console import err, fail, out, show, show_json
from deploy.key_files import open_key_file, passphrase_of
from deploy.told import PasswordFile, told_password
from services.intake.settings import IntakeSettings
from shared import files
from shared.clock import now
from shared.messaging.introducing import as_event, own_standing, own_statement
from shared.messaging.message import HUB
from shared.sealing import PublicKeys
from shared.sealing.key_file import complete_key_file, replace_key_file, require_original
from shared.sealing.network_file import NetworkFile, read_network_file, write_network_file
from shared.sealing.register import NotFollowed
from shared.sealing.rotation import rotated
from shared.sealing.words import words_of_network, words_of_party
from shared.settings import brokers_in, problem_with, read, setting, variable

BROKER_FILE = f"{variable('amqp_url')}_FILE"
TO_COME = "PASSWORD"  #: stands in the address until the hub has told the password
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True)
class WordsSettings:
    """Settings of ``throughline network words``."""

    network_file: Path = setting("the network's file")
    key_file: Path = setting("the file of our own keys")
    org: str = setting("the organisation's id in the network", default=HUB)


def attach(app: typer.Typer) -> None:
    """Add these commands to ``throughline network``."""
    for command in (join, words, leave):
        app.command()(command)
    app.command("use-password")(use_password)
    app.command("rotate-keys")(rotate_keys)


def join(  # noqa: PLR0913 - a node keeps that many files
    invitation: Annotated[Path, typer.Argument(help="The file that the hub gave you.")],
    *,
    key_file: Annotated[
        Path, typer.Option(envvar=variable("key_file"), help="Where to keep this node's private keys.")
    ],
    network_file: Annotated[
        Path,
        typer.Option(
            envvar=variable("network_file"), help="Where to keep what the node must know of the network."
        ),
    ],
    broker_url_file: Annotated[
        Path | None, typer.Option(envvar=BROKER_FILE, help="Where to keep the broker's address, if anywhere.")
    ] = None,
    own: Annotated[
        str, typer.Option("--org", envvar=variable("org"), help="Our id; an invitation of others is refused.")
    ] = "",
    new_keys: Annotated[
        bool, typer.Option("--new-keys", help="After a revocation: other keys; the database still opens.")
    ] = False,
) -> None:
    """Make this node's keys and keep the network's; prints the line for the hub, and the words to compare by voice."""
    network, org, broker = _invited(invitation, own)
    _refuse_another_network(network_file, network)
    keys = complete_key_file(key_file, passphrase_of(key_file))
    if new_keys:
        keys = keys.renewed(now())
        replace_key_file(key_file, keys, passphrase_of(key_file))
    write_network_file(network_file, network)
    if broker_url_file and not broker_url_file.exists():
        files.write_new(broker_url_file, with_password(broker, org, TO_COME).encode())
    show_json(
        {
            "org": org,
            "broker": broker,
            "request": str(keys.public),
            "words": _words(network, org, keys.public),
        }
    )


def _invited(invitation: Path, own: str) -> tuple[NetworkFile, str, str]:
    """The network, whom it invites, and the broker's address; ``own`` is our id, or empty while we have none."""
    try:
        told = json.loads(invitation.read_text())
        network, org, broker = NetworkFile.load(told), str(told["org"]), str(told["broker"])
        with_password(broker, org, TO_COME)
    except OSError as error:
        fail(f"{invitation}: {error.strerror}")
    except (ValueError, KeyError, TypeError, AttributeError, NotFollowed):
        fail(f"{invitation} is no invitation, or was changed on its way: ask the hub for another")
    if own not in ("", org):
        fail(f"{invitation} invites {org}, and this node is {own}: ask the hub for your own")
    return network, org, broker


def use_password(
    *,
    broker_url_file: Annotated[
        Path, typer.Option(envvar=BROKER_FILE, help="Where the broker's address is kept.")
    ],
    password_file: PasswordFile = None,
) -> None:
    """Keep the password at the hub's broker that the hub gave you; the worker comes up with it by itself."""
    try:
        kept = broker_url_file.read_text("utf-8").strip()
    except OSError:
        fail(f"{broker_url_file} is not there: run throughline network join first")
    user = urlsplit(kept).username or fail(f"{broker_url_file} holds no user's name: write the address anew")
    password = told_password(password_file, is_new=False)
    url = with_password(kept, user, password)
    if not password or problem_with(IntakeSettings, "amqp_url", url):
        fail("this is no password at a broker, or the address is none: ask the hub for both")
    files.replace(broker_url_file, url.encode())
    err.print("Kept. Try it: throughline network test hub")


def with_password(broker: str, user: str, password: str) -> str:
    """The broker's address, or those of a cluster's, with that user's name and password in it."""

    def one(url: str) -> str:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}").geturl()

    return ";".join(map(one, brokers_in(broker)))


def _refuse_another_network(path: Path, network: NetworkFile) -> None:
    """A node keeps its network: whoever could give it other roots could be anybody in it."""
    if path.exists() and read_network_file(path).roots != network.roots:
        fail(
            f"{path} is of another network, or names other root keys: remove it only if you mean to change networks"
        )


def words(*, as_json: AsJson = False) -> None:
    """The words of the network, of the hub and of our own keys, to be compared by voice."""
    told = read(WordsSettings)
    found = _words(read_network_file(told.network_file), told.org, open_key_file(told.key_file).public)
    show([{"of": of, "words": said} for of, said in found.items()], title="Words", as_json=as_json)


def _words(network: NetworkFile, org: str, own: PublicKeys) -> dict[str, str]:
    """Those of the hub are of the keys that people signed, and stay when they are rotated; ours are of what we hold."""
    name, hub = network.roots.network, network.register.register.parties[HUB]
    told = {"the network": words_of_network(network.roots), HUB: words_of_party(name, HUB, hub.keys)}
    return told if org == HUB else {**told, org: words_of_party(name, org, own)}


def rotate_keys(
    *,
    service: Annotated[str, typer.Option(help="intake for a node, referral for the hub.")] = "intake",
    at_once: Annotated[
        bool, typer.Option("--now", help="Make new keys whatever the age of the present ones.")
    ] = False,
) -> None:
    """Make the keys that are due and destroy those that nobody needs any more; to be run every day."""
    composition = _composition(service)
    path: Path = composition.settings.key_file
    require_original(path)
    with composition.open_database().reading() as tx:
        standing = own_standing(tx, composition.metadata, composition.sender)
    if standing is None:
        fail(f"{composition.sender} is not in the register yet: nothing was changed")
    done = rotated(composition.keys, registered=standing.keys, at=now(), at_once=at_once)
    if done.made or done.destroyed:
        replace_key_file(path, done.keys, passphrase_of(path))
    show_json(
        {
            "made": done.made,
            "destroyed": done.destroyed,
            "next": "restart every process that uses this key file, and keep a copy of it"
            if done.made
            else None,
        }
    )


def _composition(service: str) -> Composition:
    if service not in ("intake", "referral"):
        fail("use --service intake for a node or --service referral for the hub")
    return composition_of(service)


def leave() -> None:
    """Say to the network, signed by this node, that the organisation leaves it: nobody sends it anything any more."""
    composition = composition_of("intake")
    party, outbox = (
        party_of("intake", composition.sender, composition.keys),
        composition.metadata.tables["outbox"],
    )
    with composition.open_database().transaction() as tx:
        if waiting := tx.execute(select(func.count()).select_from(outbox)).scalar_one():
            fail(
                f"{waiting} messages still wait to be sent: let the worker run until throughline outbox status is empty"
            )
        statement = own_statement(tx, composition.metadata, composition.keys, composition.sender, leaves=True)
        if statement is None or party.say is None:
            fail(f"{composition.sender} is not in the register, or has left it already")
        party.say(tx, as_event(statement))
    out.print(f"{composition.sender} leaves; the worker must run until this is sent.")

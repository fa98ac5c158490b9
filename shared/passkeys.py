"""Passkeys (WebAuthn): a key that never leaves its owner's hand, and that answers to no other address than ours."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import orjson
import webauthn
from sqlalchemy import delete, select, update
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
)

from shared.database import Database, Transaction
from shared.rows import add_new, insert_into
from shared.second_factor_tables import Tables
from shared.sign_ins import sha256

RP_NAME = "Throughline"  #: all that a browser shows: not for whom its owner works
MOST = 10  #: passkeys of one person
LONGEST_NAME = 60  #: characters
ASKED_FOR = timedelta(minutes=10)  #: within which an answer must come


class PasskeyRefused(Exception):
    """The answer does not prove what was asked for, or was asked for by nobody, or before."""


@dataclass(frozen=True)
class Passkey:
    """One of somebody's passkeys, as its owner called it. ``id`` is its public id, base64url."""

    id: str
    name: str
    added_at: datetime
    used_at: datetime | None


class Passkeys:
    """The passkeys of a service's people, for the pages at ``address``, such as https://node.example."""

    def __init__(self, database: Database, tables: Tables, *, address: str) -> None:
        self._database, self._tables, self._parts = database, tables, urlsplit(address)

    @cached_property
    def are_offered(self) -> bool:
        """Whether browsers make any here: they do for names, and not for addresses in numbers."""
        try:
            ip_address(self._host)
        except ValueError:
            return True
        return False

    @property
    def _host(self) -> str:
        return self._parts.hostname or ""

    @property
    def _origin(self) -> str:
        return f"{self._parts.scheme}://{self._parts.netloc}"

    def of(self, username: str) -> list[Passkey]:
        """The person's passkeys, the oldest first."""
        with self._database.reading() as tx:
            return [Passkey(r.id, r.name, r.added_at, r.used_at) for r in self._rows(tx, username)]

    def _rows(self, tx: Transaction, username: str) -> list[Any]:
        table = self._tables.passkeys
        query = select(table).where(table.c.username == username)
        return list(tx.execute(query.order_by(table.c.added_at, table.c.id)))

    def ask_to_add(self, token: str, username: str) -> str:
        """What a browser is to be asked so that it makes a passkey, as JSON; good once, for whoever has the token."""
        with self._database.transaction() as tx:
            options = webauthn.generate_registration_options(
                rp_id=self._host,
                rp_name=RP_NAME,
                user_id=hashlib.sha256(username.encode()).digest(),
                user_name=username,
                authenticator_selection=AuthenticatorSelectionCriteria(
                    resident_key=ResidentKeyRequirement.DISCOURAGED
                ),
                exclude_credentials=self._known(tx, username),
            )
            self._remember(tx, token, options.challenge)
        return webauthn.options_to_json(options)

    def ask_to_use(self, token: str, username: str) -> str:
        """What a browser is to be asked so that it uses one of the person's passkeys, as JSON; good once."""
        with self._database.transaction() as tx:
            options = webauthn.generate_authentication_options(
                rp_id=self._host, allow_credentials=self._known(tx, username)
            )
            self._remember(tx, token, options.challenge)
        return webauthn.options_to_json(options)

    def _known(self, tx: Transaction, username: str) -> list[PublicKeyCredentialDescriptor]:
        ids = [row.id for row in self._rows(tx, username)]
        return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(id_)) for id_ in ids]

    def _remember(self, tx: Transaction, token: str, challenge: bytes) -> None:
        table, values = (
            self._tables.challenges,
            {"challenge": bytes_to_base64url(challenge), "made_at": tx.at},
        )
        tx.execute(delete(table).where(table.c.made_at <= tx.at - ASKED_FOR))
        put = insert_into(tx, table).values(token_sha256=sha256(token), **values)
        tx.execute(put.on_conflict_do_update(index_elements=["token_sha256"], set_=values))

    def _challenge(self, tx: Transaction, token: str) -> bytes:
        """What was asked for with that token; it is asked for no more."""
        table = self._tables.challenges
        asked = (table.c.token_sha256 == sha256(token)) & (table.c.made_at > tx.at - ASKED_FOR)
        kept = tx.execute(delete(table).where(asked).returning(table.c.challenge)).scalar_one_or_none()
        if kept is None:
            raise PasskeyRefused
        return bytes(base64url_to_bytes(kept))

    def add(self, token: str, username: str, name: str, answer: str) -> None:
        """Keep the passkey that a browser made; raises PasskeyRefused."""
        challenge = self._asked(token)
        made = _verified(
            lambda: webauthn.verify_registration_response(
                credential=_plain(answer),
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
            )
        )
        with self._database.transaction() as tx:
            row = {
                "id": bytes_to_base64url(made.credential_id),
                "username": username,
                "public_key": b64encode(made.credential_public_key).decode(),
                "sign_count": made.sign_count,
                "name": name.strip()[:LONGEST_NAME],
                "added_at": tx.at,
            }
            if len(self._rows(tx, username)) >= MOST or not add_new(tx, self._tables.passkeys, [row]):
                raise PasskeyRefused

    def use(self, token: str, username: str, answer: str) -> None:
        """The browser's answer proves that one of the person's passkeys is at hand; raises PasskeyRefused."""
        challenge, given = self._asked(token), _plain(answer)
        with self._database.transaction() as tx:
            c = self._tables.passkeys.c
            mine = (c.id == str(given.get("id"))) & (c.username == username)
            query = select(c.public_key, c.sign_count).where(mine)
            kept = tx.execute(query.with_for_update()).one_or_none()
            if kept is None:
                raise PasskeyRefused
            used = _verified(
                lambda: webauthn.verify_authentication_response(
                    credential=given,
                    expected_challenge=challenge,
                    expected_rp_id=self._host,
                    expected_origin=self._origin,
                    credential_public_key=b64decode(kept.public_key),
                    credential_current_sign_count=kept.sign_count,
                )
            )
            values = {"sign_count": used.new_sign_count, "used_at": tx.at}
            tx.execute(update(self._tables.passkeys).where(mine).values(values))

    def _asked(self, token: str) -> bytes:
        with self._database.transaction() as tx:
            return self._challenge(tx, token)

    def remove(self, username: str, passkey_id: str) -> None:
        """The person's passkey counts no more; somebody else's, or none, is left as it is."""
        c = self._tables.passkeys.c
        with self._database.transaction() as tx:
            tx.execute(delete(self._tables.passkeys).where(c.id == passkey_id, c.username == username))


def _plain(answer: str) -> dict[str, Any]:
    try:
        found = orjson.loads(answer)
    except ValueError:
        raise PasskeyRefused from None
    if not isinstance(found, dict):
        raise PasskeyRefused
    return found


def _verified(verify: Callable[[], Any]) -> Any:
    """What the library says of an answer. Whatever it stumbles over, it is no answer, and is quoted nowhere."""
    try:
        return verify()
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        raise PasskeyRefused from None

"""Sign-ins for which somebody is away at the provider: each can be come back from once, and by nobody else."""

import hmac
import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from shared.database import Database, Transaction
from shared.kept_secrets import Unreadable, protect, reveal
from shared.oidc.tables import OidcTables
from shared.sessions import HALF_LASTS
from shared.sign_ins import sha256

BYTES = 32  #: of each random value


def _random() -> str:
    return secrets.token_urlsafe(BYTES)


@dataclass(frozen=True)
class Secrets:
    """What binds the provider's answer to one beginning: ``state`` to the browser, ``nonce`` to the token.

    ``verifier`` binds it to the code (PKCE).
    """

    state: str = field(default_factory=_random, repr=False)
    nonce: str = field(default_factory=_random, repr=False)
    verifier: str = field(default_factory=_random, repr=False)
    wanted: str = "/"  #: the page that was asked for before the sign-in


@dataclass(frozen=True)
class Begun:
    """A beginning that somebody has come back from. ``username`` is of who wants to connect an account, if anybody."""

    secrets: Secrets
    username: str | None
    at: datetime


class BegunSignIns:
    """Those of one service; ``key`` seals what is kept of them."""

    def __init__(self, database: Database, tables: OidcTables, *, key: str) -> None:
        self._database, self._table, self._key = database, tables.begun, key

    def begin(self, made: Secrets, username: str | None = None) -> str:
        """Keep it for as long as a half sign-in; returns the token that the browser brings back."""
        return self._keep(asdict(made), username)

    def take(self, token: str, state: str) -> Begun | None:
        """What was begun in that browser with that state; None for another one, a late one, and a second time."""
        row = self._take(token)
        kept = self._opened(row) if row else {}
        if row is None or "state" not in kept:
            return None
        made = Secrets(**kept)
        is_it = hmac.compare_digest(made.state.encode(), state.encode(errors="replace"))
        return Begun(made, row.username, row.begun_at) if is_it else None

    def offer(self, username: str, subject: str) -> str:
        """The hashed subject waits for that person to confirm that it is theirs; returns a token as ``begin`` does."""
        return self._keep({"subject": subject}, username)

    def is_offered(self, token: str, username: str) -> bool:
        """Whether something waits for that person in this browser."""
        with self._database.reading() as tx:
            row = self._find(tx, token)
        return row is not None and row.username == username and "subject" in self._opened(row)

    def take_offer(self, token: str, username: str) -> str | None:
        """The hashed subject that waited for that person, once."""
        row = self._take(token)
        return self._opened(row).get("subject") if row is not None and row.username == username else None

    def _keep(self, what: dict[str, str], username: str | None) -> str:
        token, c = _random(), self._table.c
        sealed = protect(json.dumps(what), key=self._key, about=sha256(token))
        with self._database.transaction() as tx:
            tx.execute(delete(self._table).where(c.begun_at < tx.at - HALF_LASTS))
            row = {"token_sha256": sha256(token), "sealed": sealed, "username": username, "begun_at": tx.at}
            tx.execute(insert(self._table).values(row))
        return token

    def _take(self, token: str) -> Any:
        """The row, which is there no longer; of several who come at once, one has it."""
        with self._database.transaction() as tx:
            row = self._find(tx, token)
            mine = self._table.c.token_sha256 == sha256(token)
            return row if tx.execute(delete(self._table).where(mine)).rowcount else None

    def _find(self, tx: Transaction, token: str) -> Any:
        c = self._table.c
        mine = (c.token_sha256 == sha256(token)) & (c.begun_at >= tx.at - HALF_LASTS)
        return tx.execute(select(self._table).where(mine)).one_or_none()

    def _opened(self, row: Any) -> dict[str, str]:
        try:
            opened: dict[str, str] = json.loads(reveal(row.sealed, key=self._key, about=row.token_sha256))
        except Unreadable:
            return {}
        return opened

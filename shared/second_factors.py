"""Second factors: codes of an app that count once, and recovery codes for those who have lost their telephone."""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyotp
from sqlalchemy import Table, delete, func, insert, select, update

from shared import sign_ins
from shared.database import Database, Transaction
from shared.kept_secrets import Unreadable, protect, reveal
from shared.rows import add_new
from shared.second_factor_tables import Tables
from shared.sign_ins import sha256

STEP = 30  #: seconds for which an app shows one code (RFC 6238)
APART = 1  #: steps by which a telephone's clock may be wrong, either way
RECOVERY_CODES = 8
RECOVERY_LETTERS = 24  #: 119 bits: with 112 or more a plain hash of it may be kept (OWASP ASVS 5.0, 6.5.2)
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  #: none that is misread for another
OFFER_LASTS = timedelta(hours=1)
ISSUER = "Throughline"  #: all that a telephone shows: not for whom its owner works


class CodeRefused(Exception):
    """It is not the code, or was used before; or it is too early to try again (``wait`` in seconds)."""

    def __init__(self, wait: int = 0) -> None:
        super().__init__("wait" if wait else "wrong_code")
        self.wait = wait


@dataclass(frozen=True)
class Offer:
    """A secret to be put into an app, by hand or through ``address``, which an app reads from a square code."""

    secret: str = field(repr=False)
    address: str = field(repr=False)


class SecondFactors:
    """The second factors of a service's people. ``attempts`` is its table of failed sign-ins."""

    def __init__(self, database: Database, tables: Tables, attempts: Table, *, key: str) -> None:
        self._database, self._tables, self._attempts, self._key = database, tables, attempts, key

    def is_set_up(self, username: str) -> bool:
        """Whether the person is asked for a code."""
        with self._database.reading() as tx:
            return self._kept(tx, username) is not None

    def offer(self, token: str, username: str) -> Offer:
        """A new secret for this sign-in, whose token it is; the same again when asked again soon."""
        about, c = sha256(token), self._tables.offers.c
        with self._database.transaction() as tx:
            tx.execute(delete(self._tables.offers).where(c.made_at < tx.at - OFFER_LASTS))
            made = protect(pyotp.random_base32(), key=self._key, about=about)
            add_new(tx, self._tables.offers, [{"token_sha256": about, "secret": made, "made_at": tx.at}])
            secret = self._offered(tx, token) or ""
        return Offer(secret, pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER))

    def _offered(self, tx: Transaction, token: str) -> str | None:
        about, c = sha256(token), self._tables.offers.c
        kept = tx.execute(select(c.secret).where(c.token_sha256 == about)).scalar_one_or_none()
        return reveal(kept, key=self._key, about=about) if kept else None

    def set_up(self, token: str, username: str, code: str) -> list[str]:
        """Keep what was offered, once a code shows that the app has it; returns the recovery codes, told this once.

        Raises CodeRefused, also when a second factor has been set up meanwhile: a password alone replaces none.
        """
        self._count(username)
        with self._database.transaction() as tx:
            secret = self._offered(tx, token)
            step = _matching(secret, code, tx.at, after=0) if secret else None
            if secret is None or step is None or not self._keep(tx, username, secret, step):
                raise CodeRefused
            tx.execute(delete(self._tables.offers).where(self._tables.offers.c.token_sha256 == sha256(token)))
            self._succeeded(tx, username)
            return self._new_codes(tx, username)

    def _keep(self, tx: Transaction, username: str, secret: str, step: int) -> bool:
        sealed = protect(secret, key=self._key, about=username)
        row = {"username": username, "secret": sealed, "last_step": step, "set_up_at": tx.at}
        return bool(add_new(tx, self._tables.secrets, [row]))

    def check(self, username: str, code: str, *, app: bool = True) -> bool:
        """The code is the app's of this moment (if that counts), or a recovery code; each counts once.

        Tells whether it was the app's. Raises CodeRefused. Each attempt is counted before it is tried, so that many at
        once gain nothing.
        """
        self._count(username)
        with self._database.transaction() as tx:
            of_app = app and self._is_code_of_app(tx, username, code)
            if not (of_app or self._is_recovery_code(tx, username, code)):
                raise CodeRefused
            self._succeeded(tx, username)
            return of_app

    def _is_code_of_app(self, tx: Transaction, username: str, code: str) -> bool:
        kept = self._kept(tx, username, lock=True)
        try:
            secret = reveal(kept.secret, key=self._key, about=username) if kept else None
        except Unreadable:
            return False
        step = _matching(secret, code, tx.at, after=kept.last_step) if kept and secret else None
        if step is None:
            return False
        mine = self._tables.secrets.c.username == username
        tx.execute(update(self._tables.secrets).where(mine).values(last_step=step))
        return True

    def _kept(self, tx: Transaction, username: str, *, lock: bool = False) -> Any:
        query = select(self._tables.secrets).where(self._tables.secrets.c.username == username)
        return tx.execute(query.with_for_update() if lock else query).one_or_none()

    def _is_recovery_code(self, tx: Transaction, username: str, code: str) -> bool:
        c = self._tables.codes.c
        mine = (c.username == username) & (c.code_sha256 == sha256(_plain(code)))
        return bool(tx.execute(delete(self._tables.codes).where(mine)).rowcount)

    def new_recovery_codes(self, username: str, code: str) -> list[str]:
        """Others in the place of those before, for whoever has a code; raises CodeRefused."""
        self.check(username, code)
        with self._database.transaction() as tx:
            return self._new_codes(tx, username)

    def _new_codes(self, tx: Transaction, username: str) -> list[str]:
        tx.execute(delete(self._tables.codes).where(self._tables.codes.c.username == username))
        made = [_recovery_code() for _ in range(RECOVERY_CODES)]
        rows = [{"username": username, "code_sha256": sha256(_plain(code))} for code in made]
        tx.execute(insert(self._tables.codes), rows)
        return made

    def recovery_codes_left(self, username: str) -> int:
        """How many have not been used."""
        query = select(func.count()).select_from(self._tables.codes)
        with self._database.reading() as tx:
            return tx.execute(query.where(self._tables.codes.c.username == username)).scalar_one()

    def _count(self, username: str) -> None:
        with self._database.transaction() as tx:
            try:
                sign_ins.count_attempt(tx, self._attempts, _attempt(username))
            except sign_ins.TooEarly as early:
                raise CodeRefused(early.seconds) from None

    def _succeeded(self, tx: Transaction, username: str) -> None:
        sign_ins.forget_failures(tx, self._attempts, _attempt(username))


def _attempt(username: str) -> str:
    return f"code/{username}"


def _matching(secret: str, code: str, at: datetime, *, after: int) -> int | None:
    """The step of which it is the code, if it is one of now and later than the last that was used."""
    totp, now, given = pyotp.TOTP(secret), int(at.timestamp()) // STEP, _plain(code)
    steps = [step for step in range(now - APART, now + APART + 1) if step > after]
    found = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), given)]
    return found[0] if found else None


def _plain(code: str) -> str:
    """As it is compared: hyphens and spaces are for people. What is no code is none."""
    return code.replace("-", "").replace(" ", "").upper() if code.isascii() else ""


def _recovery_code() -> str:
    letters = "".join(secrets.choice(LETTERS) for _ in range(RECOVERY_LETTERS))
    return "-".join(letters[at : at + 4] for at in range(0, RECOVERY_LETTERS, 4))

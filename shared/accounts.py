"""What becomes of somebody's account: switched off and on, its second factor forgotten, opened again by a link."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Table, select, update

from shared import api_tokens
from shared.api_tokens import ApiToken, Terms
from shared.database import Database, Transaction
from shared.oidc.bindings import bind
from shared.oidc.tables import OidcTables, unbind
from shared.passwords import Hasher, accept_password
from shared.second_factor_tables import Tables, find_link, forget, make_link, use_link
from shared.sessions import end_all

Note = Callable[[Transaction, str, str], None]


def _keep_nothing(_tx: Transaction, _what: str, _username: str) -> None:
    """For a service that keeps no audit."""


@dataclass(frozen=True)
class Accounts:
    """The accounts of a service, whose ``staff`` has the columns username, password_hash and active.

    ``note(tx, what, username)`` keeps what was done to whose: user_disabled, user_enabled, second_factor_reset,
    recovery_link_made, recovered, password_changed, account_connected, account_disconnected, token_made,
    token_revoked. ``ending_with`` are more tables with a username: somebody's rows go when all their sessions end.
    """

    database: Database
    staff: Table
    sessions: Table
    half: Table
    second_factors: Tables
    oidc: OidcTables
    tokens: Table
    note: Note = _keep_nothing
    ending_with: tuple[Table, ...] = ()

    def set_active(self, username: str, *, active: bool) -> bool:
        """Let somebody in again, or no longer, and not for the rest of a session; says whether there is anybody."""
        mine = self.staff.c.username == username
        with self.database.transaction() as tx:
            found = tx.execute(update(self.staff).where(mine).values(active=active)).rowcount
            self._end_sessions(tx, username)
            if found:
                self.note(tx, "user_enabled" if active else "user_disabled", username)
        return bool(found)

    def reset_second_factor(self, username: str) -> bool:
        """Have it set up anew at the next sign-in, and end every session; says whether there is anybody active."""
        with self.database.transaction() as tx:
            if not self._is_active(tx, username):
                return False
            forget(tx, self.second_factors, username)
            self._end_sessions(tx, username)
            self.note(tx, "second_factor_reset", username)
            return True

    def recovery_link(self, username: str, *, second_factor_lost: bool = False) -> str | None:
        """The token of a link that works once and for an hour; None if there is nobody active of that name.

        It brings a new password, and nobody past the second factor, unless that is said to be lost: it is set up anew
        then (ASVS 5.0.0, 6.4.3).
        """
        with self.database.transaction() as tx:
            if not self._is_active(tx, username):
                return None
            self.note(tx, "recovery_link_made", username)
            return make_link(tx, self.second_factors, username, keeps_second_factor=not second_factor_lost)

    def owner_of_link(self, token: str) -> str | None:
        """Whose link it is, if it still works and they are still there."""
        with self.database.reading() as tx:
            link = find_link(tx, self.second_factors, token)
            return link.username if link and self._is_active(tx, link.username) else None

    def recover(self, token: str, password: str, hasher: Hasher) -> str | None:
        """Use the link up: another password, no session, no account elsewhere; returns whose it was.

        The second factor is forgotten where the link was made for somebody who has lost it.

        None for a link that does not work. Raises PasswordRefused, which leaves the link as it is.
        """
        username = self.owner_of_link(token)
        if username is None:
            return None
        kept = hasher.hash(accept_password(password, username))
        with self.database.transaction() as tx:
            link = use_link(tx, self.second_factors, token)
            if link is None or not self._is_active(tx, username):
                return None
            mine = self.staff.c.username == username
            tx.execute(update(self.staff).where(mine).values(password_hash=kept))
            if not link.keeps_second_factor:
                forget(tx, self.second_factors, username)
                self.note(tx, "second_factor_reset", username)
            unbind(tx, self.oidc, username)
            self._end_sessions(tx, username)
            self.note(tx, "recovered", username)
        return username

    def change_password(self, username: str, password: str, hasher: Hasher) -> None:
        """Another password; every session that the old one opened is over. Raises PasswordRefused."""
        kept = hasher.hash(accept_password(password, username))
        with self.database.transaction() as tx:
            mine = (self.staff.c.username == username) & self.staff.c.active
            tx.execute(update(self.staff).where(mine).values(password_hash=kept))
            self._end_sessions(tx, username)
            self.note(tx, "password_changed", username)

    def connect(self, username: str, subject: str) -> bool:
        """The hashed subject at the organisation's provider opens that account; says whether there is anybody active.

        Raises SubjectTaken.
        """
        with self.database.transaction() as tx:
            if not self._is_active(tx, username):
                return False
            bind(tx, self.oidc, username, subject)
            self.note(tx, "account_connected", username)
            return True

    def disconnect(self, username: str) -> bool:
        """No account elsewhere opens it any more, and every session is over; says whether one did."""
        with self.database.transaction() as tx:
            found = unbind(tx, self.oidc, username)
            if found:
                self._end_sessions(tx, username)
                self.note(tx, "account_disconnected", username)
        return found

    def issue_token(self, username: str, terms: Terms = Terms()) -> tuple[str, ApiToken] | None:  # noqa: B008 - a value
        """A new token of the API, told this once, and what is kept of it; None if nobody active has that name."""
        with self.database.transaction() as tx:
            if not self._is_active(tx, username):
                return None
            self.note(tx, "token_made", username)
            return api_tokens.issue(tx, self.tokens, username, terms)

    def list_tokens(self) -> list[ApiToken]:
        """Every token that was not ended by command, the next to end first."""
        with self.database.reading() as tx:
            return api_tokens.list_tokens(tx, self.tokens)

    def revoke_token(self, token_id: str) -> ApiToken | None:
        """It opens nothing from now on; returns what it was, None for an id that names none."""
        with self.database.transaction() as tx:
            found = api_tokens.revoke(tx, self.tokens, token_id)
            if found:
                self.note(tx, "token_revoked", found.username)
        return found

    def _is_active(self, tx: Transaction, username: str) -> bool:
        c = self.staff.c
        query = select(c.username).where(c.username == username, c.active)
        return tx.execute(query).first() is not None

    def _end_sessions(self, tx: Transaction, username: str) -> None:
        for table in (self.sessions, self.half, *self.ending_with):
            end_all(tx, table, username)

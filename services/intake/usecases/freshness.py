"""How fresh our directory is: the hub's word is heard, its age is watched, and what it forbids is said."""

from collections.abc import Collection
from datetime import timedelta

import structlog

from services.intake.domain.freshness import Freshness, Staleness
from services.intake.storage import bookkeeping
from services.intake.storage import directory as directory_rows
from services.intake.storage import freshness as rows
from services.intake.storage.tables import metadata
from shared.database import Database, Transaction
from shared.messaging.errors import Refused
from shared.messaging.registers import kept_register
from shared.messaging.topology import from_node
from shared.schemas.intake import DirectoryAsked
from shared.schemas.referral import DirectoryDated
from shared.sealing.register import SignedRegister

ASK_AGAIN_AFTER = timedelta(minutes=10)
OVERTAKEN_BY = timedelta(hours=1)  #: word of an older version may come late, and clocks differ
_HUB = "version of the hub"

log = structlog.get_logger()


def freshness(database: Database) -> Freshness:
    """How fresh our directory is now."""
    with database.reading() as tx:
        return Freshness.at(rows.fresh_at(tx), tx.at)


def watch_freshness(database: Database) -> Freshness:
    """Begin to count if nothing is counted yet, and log it when people are warned."""
    with database.transaction() as tx:
        fresh_at = rows.begin(tx)
        found = Freshness.at(fresh_at, tx.at)
        if found.staleness:
            age = int((tx.at - fresh_at).total_seconds())
            log.warning("directory.stale", state=found.staleness.name.lower(), seconds=age)
    return found


def not_now_to(database: Database, orgs: Collection[str]) -> dict[str, str]:
    """The same as ``not_now``, for a page that offers organisations to choose from."""
    with database.reading() as tx:
        return not_now(tx, orgs)


def not_now(tx: Transaction, orgs: Collection[str]) -> dict[str, str]:
    """Which of these organisations no new referral is sent to while our directory is as old as it is, and why.

    ``directory_too_old`` for all; ``directory_old`` for those that nothing was sent to before.
    """
    staleness = Freshness.at(rows.fresh_at(tx), tx.at).staleness
    if staleness is Staleness.NOTHING_NEW:
        return dict.fromkeys(orgs, "directory_too_old")
    if staleness is Staleness.NOBODY_NEW:
        return dict.fromkeys(set(orgs) - rows.sent_to(tx, orgs), "directory_old")
    return {}


def hear_word(tx: Transaction, word: DirectoryDated) -> None:
    """The hub says which directory is the newest. A moment in the future counts as now.

    What we lack is asked for, and the version of the hub is noted. Raises Refused, which is an alarm:
    ``directory_split`` or ``register_split`` when it says another hash than ours for a version that we have,
    ``directory_rolled_back`` when an older one is to be the newest.
    """
    fresh_at = rows.begin(tx)
    bookkeeping.put_link(tx, _HUB, word.hub_version or "")
    ours, kept = directory_rows.newest_directory(tx), kept_register(tx, metadata)
    if rows.directory_hash(tx, word.directory_version) not in (None, word.hash):
        raise Refused("directory_split")
    if kept and _is_split(kept[0], word):
        raise Refused("register_split")
    held = (ours[0] if ours else 0, kept[0].register.version if kept else 0)
    said = (word.directory_version, word.register_version or held[1])
    if said[0] > held[0] or said[1] > held[1]:
        _ask(tx, held=held[0], newest=said[0])
    elif said == held:
        rows.set_word(tx, fresh_at=max(fresh_at, min(word.said_at, tx.at)))
    elif word.said_at > (rows.directory_kept_at(tx) or tx.at) + OVERTAKEN_BY:
        raise Refused("directory_rolled_back")


def version_of_hub(tx: Transaction) -> str | None:
    """Which version of the software the hub runs, as it said last; empty if it does not say, None before any word."""
    found = bookkeeping.find_link(tx, _HUB)
    return found[1] if found else None


def _is_split(kept: SignedRegister, word: DirectoryDated) -> bool:
    """A register names the hashes of all before it, so that each older version is known as well."""
    hashes, number = (*kept.register.before, kept.hash), word.register_version
    return number is not None and number <= len(hashes) and hashes[number - 1] != word.register_hash


def _ask(tx: Transaction, *, held: int, newest: int) -> None:
    asked_at = rows.asked_at(tx)
    if asked_at and asked_at <= tx.at < asked_at + ASK_AGAIN_AFTER:
        return
    rows.set_word(tx, asked_at=tx.at)
    log.warning("directory.behind", version=newest)
    event = DirectoryAsked(held=held)
    tx.outbox.publish(tx, event, to=from_node(tx.outbox.sender), subject=f"directory/{newest}")

"""Two people decide: what somebody asks for counts once somebody else has approved it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from services.reporting.domain.rules import Rules
from services.reporting.storage import decisions as rows
from services.reporting.storage import staff
from services.reporting.storage.decisions import Proposal
from services.reporting.usecases.masking import say_masking
from shared.database import Database, Transaction


class NotDecided(Exception):
    """Codes: coordinator_unknown, proposal_unknown, proposal_other, same_person, approved_already."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def propose_rules(database: Database, changes: Mapping[str, Any], by: str) -> int:
    """Ask for other rules of the network; returns the proposal's number. Raises RulesWrong, NotDecided."""
    with database.transaction() as tx:
        check_coordinator(tx, by)
        wanted = Rules(**asdict(rows.rules_in_force(tx)) | dict(changes))
        return rows.add_proposal(tx, rows.RULES, asdict(wanted), by)


def approve_rules(database: Database, number: int, by: str) -> Rules:
    """Let proposed rules be in force, and tell all nodes whether counts leave masked; raises NotDecided."""
    with database.transaction() as tx:
        rows.one_at_a_time(tx)
        before = rows.rules_in_force(tx)
        approve(tx, number, by, what=rows.RULES)
        rules = rows.rules_in_force(tx)
        if rules.masked_from or before.masked_from:
            say_masking(tx)
        return rules


def approve(tx: Transaction, number: int, by: str, *, what: str) -> Proposal:
    """The proposal, approved by a second person from now on; raises NotDecided."""
    check_coordinator(tx, by)
    proposal = find(tx, number)
    if proposal.what != what:
        raise NotDecided("proposal_other")
    if proposal.asked_by == by:
        raise NotDecided("same_person")
    if proposal.approved_at is not None:
        raise NotDecided("approved_already")
    rows.set_approved(tx, number, by)
    return proposal


def find(tx: Transaction, number: int) -> Proposal:
    """The proposal; raises NotDecided."""
    proposal = rows.find_proposal(tx, number)
    if proposal is None:
        raise NotDecided("proposal_unknown")
    return proposal


def check_coordinator(tx: Transaction, username: str) -> None:
    """Raises NotDecided for whoever is no active coordinator."""
    if staff.find(tx, username) is None:
        raise NotDecided("coordinator_unknown")


def rules_in_force(database: Database) -> Rules:
    """What holds now."""
    with database.reading() as tx:
        return rows.rules_in_force(tx)


def open_proposals(database: Database) -> list[Any]:
    """Those that wait for a second person, oldest first."""
    with database.reading() as tx:
        return list(rows.open_proposals(tx))

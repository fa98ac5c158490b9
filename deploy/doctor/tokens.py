"""Tokens of the API that end soon: by then the system that has one must have another."""

from datetime import timedelta

from sqlalchemy import Table

from deploy.doctor.check import WELL, Check, Finding, Node, warning
from deploy.doctor.hub import Hub
from services.intake.storage.tables import api_tokens as of_node
from services.reporting.storage.tables import api_tokens as of_hub
from shared.api_tokens import list_tokens
from shared.database import Transaction

SOON = timedelta(days=30)  #: before the end; and after it, unless the token was revoked


def tokens(node: Node) -> Finding:
    """None of the staff's ends unseen."""
    return node.asked(lambda tx: _ending(tx, of_node))


def tokens_of_hub(hub: Hub) -> Finding:
    """None of the coordinators' ends unseen."""
    return hub.asked("reporting", lambda tx: _ending(tx, of_hub))


def _ending(tx: Transaction, table: Table) -> Finding:
    soon = [one.id for one in list_tokens(tx, table) if abs(one.ends_at - tx.at) < SOON]
    if not soon:
        return WELL
    return warning(
        f"these end within thirty days, or have ended: {', '.join(soon)}",
        "throughline user tokens says whose they are; throughline user token makes another, revoke-token ends one",
    )


CHECKS = (Check("tokens", tokens),)

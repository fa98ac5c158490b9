"""The node's tables and every query on them; a query on personal records says who asks with ``seen_by``."""

from services.intake.storage import (
    attachment_tables,
    audit_tables,
    capacity_tables,
    conference_tables,
    counting_tables,
    erasure_tables,
    interchange_tables,
    kept_forms,
    network_tables,
    notice_tables,
    push_tables,
    sheet_tables,
    slip_tables,
    staff_tables,
    webhook_tables,
)
from services.intake.storage.tables import inbox, keys, metadata, outbox, parked

__all__ = [
    "attachment_tables",
    "audit_tables",
    "capacity_tables",
    "conference_tables",
    "counting_tables",
    "erasure_tables",
    "inbox",
    "interchange_tables",
    "kept_forms",
    "keys",
    "metadata",
    "network_tables",
    "notice_tables",
    "outbox",
    "parked",
    "push_tables",
    "sheet_tables",
    "slip_tables",
    "staff_tables",
    "webhook_tables",
]

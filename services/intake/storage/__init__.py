"""The node's tables and every query on them; a query on personal records says who asks with ``seen_by``."""

from services.intake.storage import audit_tables, interchange_tables, staff_tables, webhook_tables
from services.intake.storage.tables import inbox, keys, metadata, outbox, parked

__all__ = [
    "audit_tables",
    "inbox",
    "interchange_tables",
    "keys",
    "metadata",
    "outbox",
    "parked",
    "staff_tables",
    "webhook_tables",
]

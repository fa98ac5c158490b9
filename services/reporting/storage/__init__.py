"""Counts as they were contributed, referrals as they were observed, and who may read."""

from services.reporting.storage import masked_tables, release_tables
from services.reporting.storage.tables import metadata

__all__ = ["masked_tables", "metadata", "release_tables"]

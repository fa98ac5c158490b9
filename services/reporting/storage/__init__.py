"""Counts as they were contributed, referrals as they were observed, and who may read."""

from services.reporting.storage import release_tables
from services.reporting.storage.tables import metadata

__all__ = ["metadata", "release_tables"]

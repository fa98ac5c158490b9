"""Whom to tell, what waits to be told, and what became of each mail."""

from services.notifications.storage.contacts import Contact
from services.notifications.storage.tables import metadata

__all__ = ["Contact", "metadata"]

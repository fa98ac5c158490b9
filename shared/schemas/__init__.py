"""The contract between the organisations: every event, once, with its example."""

from shared.schemas import conferences, hub, intake, masking, questions, referral, reporting
from shared.schemas.registry import Event, Record, event_types, find, newest

__all__ = [
    "Event",
    "Record",
    "conferences",
    "event_types",
    "find",
    "hub",
    "intake",
    "masking",
    "newest",
    "questions",
    "referral",
    "reporting",
]

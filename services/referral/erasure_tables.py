"""The hub's tables of withdrawn consent: what was asked to be erased, and what each organisation has said."""

from sqlalchemy import JSON, Column, Integer, MetaData, String, Table, Uuid

from shared.database import Moment


def add_erasure_tables(metadata: MetaData) -> tuple[Table, Table]:
    """Define them in the service's metadata: ``erasures`` and ``erasure_receipts``."""
    erasures = Table(
        "erasures",
        metadata,
        Column("asked_id", Uuid, primary_key=True),
        Column("referral_id", Uuid, primary_key=True, index=True),
        Column("asked_at", Moment, nullable=False),
    )  # for which referral it was asked, and one of those with which something went: itself, or one forwarded from it
    receipts = Table(
        "erasure_receipts",
        metadata,
        Column("referral_id", Uuid, primary_key=True),
        Column("revision", Integer, nullable=False),
        Column("receipted_at", Moment, nullable=False),
        Column("holdings", JSON, nullable=False),
        Column("letter_id", Uuid),
        Column("letter", String(64)),
    )
    return erasures, receipts

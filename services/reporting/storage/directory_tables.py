"""What the directory says of where organisations are and what they offer, as far as coverage and regions need it."""

from sqlalchemy import JSON, Boolean, Column, Integer, MetaData, String, Table

REGION = String(6)  #: ISO 3166-2


def add_directory_tables(metadata: MetaData) -> tuple[Table, Table]:
    """Define both in the metadata: where each organisation is at home, and what is offered."""
    homes = Table(
        "homes",
        metadata,
        Column("org", String(31), primary_key=True),
        Column("region", REGION),
        Column("directory_version", Integer, nullable=False),
    )
    offers = Table(
        "offers",
        metadata,
        Column("offer", Integer, primary_key=True, autoincrement=False),
        Column("service_type", String(60), nullable=False),
        Column("regions", JSON, nullable=False),
        Column("is_open", Boolean, nullable=False),
    )
    return homes, offers

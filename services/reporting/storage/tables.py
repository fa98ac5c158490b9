"""The reporting service's tables."""

from sqlalchemy import JSON, Boolean, Column, Index, Integer, String, Table, Uuid

from services.reporting.domain.observing import MOMENTS, REGIONS
from services.reporting.storage.directory_tables import REGION, add_directory_tables
from shared.api_tokens import add_token_table
from shared.database import Moment, new_metadata
from shared.messaging.tables import add_message_tables
from shared.oidc.tables import add_oidc_tables
from shared.second_factor_tables import add_second_factor_tables
from shared.sessions import add_session_table
from shared.sign_ins import add_sign_in_table

metadata = new_metadata()
add_message_tables(metadata)

contributions = Table(
    "contributions",
    metadata,
    Column("org", String(31), primary_key=True),
    Column("period", String(7), primary_key=True),
    Column("workbook", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("cells", JSON, nullable=False),
    Column("received_at", Moment, nullable=False),
    Index("ix_contributions_period", "period"),
)
referrals = Table(
    "referrals",
    metadata,
    Column("referral_id", Uuid, primary_key=True),
    Column("period", String(7)),
    Column("service_type", String(60), nullable=False),
    Column("urgency", String(20), nullable=False),
    Column("state", String(30), nullable=False),
    Column("number", Integer, nullable=False),
    *(Column(name, Moment) for name in MOMENTS),
    *(Column(name, REGION) for name in REGIONS),
    Index("ix_referrals_period", "period"),
)
staff = Table(
    "staff",
    metadata,
    Column("username", String(200), primary_key=True),
    Column("display_name", String(200), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("language", String(2)),
    Column("active", Boolean, nullable=False),
)
api_tokens = add_token_table(metadata)
sessions = add_session_table(metadata)
sign_ins = add_sign_in_table(metadata)
second_factors = add_second_factor_tables(metadata)
half_sign_ins = add_session_table(metadata, "half_sign_ins")
oidc = add_oidc_tables(metadata)
homes, offers = add_directory_tables(metadata)

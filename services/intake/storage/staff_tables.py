"""The tables of who may see what, what was opened in an emergency, second factors, accounts elsewhere."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Uuid

from services.intake.storage.tables import NAME, ORG, metadata
from shared.database import Moment
from shared.oidc.tables import add_oidc_tables
from shared.second_factor_tables import add_second_factor_tables
from shared.sessions import add_session_table

# ``until`` is empty for those who work on it, and the end of an emergency for those who do not.
file_workers = Table(
    "file_workers",
    metadata,
    Column("person_id", Uuid, ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("username", NAME, primary_key=True),
    Column("until", Moment),
    Index(None, "username", "person_id", "until"),
)

# A referral to us that nobody works on is everybody's whose work is cases.
referral_workers = Table(
    "referral_workers",
    metadata,
    Column("referral_id", Uuid, ForeignKey("referrals.id", ondelete="CASCADE"), primary_key=True),
    Column("username", NAME, primary_key=True, index=True),
    Column("until", Moment),
)

openings = Table(
    "openings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("org", ORG, nullable=False),
    Column("username", NAME, nullable=False),
    Column("person_id", Uuid),
    Column("referral_id", Uuid),
    Column("sealed", LargeBinary, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("reviewed_by", NAME),
    Column("reviewed_at", Moment),
)

# Between ``since`` and ``until`` the deputy sees what this member of staff works on.
deputies = Table(
    "deputies",
    metadata,
    Column("username", NAME, primary_key=True),
    Column("deputy", NAME, nullable=False, index=True),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("named_by", NAME, nullable=False),
)

second_factors = add_second_factor_tables(metadata)
half_sign_ins = add_session_table(metadata, "half_sign_ins")
oidc = add_oidc_tables(metadata)

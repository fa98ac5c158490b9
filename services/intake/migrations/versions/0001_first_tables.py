"""The first tables of a node."""

import sqlalchemy as sa
from alembic import op

from shared.messaging.first_tables import create_message_tables

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_message_tables()
    _people()
    _cases()
    _referrals()
    _moves()
    _staff()
    _web()
    _directory()
    _bookkeeping()


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("org", sa.String(31), nullable=False),
        sa.Column("alias", sa.String(200)),
        sa.Column("given_name", sa.String(200)),
        sa.Column("family_name", sa.String(200)),
        sa.Column("birth_date", sa.Date()),
        sa.Column("age_band", sa.String(10)),
        sa.Column("gender", sa.String(60)),
        sa.Column("citizenship", sa.String(3)),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("phone", sa.String(50)),
        sa.Column("address", sa.String(500)),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(60), nullable=False),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("given_by", sa.String(60), nullable=False),
        sa.Column("purposes", sa.JSON(), nullable=False),
        sa.Column("organisations", sa.JSON(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("legal_basis", sa.String(60), nullable=False),
        sa.Column("given_at", MOMENT, nullable=False),
        sa.Column("expires_on", sa.Date()),
        sa.Column("withdrawn_at", MOMENT),
        sa.Column("recorded_by", sa.String(60), nullable=False),
        sa.UniqueConstraint("person_id", "version"),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("org", sa.String(31), nullable=False),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("people.id"), nullable=False),
        sa.Column("reference", sa.String(9), nullable=False, unique=True),
        sa.Column("status", sa.String(60), nullable=False),
        sa.Column("conclusion", sa.String(60)),
        sa.Column("exploitation", sa.JSON(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("opened_by", sa.String(60), nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.Column("closure_reason", sa.String(60)),
    )
    op.create_index("ix_cases_person_id", "cases", ["person_id"])
    op.create_table(
        "needs",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("service_type", sa.String(60), nullable=False),
        sa.Column("priority", sa.String(60), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
    )
    op.create_index("ix_needs_case_id", "needs", ["case_id"])


def _referrals() -> None:
    op.create_table(
        "referrals",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("org", sa.String(31), nullable=False),
        sa.Column("direction", sa.String(3), nullable=False),
        sa.Column("other_org", sa.String(31), nullable=False),
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id")),
        sa.Column("need_id", sa.Uuid(), sa.ForeignKey("needs.id")),
        sa.Column("reference", sa.String(60)),
        sa.Column("service_type", sa.String(60), nullable=False),
        sa.Column("urgency", sa.String(60), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("acknowledge_by", MOMENT),
        sa.Column("reply_by", MOMENT),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("shown_state", sa.String(60), nullable=False),
        sa.Column("unconfirmed", sa.Boolean(), nullable=False),
        sa.Column("overdue_acknowledgement", sa.Boolean(), nullable=False),
        sa.Column("overdue_reply", sa.Boolean(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("unseen", sa.Boolean(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("quiet_until", MOMENT),
        sa.Column("content", sa.JSON()),
    )
    _arrange_referrals()


def _arrange_referrals() -> None:
    op.create_index("ix_referrals_case_id", "referrals", ["case_id"])
    op.create_index("ix_referrals_shown_state", "referrals", ["shown_state"])
    op.create_index("ix_referrals_quiet_until", "referrals", ["quiet_until"])
    op.create_index(
        "ix_referrals_news",
        "referrals",
        ["id"],
        sqlite_where=sa.text("unseen = 1"),
        postgresql_where=sa.text("unseen"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # A referral moves on many times, and each time its row is written anew: its content stays where it is.
        op.execute("ALTER TABLE referrals ALTER COLUMN content SET STORAGE EXTERNAL")
        op.execute("ALTER TABLE referrals SET (toast_tuple_target = 256)")


def _moves() -> None:
    op.create_table(
        "moves",
        sa.Column("referral_id", sa.Uuid(), sa.ForeignKey("referrals.id"), primary_key=True),
        sa.Column("move_id", sa.Uuid(), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer()),
        sa.Column("move", sa.String(60), nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("by_org", sa.String(31), nullable=False),
        sa.Column("made_by", sa.String(60)),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT),
        sa.Column("reason", sa.String(60)),
        sa.Column("note", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("scheduled_for", MOMENT),
        sa.Column("refused_after", sa.Integer()),
        sa.Column("allowed", sa.JSON()),
        sa.Column("unreadable", sa.String(60)),
    )


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("username", sa.String(60), primary_key=True),
        sa.Column("id", sa.Uuid(), nullable=False, unique=True),
        sa.Column("org", sa.String(31), nullable=False),
        sa.Column("display_name", sa.String(200), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("role", sa.String(60), nullable=False),
        sa.Column("email", sa.String(254)),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "sign_ins",
        sa.Column("name_sha256", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("wait_until", MOMENT, nullable=False),
    )
    op.create_table(
        "api_tokens",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("username", sa.String(60), sa.ForeignKey("staff.username"), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
    )


def _web() -> None:
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column("username", sa.String(200), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
    )
    op.create_index("ix_sessions_username", "sessions", ["username"])
    op.create_table(
        "idempotency_keys",
        sa.Column("username", sa.String(60), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("answer", sa.JSON()),
        sa.Column("at", MOMENT, nullable=False),
    )


def _directory() -> None:
    op.create_table(
        "directories",
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
    )
    op.create_table(
        "partners",
        sa.Column("org", sa.String(31), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("public_key", sa.Text()),
    )
    op.create_table(
        "offers",
        sa.Column("org", sa.String(31), primary_key=True),
        sa.Column("service_id", sa.Uuid(), primary_key=True),
        sa.Column("service_type", sa.String(60), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
    )
    op.create_index("ix_offers_service_type", "offers", ["service_type"])
    op.create_table(
        "own_services",
        sa.Column("service_id", sa.Uuid(), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
    )


def _bookkeeping() -> None:
    op.create_table(
        "revisions",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
    )
    op.create_table(
        "link",
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
    )
    op.create_table(
        "node",
        sa.Column("org", sa.String(31), primary_key=True),
        sa.Column("claimed_at", MOMENT, nullable=False),
    )

"""The node's tables. Those with an ``org`` column hold personal content and are only read for somebody.

What is personal stands in cells, as ``cells`` seals them: ``sealed``, and beside it the ``data_key`` of what is erased
as one. The columns in which version 0.1.0 wrote the same in the clear are empty: ``in_the_clear`` seals what it finds.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from services.intake.storage.flags import filled, flagged
from shared.api_tokens import add_token_table
from shared.database import Moment, new_metadata
from shared.messaging.letters import add_letter_table
from shared.messaging.tables import add_message_tables
from shared.sessions import add_session_table
from shared.sign_ins import add_sign_in_table

metadata = new_metadata()
add_message_tables(metadata)
outbox, inbox, parked, keys = (metadata.tables[name] for name in ("outbox", "inbox", "parked", "keys"))

ORG = String(31)
CODE = String(60)
NAME = String(60)  #: a username

FLAGS = ("unseen", "overdue_acknowledgement", "overdue_reply")
IS_UNMET = text("state IN ('open', 'planned')")

people = Table(
    "people",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("org", ORG, nullable=False),
    Column("alias", String(200)),
    Column("given_name", String(200)),
    Column("family_name", String(200)),
    Column("birth_date", Date),
    Column("age_band", String(10)),
    Column("gender", CODE),
    Column("citizenship", String(3)),
    Column("languages", JSON, nullable=False),
    Column("phone", String(50)),
    Column("address", String(500)),
    Column("search_key", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", NAME, nullable=False),
    Column("data_key", LargeBinary),
    Column("sealed", LargeBinary),
    Column("counted", LargeBinary),
    Column("alias_index", LargeBinary, index=True),
    Column("phone_index", LargeBinary, index=True),
    Column("erased_at", Moment),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("given_by", CODE, nullable=False),
    Column("purposes", JSON, nullable=False),
    Column("organisations", JSON, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("legal_basis", CODE, nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("expires_on", Date),
    Column("withdrawn_at", Moment),
    Column("recorded_by", NAME, nullable=False),
    UniqueConstraint("person_id", "version"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("org", ORG, nullable=False),
    Column("person_id", Uuid, ForeignKey("people.id"), nullable=False, index=True),
    Column("reference", String(9), nullable=False, unique=True),
    Column("status", CODE, nullable=False),
    Column("conclusion", CODE),
    Column("exploitation", JSON, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("opened_by", NAME, nullable=False),
    *(Column(name, Moment) for name in ("closed_at", "erased_at")),
    *(Column(name, CODE) for name in ("closure_reason", "identified_by", "risk")),
    Column("immediate_risk", Boolean),
    Column("counted", LargeBinary),
    flagged("cases", "immediate_risk"),
)

needs = Table(
    "needs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False, index=True),
    Column("service_type", CODE, nullable=False),
    Column("priority", CODE, nullable=False),
    Column("state", CODE, nullable=False),
    *(Column(name, CODE) for name in ("how", "outcome")),
    Column("planned_on", Date),
    Index("ix_needs_unmet", "planned_on", "id", sqlite_where=IS_UNMET, postgresql_where=IS_UNMET),
)

referrals = Table(
    "referrals",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("org", ORG, nullable=False),
    Column("direction", String(3), nullable=False),
    Column("other_org", ORG, nullable=False),
    Column("case_id", Uuid, ForeignKey("cases.id"), index=True),
    Column("person_id", Uuid),  # of the case: who may see the referral is asked on every page
    Column("need_id", Uuid, ForeignKey("needs.id")),
    Column("reference", String(60)),
    Column("service_type", CODE, nullable=False),
    Column("urgency", CODE, nullable=False),
    Column("sent_at", Moment, nullable=False),
    Column("acknowledge_by", Moment),
    Column("reply_by", Moment),
    Column("number", Integer, nullable=False),
    *(Column(name, CODE, nullable=False) for name in ("state", "shown_state")),
    *(Column(name, Boolean, nullable=False) for name in ("unconfirmed", "refused", *FLAGS)),
    Column("asked", Integer, nullable=False),
    Column("quiet_until", Moment),
    Column("content", JSON(none_as_null=True)),
    Column("data_key", LargeBinary),
    Column("sealed", LargeBinary),
    Column("reference_index", LargeBinary),
    Index(None, "shown_state", "direction", "reply_by", "id"),
    Column("link", String(64)),
    *(Column(name, CODE) for name in ("rung", "next_rung")),
    *(Column(name, Moment) for name in ("rung_at", "next_rung_at", "held_until", "how_asked_at", "said_at")),
    Column("parent_id", Uuid),
    Column("purpose", CODE),
    *(flagged("referrals", flag, ("sent_at", "id")) for flag in FLAGS),
    *(filled("referrals", name) for name in ("quiet_until", "parent_id", "reference_index")),
)

moves = Table(
    "moves",
    metadata,
    Column("referral_id", Uuid, ForeignKey("referrals.id"), primary_key=True),
    Column("move_id", Uuid, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("number", Integer),
    Column("move", CODE, nullable=False),
    Column("state", CODE, nullable=False),
    Column("by_org", ORG, nullable=False),
    Column("made_by", NAME),
    Column("made_at", Moment, nullable=False),
    Column("recorded_at", Moment),
    Column("reason", CODE),
    Column("note", Text),
    Column("outcome", Text),
    Column("scheduled_for", Moment),
    Column("refused_after", Integer),
    Column("allowed", JSON(none_as_null=True)),
    Column("unreadable", CODE),
    Column("sealed", LargeBinary),
    Column("letter", String(64)),
    Column("link", String(64)),
)

letters = add_letter_table(metadata)

staff = Table(
    "staff",
    metadata,
    Column("username", NAME, primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("org", ORG, nullable=False),
    Column("display_name", String(200), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("role", CODE, nullable=False),
    Column("email", String(254)),
    Column("language", String(2), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("sealed", LargeBinary),
)

sign_ins = add_sign_in_table(metadata)

api_tokens = add_token_table(metadata)

sessions = add_session_table(metadata)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("username", NAME, primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("body_sha256", String(64), nullable=False),
    Column("status", Integer),
    Column("answer", JSON(none_as_null=True)),
    Column("at", Moment, nullable=False),
    Column("sealed", LargeBinary),
)

directories = Table(
    "directories",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("body", JSON, nullable=False),
    Column("kept_at", Moment, nullable=False),
)

partners = Table(
    "partners",
    metadata,
    Column("org", ORG, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("public_key", Text),
)

offers = Table(
    "offers",
    metadata,
    Column("org", ORG, primary_key=True),
    Column("service_id", Uuid, primary_key=True),
    Column("service_type", CODE, nullable=False, index=True),
    Column("body", JSON, nullable=False),
)

own_services = Table(
    "own_services",
    metadata,
    Column("service_id", Uuid, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    Column("sealed", LargeBinary),
)

revisions = Table(
    "revisions",
    metadata,
    Column("name", CODE, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
)

link = Table(
    "link",
    metadata,
    Column("name", CODE, primary_key=True),
    Column("seen_at", Moment, nullable=False),
    Column("state", CODE, nullable=False),
)

node = Table(
    "node", metadata, Column("org", ORG, primary_key=True), Column("claimed_at", Moment, nullable=False)
)

storage_keys = Table(
    "storage_keys",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("proof", LargeBinary, nullable=False),
    Column("used_since", Moment, nullable=False),
    Column("rewritten_at", Moment),
)

legal_holds = Table(
    "legal_holds",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("record_id", Uuid, nullable=False, index=True),
    Column("asked_by", NAME, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("confirmed_by", NAME),
    Column("confirmed_at", Moment),
    Column("lift_asked_by", NAME),
    Column("lift_asked_at", Moment),
    Column("lifted_by", NAME),
    Column("lifted_at", Moment),
    Column("sealed", LargeBinary),
)

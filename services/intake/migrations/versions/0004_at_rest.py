"""What is personal lies sealed; the values that are there are sealed at the node's start, which has the key."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MOMENT = sa.DateTime(timezone=True)
CELLS = {
    "people": ("data_key", "sealed", "counted", "alias_index", "phone_index"),
    "referrals": ("data_key", "sealed", "reference_index"),
    "moves": ("sealed",),
    "idempotency_keys": ("sealed",),
}


def upgrade() -> None:
    for table, names in CELLS.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.LargeBinary()))
    for table in ("people", "cases"):
        op.add_column(table, sa.Column("erased_at", MOMENT))
    for name in ("alias_index", "phone_index"):
        op.create_index(f"ix_people_{name}", "people", [name])
    came = sa.text("reference_index IS NOT NULL")
    named = ("ix_referrals_reference_index", "referrals", ["reference_index"])
    op.create_index(*named, sqlite_where=came, postgresql_where=came)
    op.create_table(
        "storage_keys",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("used_since", MOMENT, nullable=False),
        sa.Column("rewritten_at", MOMENT),
    )
    _legal_holds()
    if op.get_bind().dialect.name == "postgresql":
        # What is sealed cannot be compressed; finding that out costs more than all the rest.
        for table in CELLS:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN sealed SET STORAGE EXTERNAL")


def _legal_holds() -> None:
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.String(60), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("confirmed_by", sa.String(60)),
        sa.Column("confirmed_at", MOMENT),
        sa.Column("lift_asked_by", sa.String(60)),
        sa.Column("lift_asked_at", MOMENT),
        sa.Column("lifted_by", sa.String(60)),
        sa.Column("lifted_at", MOMENT),
        sa.Column("sealed", sa.LargeBinary()),
    )
    op.create_index("ix_legal_holds_record_id", "legal_holds", ["record_id"])

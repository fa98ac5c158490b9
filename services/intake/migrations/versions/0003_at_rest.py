"""What is personal lies sealed; the values that are there are sealed at the node's start, which has the key."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"

MOMENT = sa.DateTime(timezone=True)
CELLS = {
    "people": ("data_key", "sealed", "counted", "alias_index", "phone_index"),
    "referrals": ("data_key", "sealed"),
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
    op.create_table(
        "storage_keys",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("used_since", MOMENT, nullable=False),
        sa.Column("rewritten_at", MOMENT),
    )
    if op.get_bind().dialect.name == "postgresql":
        # What is sealed cannot be compressed; finding that out costs more than all the rest.
        for table in CELLS:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN sealed SET STORAGE EXTERNAL")

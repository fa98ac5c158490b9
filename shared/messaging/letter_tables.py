"""What 0.2.0 adds to a service's messages: the keys of others, and of what is kept which event, and until when."""

import sqlalchemy as sa
from alembic import op


def add_keys() -> None:
    """In every service."""
    op.create_table(
        "keys",
        sa.Column("party", sa.String(31), primary_key=True),
        sa.Column("sealing", sa.Text(), nullable=False),
        sa.Column("signing", sa.Text()),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.add_column("parked", sa.Column("message_id", sa.Uuid()))


def add_letters() -> None:
    """Where moves are kept: the letters that prove them, and the chain."""
    op.create_table(
        "letters",
        sa.Column("referral_id", sa.Uuid(), primary_key=True),
        sa.Column("move_id", sa.Uuid(), primary_key=True),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("private", sa.LargeBinary()),
    )
    op.add_column("referrals", sa.Column("link", sa.String(64)))
    for column in ("letter", "link"):
        op.add_column("moves", sa.Column(column, sa.String(64)))


def add_register() -> None:
    """In every service: the register of keys, and of each party its state and what it signed with before."""
    op.create_table(
        "register",
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("signatures", sa.JSON(), nullable=False),
        sa.Column("statements", sa.JSON(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.execute("delete from keys")
    op.add_column("keys", sa.Column("state", sa.String(10), nullable=False, server_default="active"))
    op.add_column("keys", sa.Column("former", sa.JSON()))


def add_contents() -> None:
    """In every service: what stands for the contents of a message that was heard."""
    op.add_column("inbox", sa.Column("contents", sa.LargeBinary()))


def add_attempts() -> None:
    """In every service: how often what is kept was tried, and when it is tried again.

    What a person had sent again, and no broker has yet, is kept to be tried from here instead. What was handed over too
    often was kept whole under the id of its first event, and is for all of them.
    """
    op.execute("UPDATE parked SET message_id = NULL WHERE reason = 'delivery_limit'")
    op.add_column("parked", sa.Column("attempts", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("parked", sa.Column("due_at", sa.DateTime(timezone=True)))
    op.create_index("ix_parked_due", "parked", ["due_at"])
    op.execute(
        "INSERT INTO parked (id, queue, reason, routing_key, body, parked_at, message_id, due_at)"
        " SELECT message_id, replace(exchange, '.retry', ''), 'sent_again', replace(exchange, '.retry', ''), body,"
        " due_at, message_id, due_at FROM outbox WHERE exchange LIKE '%.retry'"
    )
    op.execute("DELETE FROM outbox WHERE exchange LIKE '%.retry'")

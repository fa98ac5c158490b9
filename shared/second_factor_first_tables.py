"""The tables of second factors as the migration that brings them makes them; what changes later is one of its own."""

import sqlalchemy as sa
from alembic import op

MOMENT = sa.DateTime(timezone=True)


def create_second_factor_tables() -> None:
    """Secrets of apps, recovery codes and links, passkeys, and sign-ins that wait for the second factor."""
    op.create_table(
        "totp_secrets",
        sa.Column("username", sa.String(200), primary_key=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("set_up_at", MOMENT, nullable=False),
    )
    op.create_table(
        "totp_offers",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("username", sa.String(200), primary_key=True),
        sa.Column("code_sha256", sa.String(64), primary_key=True),
    )
    _create_passkeys()
    _create_tokens()


def _create_passkeys() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(1364), primary_key=True),
        sa.Column("username", sa.String(200), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
    )
    op.create_table(
        "passkey_challenges",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column("challenge", sa.String(100), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
    )


def _create_tokens() -> None:
    op.create_table(
        "recovery_links",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column("username", sa.String(200), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
    )
    op.create_table(
        "half_sign_ins",
        sa.Column("token_sha256", sa.String(64), primary_key=True),
        sa.Column("username", sa.String(200), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
    )
    for table in ("passkeys", "recovery_links", "half_sign_ins"):
        op.create_index(f"ix_{table}_username", table, ["username"])

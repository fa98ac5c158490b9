"""Every token of the API has an end, and says what it is for."""

from shared.api_tokens_made_anew import give_an_end

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """The table anew, with what it held."""
    give_an_end(sha256="token_sha256", issued_at="created_at")

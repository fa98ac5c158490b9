"""What counts as text everywhere."""

import re

_NONE = re.compile("[\0\ud800-\udfff]")


def is_text(value: str) -> bool:
    """Whether every database takes it: no NUL, and no half of a surrogate pair."""
    return not _NONE.search(value)

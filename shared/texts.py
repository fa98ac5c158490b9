"""What counts as text everywhere."""


def is_text(value: str) -> bool:
    """Whether every database takes it: no NUL, and no half of a surrogate pair."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in value

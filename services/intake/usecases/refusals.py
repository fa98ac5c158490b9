"""The ways in which a use case says no; codes only, never what was typed."""

from collections.abc import Mapping, Sequence


class NotFound(Exception):
    """There is no such thing for whoever asks: absent, another organisation's, or not theirs to see."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotPermitted(Exception):
    """The role of whoever asks does not do this."""

    code = "not_permitted"


class Invalid(Exception):
    """What was given does not obey the rules: a code for each field, and its text the codes alone."""

    code = "invalid"

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(sorted(set(errors.values()))))
        self.errors = dict(errors)


class Conflict(Exception):
    """Not from this state; says the state and what is allowed from it."""

    code = "conflict"

    def __init__(self, state: str, allowed: Sequence[str] = ()) -> None:
        super().__init__(f"not from {state}; allowed: {', '.join(allowed) or 'nothing'}")
        self.state, self.allowed = state, tuple(allowed)

"""What can go wrong with a message. Errors carry codes and identifiers, never contents."""


class MessagingError(Exception):
    """A message could not be handled."""

    code = "messaging_error"


class Refused(MessagingError):
    """The rules say no, and they will say no again: the message is parked."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unready(MessagingError):
    """Something that must come first has not come yet: the message is tried again later."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class LinkLost(Exception):
    """The connection to the broker is gone; what was not confirmed or acknowledged will be repeated."""


class Misconfigured(Exception):
    """The broker refuses us or lacks our queue: trying again will not help until somebody mends it."""

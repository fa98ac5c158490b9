"""How a sign-in with an organisation's account fails: there, or by what is said there."""


class ProviderAway(Exception):
    """The provider does not answer, or not as one; ``code`` says how."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TokenRefused(Exception):
    """The token is not what it must be; ``code`` says which part of it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class UnknownKey(TokenRefused):
    """It names a key that is not among those of the provider that are known here."""

    def __init__(self) -> None:
        super().__init__("unknown_key")

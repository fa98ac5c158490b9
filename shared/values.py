"""Values: dataclasses that nobody changes, and that cost no more than others.

A frozen dataclass sets field by field through a detour, and takes several times as long to make; of each message
some twenty are made. The type checker sees to it that nobody changes a value: to it they are frozen.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from dataclasses import dataclass

    def value(*, frozen: bool) -> Callable[[type], type]:
        """Like ``dataclass``, frozen for the type checker alone."""
        return dataclass(unsafe_hash=frozen)


__all__ = ["value"]

"""The pulse of a broker: it may speak with us, beat its heart, and yet be cut off from its cluster and do nothing."""

import time
from collections.abc import Callable

QUIET = 2.5  #: seconds without any sign of life, after which the broker is asked for one
PATIENCE = 4.0  #: seconds it has for that


class Pulse:
    """Knows when the broker last did something; ``ask`` has it do something which it answers."""

    def __init__(self, ask: Callable[[], object]) -> None:
        self._ask = ask
        self._since, self._asked = time.monotonic(), False

    def felt(self) -> None:
        """It has delivered something, or answered."""
        self._since, self._asked = time.monotonic(), False

    @property
    def is_missed(self) -> bool:
        """Whether the answer stays out: whoever did not look for long should read on before judging."""
        return self._asked and time.monotonic() - self._since > PATIENCE

    def feel(self) -> None:
        """Ask after a while of silence; raises OSError when that brought no answer."""
        if self.is_missed:
            raise OSError("no pulse")
        if not self._asked and time.monotonic() - self._since > QUIET:
            self._since, self._asked = time.monotonic(), True
            self._ask()

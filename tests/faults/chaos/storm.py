"""Send referrals while everything breaks: ``python -m tests.faults.chaos.storm 10000 200``."""

import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import uuid4

import httpx

from shared.polling import poll_until
from tests.affairs import affairs_of
from tests.faults.chaos.faults import FAULTS
from tests.faults.chaos.place import A, B, Place, stormy_place
from tests.faults.chaos.told import require_told_and_counted
from tests.faults.referrals import ids_in
from tests.network import order

SENDERS = 4
AHEAD = 0.02  #: how far, as a share of all, sending may be ahead of breaking
HEALED_WITHIN = 300.0  #: seconds after the last fault in which all must have arrived
HEARD_WITHIN = 120.0  #: seconds in which one request must have been answered at last
OF_EACH = 25  #: referrals of a sender about one person
SEED = 20261128


@dataclass
class Storm:
    """What was sent by now, and what was broken."""

    place: Place
    referrals: int
    faults: int
    sent: list[str] = field(default_factory=list)
    broken: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)

    def rage(self) -> None:
        """Break and send at the same time, both evenly."""
        with ThreadPoolExecutor(SENDERS + 1) as threads:
            shares = [range(first, self.referrals, SENDERS) for first in range(SENDERS)]
            working = [threads.submit(self._until_over, self._break)]
            working += [threads.submit(self._until_over, partial(self._send, share)) for share in shares]
        for one in working:
            one.result()

    def _until_over(self, do: Callable[[], None]) -> None:
        """Whoever fails ends the storm for all."""
        try:
            do()
        except BaseException:
            self._over.set()
            raise

    def _break(self) -> None:
        dice, names = self.place.dice, list(FAULTS)
        for number in range(self.faults):
            poll_until(partial(self._has_sent, number / self.faults), seconds=HEARD_WITHIN, what="progress")
            fault = names[number] if number < len(names) else dice.choices(names, list(FAULTS.values()))[0]
            fault(self.place)
            self.broken[fault.__name__] += 1

    def _has_sent(self, share: float) -> bool:
        return self._over.is_set() or len(self.sent) / self.referrals + AHEAD >= share

    def _send(self, share: range) -> None:
        case_id = ""
        for number, _ in enumerate(share):
            while len(self.sent) / self.referrals > self.broken.total() / self.faults + 2 * AHEAD:
                if self._over.wait(0.02):
                    return
            if number % OF_EACH == 0:
                case_id = self._register()
            referral_id = self._refer(case_id)
            with self._lock:
                self.sent.append(referral_id)

    def _register(self) -> str:
        """Somebody new, who agrees to be counted; whoever is left half-way has no case, and is counted nowhere."""

        def attempt() -> str | None:
            try:
                return self.place.network.node(A).case([B])
            except (httpx.TransportError, AssertionError):
                return None

        return str(poll_until(attempt, seconds=HEARD_WITHIN, what="a case"))

    def _refer(self, case_id: str) -> str:
        """One request until it is answered: with one key, so that it has one effect however often it is made."""
        client, key = self.place.network.node(A), uuid4().hex
        body = order(case_id, B)

        def attempt() -> str | None:
            try:
                answer = client.http.post("/api/v1/referrals", json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                return None
            return str(answer.json()["id"]) if answer.status_code == httpx.codes.CREATED else None

        with client.http:
            return str(poll_until(attempt, seconds=HEARD_WITHIN, what="an answer"))


def require_each_once(storm: Storm) -> float:
    """Wait until every referral is where it belongs, then that it is there once; returns the seconds it took."""
    begun = time.monotonic()
    places = {
        f"{A} has sent": (A, "select id from referrals where state = 'delivered' and direction = 'out'"),
        f"{B} has": (B, "select id from referrals where state = 'delivered' and direction = 'in'"),
        "the hub knows": ("referral", "select id from referrals where state = 'delivered'"),
        "reporting has": ("reporting", "select referral_id from referrals where delivered_at is not null"),
    }
    try:
        for name, place in places.items():
            poll_until(partial(_are_there, storm, *place), seconds=HEALED_WITHIN, what=f"all that {name}")
        poll_until(lambda: _notices(storm) >= len(storm.sent), seconds=HEALED_WITHIN, what="all notices")
        require_told_and_counted(storm.place.network)
    except TimeoutError as error:
        raise AssertionError(f"{error}\n{affairs_of(storm.place.network)}") from None
    took = time.monotonic() - begun
    for problem in _not_once(storm, places):
        raise AssertionError(problem)
    return took


def _are_there(storm: Storm, place: str, query: str) -> bool:
    return set(storm.sent) <= set(ids_in(storm.place.network, place, query))


def _notices(storm: Storm) -> int:
    """One for each delivery. They name no referral."""
    return len(ids_in(storm.place.network, "notifications", "select id from notices"))


def _not_once(storm: Storm, places: dict[str, tuple[str, str]]) -> Iterator[str]:
    """Whatever is there too often, or though nobody was told that it was sent."""
    for name, place in places.items():
        if Counter(ids_in(storm.place.network, *place)) != Counter(storm.sent):
            yield f"{name} what was not sent, or has it twice"
    moves = Counter(ids_in(storm.place.network, "referral", "select referral_id from moves"))
    if moves != Counter(dict.fromkeys(storm.sent, 2)):
        yield "not each was sent once and delivered once"
    if _notices(storm) != len(storm.sent):
        yield "somebody is told of a delivery twice"
    ids = [mail["Message-ID"] for mail in storm.place.network.mails()]
    if len(ids) - len(set(ids)) > storm.broken["kill_a_service"]:
        yield "a mail came twice though nobody died while it was sent"


def storm(
    referrals: int, faults: int, folder: Path, tell: Callable[[str], object], *, seed: int = SEED
) -> None:
    """A whole storm; raises AssertionError when anything is lost or doubled."""
    with stormy_place(folder, seed) as place:
        begun = time.monotonic()
        raging = Storm(place, referrals, faults)
        raging.rage()
        raged = time.monotonic() - begun
        healed = require_each_once(raging)
        tell(
            f"What was done: {', '.join(f'{name} {times}' for name, times in sorted(raging.broken.items()))}.\n"
        )
        tell(
            f"Chaos: {referrals:,} referrals under {faults} faults in {raged:.0f} s, all there {healed:.0f} s later: "
            "0 lost, 0 doubled.\n"
        )


def main() -> None:
    """The numbers of referrals and of faults."""
    with tempfile.TemporaryDirectory(prefix="throughline-chaos-") as folder:
        storm(int(sys.argv[1]), int(sys.argv[2]), Path(folder), sys.stdout.write)


if __name__ == "__main__":
    main()

"""The clients of our side: threads that call the use case, as those of a node's web process do."""

import json
import os
import sys
import traceback
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

from deploy.composition import open_database, scribe_of
from deploy.memory import prepare_memory
from services.intake.domain import Actor, Role
from services.intake.usecases.sending import ReferralOrder, send_referral
from shared.database import Database
from shared.sealing import read_key_file

#: With the ticked fields this is 2 KB, which padding and sealing make 7 KB whatever it says.
REASON = ("Needs advice on papers and on work; an interpreter would help. " * 40)[:1_900]


def main() -> None:
    """Obey standard input: a line that says who and where, then lines of how many referrals to send.

    A line does not wait for the one before it, so that lines of 1 at a steady pace are referrals at a steady pace.
    """
    told = json.loads(sys.stdin.readline())
    scribe = scribe_of("intake", told["org"], read_key_file(Path(told["key_file"])))
    database = open_database("intake", told["database"], sender=told["org"], scribe=scribe)
    worker = Actor("bench", Role.CASE_WORKER, told["org"])
    prepare_memory()  # as a web process does
    orders = deque(_order(UUID(case), told["to_org"]) for case in told["cases"])
    with ThreadPoolExecutor(len(orders)) as threads:
        for line in sys.stdin:
            for share in _shares(int(line), len(orders)):
                threads.submit(_send, database, orders[0], worker, share).add_done_callback(_end_if_refused)
                orders.rotate(-1)


def _shares(referrals: int, clients: int) -> list[range]:
    return [range(number, referrals, clients) for number in range(min(referrals, clients))]


def _end_if_refused(sending: Future[None]) -> None:
    """Nobody asks for what a thread returns: whoever started this process sees that it has ended."""
    if error := sending.exception():
        traceback.print_exception(error)
        os._exit(1)


def _order(case_id: UUID, to_org: str) -> ReferralOrder:
    return ReferralOrder(
        case_id,
        to_org,
        service_type="legal_assistance",
        urgency="normal",
        reason=REASON,
        fields=("alias", "age_band"),
        safe_contact="in_person",
    )


def _send(database: Database, order: ReferralOrder, worker: Actor, share: range) -> None:
    for _ in share:
        send_referral(database, order, worker)


if __name__ == "__main__":
    main()

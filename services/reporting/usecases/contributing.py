"""Judge what nodes contribute, and answer each: what became of it, the same answer however often it comes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.reporting.domain.counts import Cell, CountsWrong, checked
from services.reporting.domain.periods import Period, parse_period, refusal_of
from services.reporting.domain.rules import Rules
from services.reporting.storage.contributed import Contribution, answer_given, held, keep_answers
from services.reporting.storage.decisions import rules_in_force
from services.reporting.storage.masked import is_masked
from shared.database import Transaction
from shared.messaging.delivery import Batch
from shared.messaging.errors import Refused
from shared.messaging.message import Message
from shared.messaging.topology import to_node
from shared.schemas.cells import countries
from shared.schemas.intake import CountsContributed
from shared.schemas.reporting import CountsAnswered

TAKEN, REPLACED, MASKED_ONLY = "taken", "replaced", "masked_only"


def contribution_in(
    tx: Transaction, org: str, event: CountsContributed, *, open_for: timedelta
) -> Contribution:
    """What an organisation contributes; raises Refused with the code that it is answered."""
    if code := _refusal(rules_in_force(tx), event, at=tx.at, open_for=open_for):
        raise Refused(code)
    try:
        kept = checked(_cells(event), countries=countries())
    except CountsWrong as wrong:
        raise Refused(wrong.code) from None
    return Contribution(org, parse_period(event.period), event.workbook, event.revision, kept)


def _cells(event: CountsContributed) -> list[Cell]:
    return [(cell.table, tuple(cell.codes), cell.count) for cell in event.cells]


def _refusal(rules: Rules, event: CountsContributed, *, at: datetime, open_for: timedelta) -> str | None:
    """A table is the same in every workbook that it is part of, so that counts by an earlier one are taken as well."""
    if event.workbook > rules.workbook:
        return "newer_workbook"
    return refusal_of(parse_period(event.period), at=at, open_for=open_for)


def newest(contributed: Sequence[Contribution]) -> list[Contribution]:
    """Per organisation and period the one of the highest revision."""
    found: dict[tuple[str, Period], Contribution] = {}
    for one in sorted(contributed, key=lambda one: one.revision, reverse=True):
        found.setdefault((one.org, one.period), one)
    return list(found.values())


def answer_all(tx: Transaction, batch: Batch) -> None:
    """Answer each contribution of the batch, once what is taken of it is kept; a repeat is answered as before.

    A node of version 0.1.0 is told nothing.
    """
    heard = [(m, m.event) for m in (*batch.fresh, *batch.repeated) if isinstance(m.event, CountsContributed)]
    answers = [(m, event, _answer(tx, batch, m, event)) for m, event in heard]
    keep_answers(tx, [(m.sender, event.period, event.revision, answer) for m, event, answer in answers])
    in_force = rules_in_force(tx).workbook if answers else 0
    for message, event, answer in answers:
        if not _hears_answers(message, event):
            continue
        org = message.sender
        said = CountsAnswered(
            period=event.period,
            revision=event.revision,
            answer=answer,
            workbook_in_force=in_force,
            revision_held=held(tx, org, event.period)[0],
        )
        tx.outbox.publish(tx, said, to=to_node(org), subject=f"counts/{event.period}")


def _hears_answers(message: Message, event: CountsContributed) -> bool:
    """A node of version 0.1.0 counts by workbook 1 and does not sign; it does not know answers, and would park one."""
    return event.workbook > 1 or message.letter is not None


def _answer(tx: Transaction, batch: Batch, message: Message, event: CountsContributed) -> str:
    """What became of it; counts that stand under the same revision are another node's life, before a restore."""
    if message in batch.repeated:
        return answer_given(tx, message.sender, event.period, event.revision) or REPLACED
    if is_masked(tx, event.period):
        return MASKED_ONLY
    refused = batch.left_out.get(message.key)
    if refused is not None:
        return str(getattr(refused, "code", type(refused).__name__))
    revision, cells = held(tx, message.sender, event.period)
    mine = checked(_cells(event), countries=countries())
    return TAKEN if revision == event.revision and cells == mine else REPLACED

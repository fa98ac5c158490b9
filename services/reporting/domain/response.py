"""How soon referrals are answered, and how many are not answered at all."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from statistics import median, quantiles

from services.reporting.domain.observing import Observed

HOUR = 3600  #: seconds

MEASURES = (
    "referrals",
    "median_hours_to_acknowledgement",
    "p90_hours_to_acknowledgement",
    "standard_hours_to_acknowledgement",
    "acknowledged_in_time_percent",
    "median_hours_to_decision",
    "p90_hours_to_decision",
    "standard_hours_to_decision",
    "decided_in_time_percent",
    "no_answer_percent",
)


def measured(referrals: Sequence[Observed], *, at: datetime) -> dict[str, float | None]:
    """Every measure of these referrals, hours and percent to one decimal; None where nothing is to measure.

    The standard is the time that the network allows for it; of different ones, the middle. In time is the share of
    those that kept it among the referrals that had it behind them or were answered.
    An answer is an acknowledgement or a decision by a person at the receiver. The no-answer rate is the share
    of those without one among the referrals whose decision was due by now; those that the sender took back
    before that are left out.
    """
    acknowledgement = list(_hours(referrals, lambda referral: referral.acknowledged_at))
    decision = list(_hours(referrals, lambda referral: referral.decided_at))
    found = (
        len(referrals),
        _median(acknowledgement),
        _p90(acknowledgement),
        _median(list(_hours(referrals, lambda referral: referral.acknowledge_by))),
        _in_time(referrals, lambda referral: (referral.acknowledged_at, referral.acknowledge_by), at),
        _median(decision),
        _p90(decision),
        _median(list(_hours(referrals, lambda referral: referral.reply_by))),
        _in_time(referrals, lambda referral: (referral.decided_at, referral.reply_by), at),
        _no_answer(referrals, at),
    )
    return dict(zip(MEASURES, found, strict=True))


def _hours(referrals: Iterable[Observed], until: Callable[[Observed], datetime | None]) -> Iterable[float]:
    for referral in referrals:
        end = until(referral)
        if end is not None and referral.sent_at is not None:
            yield max(0.0, (end - referral.sent_at).total_seconds() / HOUR)


def _median(hours: Sequence[float]) -> float | None:
    return round(median(hours), 1) if hours else None


def _p90(hours: Sequence[float]) -> float | None:
    """The time within which nine of ten were answered, interpolated between the two nearest."""
    if len(hours) < 2:  # noqa: PLR2004 - there is nothing between
        return _median(hours)
    return round(quantiles(hours, n=10, method="inclusive")[-1], 1)


def _in_time(
    referrals: Iterable[Observed],
    pair: Callable[[Observed], tuple[datetime | None, datetime | None]],
    at: datetime,
) -> float | None:
    kept = []
    for referral in referrals:
        done, due = pair(referral)
        if due is not None and (done is not None or (due <= at and not _taken_back(referral, due))):
            kept.append(done is not None and done <= due)
    return round(100 * sum(kept) / len(kept), 1) if kept else None


def _taken_back(referral: Observed, due: datetime) -> bool:
    return referral.closed_at is not None and referral.closed_at < due


def _no_answer(referrals: Iterable[Observed], at: datetime) -> float | None:
    due = [referral for referral in referrals if _was_due(referral, at)]
    unanswered = sum(referral.acknowledged_at is None for referral in due)
    return round(100 * unanswered / len(due), 1) if due else None


def _was_due(referral: Observed, at: datetime) -> bool:
    if referral.reply_by is None or referral.reply_by > at:
        return False
    return not _taken_back(referral, referral.reply_by) or referral.acknowledged_at is not None

"""Which organisations could take a referral, and what stands in the way of the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from services.intake.domain import Consent, Offer
from services.intake.usecases.freshness import not_now_to
from services.intake.web.context import actor, database, partners


@dataclass(frozen=True)
class Candidate:
    """An organisation and what it offers of the wanted kind.

    ``obstacle`` is None, ``paused``, or the code with which sending to it would be refused.
    """

    org: str
    name: str
    offers: tuple[Offer, ...]
    obstacle: str | None

    @property
    def areas(self) -> list[str]:
        """Where it helps; empty means: not restricted."""
        return sorted({area for offer in self.offers for area in offer.areas})

    @property
    def languages(self) -> list[str]:
        """In which languages it helps (ISO 639-3); empty means: not said."""
        return sorted({code for offer in self.offers for code in offer.languages})


def candidates(offers: Iterable[Offer], consent: Consent) -> list[Candidate]:
    """Every other organisation with such an offer, those that can be chosen first."""
    by_org = groupby(
        sorted(offers, key=lambda offer: (offer.org_name, offer.org)), key=lambda offer: offer.org
    )
    offered = {org: tuple(its) for org, its in by_org if org != actor().org}
    too_old = not_now_to(database(), offered)
    found = [_candidate(org, its, consent, too_old.get(org)) for org, its in offered.items()]
    return sorted(found, key=lambda candidate: candidate.obstacle is not None)


def _candidate(org: str, offers: tuple[Offer, ...], consent: Consent, too_old: str | None) -> Candidate:
    return Candidate(org, offers[0].org_name, offers, _obstacle(org, offers, consent) or too_old)


def _obstacle(org: str, offers: tuple[Offer, ...], consent: Consent) -> str | None:
    if not partners()[org].reachable:
        return "organisation_without_key"
    if all(offer.status != "open" for offer in offers):
        return "paused"
    return None if org in consent.organisations else "organisation_not_consented"

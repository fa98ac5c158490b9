"""Which services are offered in which region, and where somebody asks and there is none, or none with room."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.reporting.domain.observing import Observed
from services.reporting.domain.protection import TOTAL, Codes
from services.reporting.domain.regions import OTHER, around, folded

GAP, OFFERED, ASKED, NO_ROOM = COVERAGE = ("gap", "open_services", "referrals_from_there", "no_room")


@dataclass(frozen=True)
class Offer:
    """A service of the directory: what kind, in which regions, and whether it takes somebody now."""

    service_type: str
    regions: tuple[str, ...]
    is_open: bool


def covered(
    offers: Sequence[Offer], referrals: Sequence[Observed], shown: Collection[str]
) -> dict[Codes, int | None]:
    """Every cell and total of the table of coverage; None for a region that is not ``shown``.

    A region has a gap in a service if no service of that kind is open there, or if somebody from there was refused
    or put off for lack of room. The services are those that anybody offers or asked for.
    """
    services = {one.service_type for one in offers} | {one.service_type for one in referrals}
    regions = (*around({region for offer in offers for region in offer.regions}), OTHER)
    table: dict[Codes, int | None] = {}
    for service in services:
        offered = [offer for offer in offers if offer.is_open and offer.service_type == service]
        asked = [one for one in referrals if one.service_type == service]
        table |= _of_service(service, regions, offered, asked, shown)
    return table | _totals(table, services, regions)


def _of_service(
    service: str,
    regions: Sequence[str],
    offered: Sequence[Offer],
    asked: Sequence[Observed],
    shown: Collection[str],
) -> dict[Codes, int | None]:
    found: dict[Codes, int | None] = {(OFFERED, service, TOTAL): len(offered)}
    for region in regions:
        here = [offer for offer in offered if region in (offer.regions or (OTHER,))]
        from_here = [one for one in asked if folded(one.from_region, shown) == region]
        no_room = sum(one.lacked_room_at is not None for one in from_here)
        tells = region in shown or region == OTHER
        found[OFFERED, service, region] = len(here)
        found[ASKED, service, region] = len(from_here) if tells else None
        found[NO_ROOM, service, region] = no_room if tells else None
        found[GAP, service, region] = int(bool(no_room) or not (here or region == OTHER))
    return found


def _totals(
    table: Mapping[Codes, int | None], services: Iterable[str], regions: Sequence[str]
) -> dict[Codes, int | None]:
    """Sums; but a service that is open in two regions is one service."""
    totals: dict[Codes, int | None] = {}
    whole = (*regions, TOTAL)
    for measure in COVERAGE:
        for service in services:
            totals[measure, service, TOTAL] = table.get(
                (measure, service, TOTAL), sum(table[measure, service, region] or 0 for region in regions)
            )
        known = {**table, **totals}
        for region in whole:
            of_region = [known[measure, service, region] for service in services]
            totals[measure, TOTAL, region] = None if None in of_region else sum(one or 0 for one in of_region)
    return totals

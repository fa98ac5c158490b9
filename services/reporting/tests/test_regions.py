"""Regions: how they are known, which are told apart, what they and the other filters leave, and where services lack."""

from collections.abc import Callable
from typing import Any

import pytest

from services.reporting.domain.filters import FilterRefused, Filters
from services.reporting.domain.protection import TOTAL
from services.reporting.domain.regions import NAMES, OTHER, home, region_of, told_apart
from services.reporting.usecases import report as reports
from shared.clock import new_id
from shared.schemas.intake import Service
from shared.schemas.life import Move
from shared.schemas.referral import DirectoryPublished, Organisation

MINSK, BREST, GOMEL = "BY-HM", "BY-BR", "BY-HO"
SENT, DELIVERED, REJECT = Move.SEND, Move.DELIVER, Move.REJECT
IN_TIME = (SENT, DELIVERED, Move.ACKNOWLEDGE, Move.ACCEPT)


def service(kind: str, *areas: str, status: str = "open") -> Service:
    return Service(
        service_id=new_id(), name="A", service_type=kind, status=status, areas=list(areas), languages=[]
    )


def directory(version: int = 1, **offered: list[Service]) -> DirectoryPublished:
    organisations = [Organisation(org=org, name=org, services=services) for org, services in offered.items()]
    return DirectoryPublished(directory_version=version, previous="", organisations=organisations)


FOUR = {
    "harbour": [service("legal_assistance", "Minsk"), service("food", "Minsk", "Brest Region")],
    "lantern": [service("legal_assistance", "Минск", status="paused")],
    "bridge": [service("cash", "BY-HM")],
}


@pytest.fixture
def told(world: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The directory is published; whose keys are whose is another test's."""
    monkeypatch.setattr("services.reporting.usecases.hear.hear_register", lambda *_: None)
    return lambda version=1, **offered: world.hear(directory(version, **offered))


@pytest.mark.parametrize(
    "area", ["BY-BR", "by-br", " Brest Region ", "Брестская область", "Берестейська область"]
)
def test_a_region_is_known_by_its_code_and_by_its_name_in_each_language(area: str) -> None:
    assert region_of(area) == BREST


@pytest.mark.parametrize("area", ["", "Brest", "BY-XX", "the whole country"])
def test_what_is_no_region_is_not_taken_for_one(area: str) -> None:
    assert region_of(area) is None


def test_every_region_has_its_name_in_each_language() -> None:
    assert {len(set(names)) for names in NAMES.values()} <= {3, 4}
    assert len({name for names in NAMES.values() for name in names}) >= 3 * len(NAMES)


def test_an_organisation_is_at_home_where_most_of_its_services_are() -> None:
    assert home([BREST, MINSK, MINSK]) == MINSK
    assert home([GOMEL, BREST]) == GOMEL
    assert home([]) is None


@pytest.mark.parametrize(
    ("homes", "shown"),
    [
        ([MINSK] * 3, {MINSK}),
        ([MINSK] * 2, set()),
        ([MINSK] * 3 + [BREST], set()),  # the total without Minsk would be that one organisation's
        ([MINSK] * 3 + [BREST, GOMEL], set()),
        ([MINSK] * 4 + [BREST, GOMEL, None], {MINSK}),
        ([MINSK] * 4 + [BREST] * 3 + [GOMEL], {MINSK}),
        ([], set()),
    ],
)
def test_no_region_gives_one_organisation_away(homes: list[str | None], shown: set[str]) -> None:
    assert told_apart(homes) == shown


def test_referrals_are_counted_by_the_regions_of_both_sides(world: Any, moves: Any, told: Any) -> None:
    told(**FOUR)
    world.hear(*moves(SENT, DELIVERED))
    report = world.report("referral_matrix")
    assert {codes: value.shown for codes, value in report.cells.items()} == {(MINSK, MINSK): 1}


def test_regions_of_few_organisations_are_one(world: Any, moves: Any, told: Any) -> None:
    told(
        harbour=FOUR["harbour"],
        lantern=[service("cash", "Gomel Region")],
        bridge=[service("cash", "Brest Region")],
    )
    world.hear(*moves(SENT, DELIVERED))
    assert list(world.report("referral_matrix").cells) == [(OTHER, OTHER)]
    with pytest.raises(FilterRefused, match="region_not_told_apart"):
        reports.table(world.database, "referrals", "2026", Filters(region=MINSK))
    assert reports.regions(world.database) == [OTHER]


def test_a_referral_keeps_its_region_when_later_events_know_less(world: Any, moves: Any, told: Any) -> None:
    told(**FOUR)
    sent, delivered = moves(SENT, DELIVERED)
    world.hear(sent)
    told(2, somebody=[])
    world.hear(delivered)
    told(3, **FOUR)
    assert list(world.report("referral_matrix").cells) == [(MINSK, MINSK)]


def test_an_older_directory_changes_nothing(world: Any, told: Any) -> None:
    told(2, **FOUR)
    told(1, harbour=[])
    assert world.report("coverage").totals["open_services", TOTAL, TOTAL].shown == 3


def test_filters_leave_what_they_name(world: Any, moves: Any, told: Any) -> None:
    told(**FOUR)
    world.hear(*moves(SENT), *moves(SENT, urgency="urgent"), *moves(SENT, service_type="food"))

    def total(**filters: str) -> float:
        found = reports.table(world.database, "referrals", "2026", Filters(**filters)).total
        return (found.shown or 0) if found else 0

    assert total() == 3
    assert total(service_type="food") == 1
    assert total(urgency="normal") == 2
    assert total(urgency="normal", service_type="food", region=MINSK) == 1
    assert total(region=OTHER) == 0
    times = reports.table(world.database, "response_times", "2026", Filters(urgency="urgent"))
    assert times.totals[TOTAL, "referrals"].shown == 1


def test_a_region_is_that_of_the_organisation_that_was_asked(world: Any, moves: Any, told: Any) -> None:
    in_minsk = {org: [service("food", "Minsk")] for org in ("harbour", "bridge", "ferry")}
    elsewhere = {org: [service("food", "Brest Region")] for org in ("lantern", "quay")}
    told(**in_minsk, **elsewhere, beacon=[service("food", "Gomel Region")])
    for org in ("lantern", "bridge", "stranger", "beacon"):
        world.hear(*(one.load({**one.dump(), "to_org": org}) for one in moves(SENT)))

    def total(**filters: str) -> float | None:
        found = reports.table(world.database, "referrals", "2026", Filters(**filters)).total
        return found.shown if found else None

    assert (total(), total(region=MINSK), total(region=OTHER)) == (4, 1, 3)
    assert world.report("referral_matrix").cells[MINSK, OTHER].shown == 3


@pytest.mark.parametrize("wrong", [{"service_type": "secrets"}, {"urgency": "at once"}])
def test_a_filter_that_is_none_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(FilterRefused, match="filter_unknown"):
        Filters(**wrong)


@pytest.mark.parametrize("name", ["needs", "persons_identified", "persons_by_citizenship"])
def test_a_table_about_people_is_never_cut_smaller(world: Any, told: Any, name: str) -> None:
    told(**FOUR)
    for filters in (Filters(region=MINSK), Filters(service_type="food"), Filters(urgency="urgent")):
        with pytest.raises(FilterRefused, match="filter_not_here"):
            reports.table(world.database, name, "2026", filters)


def test_a_gap_is_a_service_that_is_closed_in_a_region(world: Any, told: Any) -> None:
    told(**FOUR)
    report = world.report("coverage")
    shown = {codes: value.shown for codes, value in {**report.cells, **report.totals}.items()}
    assert shown["open_services", "food", BREST] == shown["open_services", "food", MINSK] == 1
    assert shown["open_services", "food", TOTAL] == 1
    assert (shown["gap", "legal_assistance", MINSK], shown["gap", "legal_assistance", BREST]) == (0, 1)
    assert len(report.codes[2]) == 8


def test_where_somebody_was_refused_for_lack_of_room_there_is_a_gap(
    world: Any, moves: Any, told: Any
) -> None:
    told(**FOUR)
    sent, delivered, rejected = moves(SENT, DELIVERED, REJECT)
    world.hear(sent, delivered, rejected.load({**rejected.dump(), "reason": "no_capacity"}))
    cells = world.report("coverage").cells
    assert cells["no_room", "legal_assistance", MINSK].shown == 1
    assert cells["gap", "legal_assistance", MINSK].shown == 1
    assert cells["no_room", "legal_assistance", BREST].shown is None


def test_other_reasons_are_no_lack_of_room(world: Any, moves: Any, told: Any) -> None:
    told(**FOUR)
    sent, delivered, rejected = moves(SENT, DELIVERED, REJECT)
    world.hear(sent, delivered, rejected.load({**rejected.dump(), "reason": "duplicate"}))
    assert world.report("coverage").cells["no_room", "legal_assistance", MINSK].shown == 0


def test_times_stand_beside_what_the_network_allows(world: Any, moves: Any) -> None:
    late = [one.load({**one.dump(), "reply_by": one.made_at.isoformat()}) for one in moves(*IN_TIME)]
    world.hear(*moves(*IN_TIME), *moves(SENT, DELIVERED), *late[:1], *late[-1:])
    world.at = world.at.replace(month=3, day=30)
    times = world.report("response_times").cells
    assert times["normal", "standard_hours_to_acknowledgement"].shown == 10
    assert times["normal", "standard_hours_to_decision"].shown == 20
    assert times["normal", "acknowledged_in_time_percent"].shown == pytest.approx(66.7)
    assert times["normal", "decided_in_time_percent"].shown == pytest.approx(33.3)
    assert times["urgent", "decided_in_time_percent"].shown is None

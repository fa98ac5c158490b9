"""Activities that organisations told of are added up and shown as they are: they are about nobody."""

import csv
import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.reporting.domain.filters import FilterRefused, Filters
from services.reporting.usecases import report as reports
from services.reporting.usecases.report import Report
from services.reporting.web.exports import FORMS
from services.reporting.web.sections import sections_of
from shared.web.languages import speaking


@pytest.fixture
def activities(world: Any, counts: Any) -> Report:
    told = {("prevention",): 1, ("awareness",): 3}
    for org in ("harbour", "lantern"):
        world.hear(counts(told, "activities"), sender=org)
    report: Report = world.report("activities", "2026")
    return report


def test_a_small_number_of_them_is_shown_as_it_is(activities: Report) -> None:
    assert {codes: value.shown for codes, value in activities.cells.items()} == {
        ("prevention",): 2,
        ("awareness",): 6,
    }
    assert activities.total is not None
    assert (activities.total.shown, activities.withheld, activities.rounded) == (8, 0, 0)
    assert activities.contributors == 2


def test_they_stand_in_one_column_beside_their_chart(app: Any, activities: Report) -> None:
    with speaking(app, "en"):
        [section] = sections_of(activities)
    assert section.corner == "Activity"
    assert [(row.name, row.values) for row in section.rows] == [
        ("Prevention", ["2"]),
        ("Awareness raising", ["6"]),
        ("Total", ["8"]),
    ]
    assert section.chart.sentence == "Prevention: 2; Awareness raising: 6"


@pytest.mark.parametrize("form", FORMS)
def test_they_are_in_every_file(app: Any, activities: Report, form: str) -> None:
    with speaking(app, "uk"):
        written = FORMS[form].write(activities)
    assert len(written) > 100
    if FORMS[form].mimetype == "text/csv":
        rows = list(csv.reader(io.StringIO(written.decode())))
        assert ["awareness", "6", "false"] in rows
        assert ["protection", "none: not about people"] in rows


def test_they_have_no_filters(world: Any) -> None:
    with pytest.raises(FilterRefused, match="filter_not_here"):
        reports.table(world.database, "activities", "2026", Filters(urgency="urgent"))


def test_their_page_says_that_they_are_exact_and_not_of_people(pages: Any, client: FlaskClient) -> None:
    page = pages("/report?table=activities&period=2026")
    assert "These figures are exact: organisations told how many activities they held." in page
    assert "This table is about people" not in page
    for language in ("ru", "be", "uk"):
        assert "organisations told how many" not in pages("/report?table=activities&period=2026", language)

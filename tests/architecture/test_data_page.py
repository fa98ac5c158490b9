"""The page about data names every table of every database once, with its kind, and no other."""

import re
from collections import Counter
from importlib import import_module

import pytest
from sqlalchemy import LargeBinary, MetaData

from shared.testing.tree import ROOT

PAGE = (ROOT / "docs" / "reference" / "data.md").read_text("utf-8")
TABLES = {
    "intake": "services.intake.storage.tables",
    "referral": "services.referral.storage",
    "notifications": "services.notifications.storage",
    "reporting": "services.reporting.storage.tables",
}
ROW = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \| ([1-5]) \|", re.MULTILINE)


def listed(service: str) -> dict[str, int]:
    """The kind of each table, as the section of the service says it; each stands there once."""
    section = PAGE.split(f"(`{service}`)\n")[1].split("\n## ")[0]
    pairs = [(name, int(kind)) for names, kind in ROW.findall(section) for name in re.findall(r"\w+", names)]
    assert [name for name, times in Counter(name for name, _ in pairs).items() if times > 1] == []
    return dict(pairs)


def metadata_of(service: str) -> MetaData:
    """The tables of a service as it is."""
    found: MetaData = import_module(TABLES[service]).metadata
    return found


@pytest.mark.parametrize("service", TABLES)
def test_every_table_is_listed_and_no_other(service: str) -> None:
    assert sorted(listed(service)) == sorted(metadata_of(service).tables)


def test_what_tells_who_somebody_is_has_a_place_for_what_is_sealed() -> None:
    tables = metadata_of("intake").tables
    first = {name for name, kind in listed("intake").items() if kind == 1}
    sealed = {name for name, table in tables.items() if any(_is_bytes(c) for c in table.columns)}
    assert first <= sealed


def _is_bytes(column: object) -> bool:
    return isinstance(getattr(column, "type", None), LargeBinary)

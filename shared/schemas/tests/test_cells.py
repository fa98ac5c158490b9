"""The declared cells: each once, in one order, all that can be counted."""

from shared.schemas.cells import cells_digest, declared_cells
from shared.schemas.workbook import TABLES, VERSION, tables_of


def test_every_cell_of_a_table_stands_once_and_has_its_dimensions() -> None:
    found = declared_cells(VERSION)
    assert len(set(found)) == len(found)
    assert {table for table, _ in found} == {table.name for table in tables_of(VERSION)}
    assert all(len(codes) == len(TABLES[table].dimensions) for table, codes in found)


def test_every_country_is_among_them_and_whoever_is_not_known() -> None:
    found = {codes[1] for table, codes in declared_cells(VERSION) if table == "persons_by_citizenship"}
    assert {"BLR", "UKR", "unknown"} <= found
    assert len(found) > 240


def test_another_workbook_has_other_cells() -> None:
    assert cells_digest(1) != cells_digest(VERSION)

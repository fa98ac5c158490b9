"""Cells of a CSV file that no spreadsheet takes for anything but what they are."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")  #: a spreadsheet would take text that begins so for a formula


def harmless(cell: object) -> object:
    """The cell, with a sign before a text that could be taken for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell

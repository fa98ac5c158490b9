"""Measurements of this project against others, in one run. Not in the wheel."""

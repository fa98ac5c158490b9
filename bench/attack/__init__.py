"""Plays somebody who knows everybody else in the figures, and counts how often they are right about one person."""

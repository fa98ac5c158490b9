"""The coordinator's pages and API: declared tables, each chart beside its table, and what protection did."""

from services.reporting.web.application import create_app

__all__ = ["create_app"]

"""The node's pages and its JSON API, on the same use cases as its worker."""

from services.intake.web.application import create_app

__all__ = ["create_app"]

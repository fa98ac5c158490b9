"""Addresses within the application: which are the API's, and which lead outside."""

from urllib.parse import urlsplit

API = "/api/"


def local_path(address: str) -> str:
    """The address, if it leads to this application; else its first page."""
    parts = urlsplit(address.replace("\\", "/"))
    is_ours = not parts.scheme and not parts.netloc and address.startswith("/") and address.isprintable()
    return address if is_ours else "/"

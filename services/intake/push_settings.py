"""How staff are told by push, if they are: what a node's worker and its pages both need to know."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.settings import Check, setting

HOST = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*|::1")
BROWSERS = "fcm.googleapis.com *.push.services.mozilla.com *.push.apple.com *.notify.windows.com"


def _is_contact(value: str) -> bool:
    parts = urlsplit(value)
    return parts.scheme == "mailto" and value.count("@") == 1 and value.isascii() and value.isprintable()


def _are_hosts(value: str) -> bool:
    return all(HOST.fullmatch(name) for name in value.lower().split())


_CONTACT = Check(lambda value: not value or _is_contact(value), "must be mailto: and a mail address")
_HOSTS = Check(_are_hosts, "must be names of hosts with spaces between them; *. may begin one")


@dataclass(frozen=True, kw_only=True)
class PushSettings:
    """Without a contact nobody is told by push."""

    push_contact: str = setting(
        "mailto: and the address that push services write to when something is wrong; it should say nothing of this "
        "work. Without it nobody is told by push",
        _CONTACT,
        default="",
    )
    push_hosts: str = setting(
        "the hosts of the push services that a browser may name, with spaces between them; *. begins the name of all "
        "that are below one",
        _HOSTS,
        default=BROWSERS,
    )

    @property
    def hosts_of_push(self) -> tuple[str, ...]:
        """Each of them."""
        return tuple(self.push_hosts.lower().split())

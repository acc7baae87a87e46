"""Names on this machine: one site for the stage, and below it one host for each person.

All of them are this machine, so cookies are kept apart by host while the browser counts the frames as part
of the stage's own site.
"""

from __future__ import annotations

import re

DOMAIN = "parley.localhost"
DEFAULT_PORT = 8400
LOOPBACK = "127.0.0.1"

PEOPLE = ("Alice", "Bob", "Carol")
"""Who can be on the stage beside those whom a demo calls, in the order in which they come."""

NO_SUCH_HOST = (
    "Chrome, Edge, Chromium and Firefox know all names that end in .localhost by themselves. "
    "Safari and others ask the system; there, add this line to /etc/hosts "
    "(Windows: C:\\Windows\\System32\\drivers\\etc\\hosts):"
)


def slug(name: str) -> str:
    """A person's name as a part of an address: ``alice``."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "someone"


def host_of(name: str) -> str:
    """The host of a person's frame: ``alice.parley.localhost``."""
    return f"{slug(name)}.{DOMAIN}"


def hosts_line() -> str:
    """The line that names everybody, for a hosts file."""
    return " ".join([LOOPBACK, DOMAIN, *(host_of(name) for name in PEOPLE)])

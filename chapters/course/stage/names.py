"""Host names on this machine: one site for the stage, and below it one host for each person.

Each host has cookies of its own, and to the browser all frames belong to the stage's own site.
"""

from __future__ import annotations

import re

DOMAIN = "parley.localhost"
DEFAULT_PORT = 8400
LOOPBACK = "127.0.0.1"

PEOPLE = ("Alice", "Bob", "Carol")
"""The people who can be added to those of the demo, in this order."""

NO_SUCH_HOST = (
    "Chrome, Edge, Chromium and Firefox find all names that end in .localhost without help. "
    "Safari and others ask the system. For them, add this line to /etc/hosts "
    "(Windows: C:\\Windows\\System32\\drivers\\etc\\hosts):"
)


def slug(name: str) -> str:
    """Return a person's name as a part of an address: ``alice``."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "someone"


def host_of(name: str) -> str:
    """Return the host of a person's frame: ``alice.parley.localhost``."""
    return f"{slug(name)}.{DOMAIN}"


def hosts_line() -> str:
    """Return the line for a hosts file that has the names of all people."""
    return " ".join([LOOPBACK, DOMAIN, *(host_of(name) for name in PEOPLE)])

"""The addresses that we post to. A browser names its push service, and it may name any address.

Without a list, any signed-in user could make this server send requests into the network behind it.
"""

from collections.abc import Collection
from urllib.parse import urlsplit

from ..errors import Invalid

# The push services of Chrome and those built on it, of Firefox, Edge and Safari.
SERVICES = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "notify.windows.com",
    "push.apple.com",
)

LONGEST = 1000


class NotAPushService(Invalid):
    """An error for an address that is not one of a known push service."""

    def __init__(self, host: str | None) -> None:
        super().__init__({"endpoint": [f"{host or 'This'} is not a push service that we know."]})


def check_endpoint(endpoint: str, hosts: Collection[str] = ()) -> None:
    """Check that this is an address of a push service.

    Args:
        endpoint: the address.
        hosts: other hosts to trust, also over plain http and on any port.

    Raises:
        NotAPushService: it is not.
    """
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotAPushService(None) from None
    secure = parts.scheme == "https" and port in (None, 443) and is_service(host)
    trusted = parts.scheme in ("http", "https") and host in hosts
    plain = endpoint.isascii() and endpoint.isprintable() and len(endpoint) <= LONGEST
    if not (plain and (secure or trusted)) or parts.username is not None:
        raise NotAPushService(host)


def is_service(host: str) -> bool:
    """Return whether a host is one of the services, or a subdomain of one."""
    return any(host == service or host.endswith(f".{service}") for service in SERVICES)

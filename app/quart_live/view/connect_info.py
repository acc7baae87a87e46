"""`ConnectInfo`: the facts about a connection that a view can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ConnectInfo:
    """The browser's side of a connection, as `LiveView.connect_info`.

    Attributes:
        peer: the address of the client; behind a proxy, that of the proxy.
        headers: the headers of the request or the handshake.
        query: the query of the socket's address; empty during the first render.
    """

    peer: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)

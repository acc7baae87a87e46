"""The server's side of a page's socket."""

from __future__ import annotations

from quart_live import Channel, LiveViewTest, QuartLive
from quart_live.socket.socket import LiveSocket


def socket_under(live: QuartLive, channel: Channel) -> LiveSocket:
    """Return the open socket on which a view was joined."""
    (socket,) = [each for each in live.sockets if each is channel.browser]
    return socket


def socket_of(page: LiveViewTest) -> LiveSocket:
    """Return the open socket of a page."""
    return socket_under(page.live, page.channel)

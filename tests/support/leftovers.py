"""What an app of the engine may not leave behind."""

from __future__ import annotations

from quart_live import LocalPubSub, QuartLive


def assert_nothing_left(live: QuartLive) -> None:
    """No socket, channel or subscription is left."""
    assert not live.sockets
    assert not tuple(live.runtime.open_hosts)
    assert isinstance(live.pubsub, LocalPubSub)
    assert live.pubsub.topics() == {}
    assert live.pubsub.mailboxes() == ()

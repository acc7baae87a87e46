"""Leftovers of an app of the engine: sockets, channels, subscriptions."""

from __future__ import annotations

from quart_live import LocalPubSub, QuartLive


def assert_nothing_left(live: QuartLive) -> None:
    """Check that no socket, channel or subscription is left.

    Raises:
        AssertionError: if there is one.
    """
    assert not live.sockets
    assert not tuple(live.runtime.open_hosts)
    assert isinstance(live.pubsub, LocalPubSub)
    assert live.pubsub.topics() == {}
    assert live.pubsub.mailboxes() == ()

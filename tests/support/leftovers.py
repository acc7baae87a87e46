"""Leftovers of an app of the engine: sockets, channels, subscriptions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from quart import Quart

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


@asynccontextmanager
async def shut_down_at_the_end(app: Quart) -> AsyncIterator[Quart]:
    """Lend an app to a test; then shut it down, and check that it leaves nothing and no task.

    Raises:
        AssertionError: if there is something left.
    """
    before = asyncio.all_tasks()
    yield app
    live: QuartLive = app.extensions["quart_live"]
    await live.shutdown()
    assert_nothing_left(live)
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not left, f"tasks left behind: {left}"

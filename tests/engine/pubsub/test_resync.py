"""What views do when messages for them may have been lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from quart import Quart
from support.listener import until
from support.redis_server import RedisServer, redis_server, running_redis

from quart_live import LiveView, LiveViewTest, QuartLive, RedisPubSub
from quart_live.pubsub import Resync

__all__ = ["redis_server", "running_redis"]

STORED = {"text": "first"}


class PlainLive(LiveView):
    """Reads in mount, and believes that it gets all messages."""

    inline_template = "<p>{{ text }}</p>"
    ended: list[str]

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        await self.subscribe("texts")
        self.assign(text=STORED["text"])

    def handle_info(self, message: Any) -> None:
        self.assign(text=message)

    async def terminate(self, reason: str) -> None:
        PlainLive.ended.append(reason)


class CalmLive(PlainLive):
    """Reads again when it is told to."""

    async def handle_resync(self, topics: frozenset[str]) -> None:
        assert topics == {"texts"}
        if STORED["text"] == "away":
            self.push_navigate("/elsewhere")
        if STORED["text"] == "broken":
            raise RuntimeError("in handle_resync")
        self.put_flash("info", "again")
        self.assign(text=STORED["text"])


class ElsewhereLive(LiveView):
    inline_template = "<h1>elsewhere</h1>"


@pytest.fixture
async def app(redis_server: RedisServer) -> AsyncIterator[Quart]:
    """An app on Redis."""
    STORED["text"], PlainLive.ended = "first", []
    app = Quart("resync")
    app.secret_key = "for tests"
    live = QuartLive(app, pubsub=RedisPubSub(redis_server.url, retry=(0.01, 0.05)))
    for rule, view in {"/plain": PlainLive, "/calm": CalmLive, "/elsewhere": ElsewhereLive}.items():
        live.route(rule, view)
    yield app
    await live.shutdown()
    if redis_server.running:
        await until(lambda: redis_server.channels() == [])


def crashes(page: LiveViewTest) -> int:
    return sum('"phx_error"' in text for way, text in page.socket.frames if way == "<")


async def test_redis_restarts_below_two_views(app: Quart, redis_server: RedisServer) -> None:
    """Both views show in the end what was stored meanwhile, each in its own way."""
    async with LiveViewTest(app, "/calm") as calm, LiveViewTest(app, "/plain") as plain:
        live = calm.live
        assert isinstance(live.pubsub, RedisPubSub)
        pubsub = live.pubsub
        redis_server.kill()
        await until(lambda: not pubsub.connected)
        await pubsub.broadcast("texts", "meanwhile")
        await calm.until(lambda: calm.text == plain.text == "meanwhile")
        STORED["text"] = "second"
        redis_server.start()
        await calm.until(lambda: calm.text == "second")
        await plain.until(lambda: plain.crashed)
        assert PlainLive.ended == ["resync"]
        assert crashes(calm) == 0
        assert crashes(plain) == 1
        await plain.rejoin()
        assert plain.text == "second"
        await pubsub.broadcast("texts", "third")
        await calm.until(lambda: calm.text == "third")
        await plain.until(lambda: plain.text == "third")


async def test_without_an_override_the_view_ends_quietly(
    app: Quart, caplog: pytest.LogCaptureFixture
) -> None:
    async with LiveViewTest(app, "/plain") as page:
        page.channel.mailbox.post(Resync(["texts"]))
        await page.until(lambda: page.crashed)
        assert "Traceback" not in caplog.text
        assert not any(record.levelname == "ERROR" for record in caplog.records)


async def test_an_override_may_do_what_handlers_do(app: Quart) -> None:
    async with LiveViewTest(app, "/calm") as page:
        STORED["text"] = "away"
        page.channel.mailbox.post(Resync(["texts"]))
        await page.until(lambda: any("live_redirect" in text for _, text in page.socket.frames))


async def test_an_override_that_fails_is_a_crash(app: Quart, caplog: pytest.LogCaptureFixture) -> None:
    async with LiveViewTest(app, "/calm") as page:
        STORED["text"] = "broken"
        page.channel.mailbox.post(Resync(["texts"]))
        await page.until(lambda: page.crashed)
        assert "RuntimeError: in handle_resync" in caplog.text

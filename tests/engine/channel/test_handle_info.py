"""Messages: by a plain function, by a coroutine, or by whichever the message needs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from engine.app import make_app
from quart import Quart

from quart_live import LiveView, LiveViewTest, QuartLive


class EitherLive(LiveView):
    """Appends text at once, and numbers after a while."""

    inline_template = "<p>{{ seen|join(' ') }}</p>"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(seen=())
        self.tasks: list[object] = []
        await self.subscribe("either")

    def handle_info(self, message: Any) -> Awaitable[None] | None:
        if isinstance(message, str):
            self.assign(seen=(*self.assigns.seen, message))
            return None
        return self.later(message)

    async def later(self, number: int) -> None:
        async with asyncio.timeout(5):  # works in tasks only
            await asyncio.sleep(0.001 if number else 0)
        if number < 0:
            raise ValueError("negative")
        self.assign(seen=(*self.assigns.seen, number))


@pytest.fixture
def either() -> Quart:
    app = make_app()
    live: QuartLive = app.extensions["quart_live"]
    live.route("/either", EitherLive)
    return app


async def test_a_plain_function_may_return_what_is_left_to_do(either: Quart) -> None:
    live: QuartLive = either.extensions["quart_live"]
    async with LiveViewTest(either, "/either") as page, LiveViewTest(either, "/either") as other:
        for message in ("a", 1, "b", 0, 2, "c"):
            await live.pubsub.broadcast("either", message)
        for one in (page, other):
            await one.settle()
            assert one.find("p").text == "a 1 b 0 2 c"
            assert one.html == one.channel.current_html()


async def test_what_it_raises_later_ends_the_view(either: Quart, caplog: pytest.LogCaptureFixture) -> None:
    async with LiveViewTest(either, "/either") as page:
        live: QuartLive = either.extensions["quart_live"]
        await live.pubsub.broadcast("either", -1)
        async with asyncio.timeout(5):
            while not page.crashed:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
    assert "negative" in caplog.text

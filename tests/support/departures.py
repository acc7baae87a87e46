"""Departures: every way in which a page of the app in ``engine/app.py`` can lose its view."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from quart_live import LiveViewTest
from quart_live.testing import ViewCrashedError


async def leave(page: LiveViewTest) -> None:
    page.socket.send(page.channel.join_ref, "99", page.topic, "phx_leave", {})
    await page.socket.reply_to("99")


async def navigate(page: LiveViewTest) -> None:
    await page.navigate("/form")


async def disconnect(page: LiveViewTest) -> None:
    await page.close()


async def crash(page: LiveViewTest) -> None:
    with pytest.raises(ViewCrashedError):
        await page.push("crash")


async def crash_in_info(page: LiveViewTest) -> None:
    page.view.send_self("crash")
    await page.until(lambda: page.crashed)


async def crash_on_request(page: LiveViewTest) -> None:
    page.channel.crash("to see it")
    await page.until(lambda: page.crashed)


async def rejoin(page: LiveViewTest) -> None:
    await page.rejoin()


async def redirect(page: LiveViewTest) -> None:
    await page.push("redirect", {"to": "/form"})


async def malformed(page: LiveViewTest) -> None:
    page.socket.send_text("{")


async def shutdown(page: LiveViewTest) -> None:
    await page.live.shutdown()


WAYS: dict[Callable[[LiveViewTest], Awaitable[None]], str] = {
    leave: "left",
    navigate: "left",
    disconnect: "closed",
    crash: "crashed",
    crash_in_info: "crashed",
    crash_on_request: "crashed",
    rejoin: "replaced",
    redirect: "redirected",
    malformed: "closed",
    shutdown: "shutdown",
}

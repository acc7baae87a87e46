"""Every way of leaving lets go of everything: subscriptions, timers, tasks, the app context."""

from __future__ import annotations

import asyncio
import gc
import logging
import re
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from engine.app import CounterLive, SlowLive, make_app
from quart import Quart
from support.clock import LoopClock
from support.departures import WAYS, crash
from support.leftovers import assert_nothing_left

from quart_live import Channel, LiveView, LiveViewTest, QuartLive
from quart_live.testing import JoinRefusedError, ViewCrashedError


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_nothing_stays(app: Quart, live: QuartLive, way: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[str] = []
    popped: list[bool] = []

    async def terminate(self: LiveView, reason: str) -> None:
        ended.append(reason)

    monkeypatch.setattr(CounterLive, "terminate", terminate)
    monkeypatch.setattr(logging.getLogger("quart_live.channel"), "disabled", True)  # records hold tracebacks
    app.teardown_appcontext(lambda error: popped.append(True))
    page = LiveViewTest(app, "/counter")
    await page.open()
    channel, view = page.channel, weakref.ref(page.view)
    assert live.pubsub.topics() == {"counter": 1}
    assert len(channel.timers) == 1
    popped.clear()
    await way(page)
    await channel.ended()
    assert len(channel.timers) == 0
    assert ended[0] == WAYS[way]
    assert popped
    assert channel not in live.channels
    assert channel.mailbox not in live.pubsub.mailboxes()
    channel.mailbox.post("too late")
    assert len(channel.mailbox) == 0
    await page.close()
    assert_nothing_left(live)
    del channel, page
    gc.collect()
    assert view() is None, "something still holds the view"


async def test_failed_mount_leaves_nothing(
    app: Quart, live: QuartLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    mount = CounterLive.mount

    async def failing(self: CounterLive, params: dict[str, Any], session: dict[str, Any]) -> None:
        await mount(self, params, session)
        if self.connected:
            raise RuntimeError("after subscribing")

    monkeypatch.setattr(CounterLive, "mount", failing)
    page = LiveViewTest(app, "/counter")
    with pytest.raises(JoinRefusedError):
        await page.open()
    assert tuple(live.runtime.open_hosts) == ()
    await page.close()
    assert_nothing_left(live)


async def test_first_render_subscribes_to_nothing(app: Quart, live: QuartLive) -> None:
    await app.test_client().get("/counter")
    assert_nothing_left(live)


async def test_handler_that_never_ends_is_cancelled() -> None:
    app = make_app(LIVE_LEAVE_TIMEOUT=0.02)
    live: QuartLive = app.extensions["quart_live"]
    page = LiveViewTest(app, "/slow")
    await page.open()
    ref = page.socket.next_ref()
    page.socket.send(
        page.channel.join_ref, ref, page.topic, "event", {"type": "click", "event": "a", "value": {}}
    )
    await page.socket.heartbeat()
    await page.close()  # the gate is never opened
    assert SlowLive.ended == ["cancelled"]
    assert_nothing_left(live)


async def test_terminate_that_fails_is_logged_only(
    app: Quart, live: QuartLive, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def terminate(self: LiveView, reason: str) -> None:
        raise RuntimeError("in terminate")

    monkeypatch.setattr(CounterLive, "terminate", terminate)
    async with LiveViewTest(app, "/counter"):
        pass
    assert re.search("The end of lv:phx-.* failed at its view", caplog.text)
    assert_nothing_left(live)


async def test_timers_can_be_cancelled_and_do_not_pile_up(app: Quart, clock: LoopClock) -> None:
    async with LiveViewTest(app, "/counter") as page:
        timers = page.channel.timers
        timer = page.view.send_after("never", 3600)
        assert timer is not None
        assert timer.active
        timer.cancel()
        timer.cancel()
        assert not timer.active
        assert len(timers) == 1
        page.view.send_interval("tock", 5)
        async with busy(page.view):
            for _ in range(5):
                clock.advance(5)
                for _ in range(3):
                    await asyncio.sleep(0)
            assert len(page.channel.mailbox) == 1
        for seconds in (-1, 0):
            with pytest.raises(ValueError, match="positive number of seconds"):
                page.view.send_interval("x", seconds)
        await page.settle()
        assert page.view.assigns.seen == ["tock"]


@asynccontextmanager
async def busy(view: LiveView) -> AsyncIterator[None]:
    """Keep a view at work on a message, so that all that follow wait."""
    handle_info, may_end, begun = view.handle_info, asyncio.Event(), asyncio.Event()

    async def wait(message: object) -> None:
        view.handle_info = handle_info  # type: ignore[method-assign]
        begun.set()
        await may_end.wait()

    view.handle_info = wait  # type: ignore[method-assign]
    view.send_self("be busy")
    await begun.wait()
    yield
    may_end.set()


# -- crashes ---


async def test_crash_ends_one_view_only(
    app: Quart, live: QuartLive, caplog: pytest.LogCaptureFixture
) -> None:
    """As in captures/misc.json: phx_error with the join's ref, no reply; then "unmatched topic"."""
    async with LiveViewTest(app, "/counter") as page, LiveViewTest(app, "/counter") as other:
        join_ref = page.channel.join_ref
        with pytest.raises(ViewCrashedError):
            await page.push("crash")
        frame = page.socket.frames[-1][1]
        assert frame == (
            f'["{join_ref}","{join_ref}","{page.topic}","phx_error",{{"reason":"channel_crash"}}]'
        )
        page.socket.send(
            join_ref, "77", page.topic, "event", {"type": "click", "event": "increment", "value": {}}
        )
        answer = await page.socket.reply_to("77")
        assert answer == {"status": "error", "response": {"reason": "unmatched topic"}}
        assert (await page.socket.heartbeat())["status"] == "ok"
        await other.click("button", "Increment")
        assert other.find("h1").text == "2"
        await page.rejoin()
        await page.click("button", "Increment")
        assert page.find("h1").text == "2"
    assert "RuntimeError: secret detail" in caplog.text
    assert "Traceback" in caplog.text
    assert "secret detail" not in "".join(text for way, text in page.socket.frames if way == "<")


async def test_pitfall_07_a_crash_never_sends_phx_close(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        await crash(page)
        assert not any('"phx_close"' in text for _, text in page.socket.frames)


async def test_pitfall_26_crash_of_one_view_is_not_sent_on_anothers_topic(
    app: Quart, live: QuartLive
) -> None:
    from support.raw import open_page

    page = await open_page(app, "/plain")
    first, _ = await page.join("/plain", "#one")
    await page.join("/plain", "#two")
    channel = next(channel for channel in live.channels if channel.topic == "lv:one")
    channel.crash("one only")
    assert await page.socket.receive() == [first, first, "lv:one", "phx_error", {"reason": "channel_crash"}]
    assert [channel.topic for channel in live.channels] == ["lv:two"]
    await page.socket.close()


async def test_cancelled_error_from_inside_a_handler_is_a_crash(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        with pytest.raises(ViewCrashedError):
            await page.push("cancelled")


async def test_render_that_fails_is_a_crash(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        page.view.assign(names=5)
        with pytest.raises(ViewCrashedError):
            await page.push("increment")
        await page.rejoin()
        assert page.find("h1").text == "0"


async def test_value_that_is_no_json_is_a_crash(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        page.view.push_event("x", {"y": object()})
        with pytest.raises(ViewCrashedError):
            await page.push("increment")


async def test_channels_is_a_snapshot(app: Quart, live: QuartLive) -> None:
    async with LiveViewTest(app, "/counter") as page:
        channels = live.channels
        assert [type(channel) for channel in channels] == [Channel]
        assert channels[0].topic == page.topic
        await page.navigate("/form")
        assert len(channels) == 1


async def test_shutdown_tells_browsers_1012(app: Quart, live: QuartLive) -> None:
    """Pitfall 8: 1000 would make every page reload."""
    page = LiveViewTest(app, "/counter")
    await page.open()
    await live.shutdown()
    assert page.socket.close_code == 1012
    assert_nothing_left(live)


async def test_shutdown_leaves_no_task(app: Quart, live: QuartLive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "quart_live.mailbox.dispatcher.PUMP_SECONDS", 0
    )  # gives the loop back after each view
    before = asyncio.all_tasks()
    for _ in range(5):
        await LiveViewTest(app, "/counter").open()
    await live.shutdown()
    assert not [task for task in asyncio.all_tasks() - before if "Dispatcher" in repr(task)]


async def test_cancelled_server_task_closes_with_1012(app: Quart, live: QuartLive) -> None:
    page = LiveViewTest(app, "/counter")
    await page.open()
    assert await page.socket.cancel()
    assert page.socket.close_code == 1012
    await live.runtime.open_hosts.wait_until_empty()
    assert_nothing_left(live)

"""An exception of an app's code ends one view; its browser is told, and the process lives."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from typing import Any

import pytest
from engine.mailbox.fault_views import CANCELS, RAISES, Plan, add_views
from quart import Quart
from support.raw import open_page

from quart_live import LiveView, LiveViewTest, QuartLive, ViewHandle
from quart_live.errors import LiveViewError
from quart_live.mailbox.items import Envelope
from quart_live.testing import ChosenFile, SocketClosedError, ViewCrashedError

EVERY_WAY = [*RAISES, *CANCELS]


@pytest.fixture(autouse=True)
def views(app: Quart) -> QuartLive:
    """The failing views, in the app."""
    return add_views(app)


def plan(how: str, place: str) -> None:
    """From now on this goes wrong there."""
    Plan.how, Plan.place = how, place


# -- a view that is there ---

PUSHES = {
    "handle_event": "any",
    "attached hook": "hooked",
    "render": "render",
    "component event": "",
    "component update": "update",
    "handle_async": "async",
    "handle_info": "timer",
    "handle_params": "patch",
}
AT_WORK = [
    (how, place)
    for how, place in itertools.product(EVERY_WAY, PUSHES)
    if not (how in CANCELS and place == "render")
]


@pytest.mark.parametrize(("how", "place"), AT_WORK)
async def test_one_view_ends_and_its_browser_is_told(app: Quart, how: str, place: str) -> None:
    async with LiveViewTest(app, "/faulty") as page, LiveViewTest(app, "/faulty") as other:
        channel = page.channel
        plan(how, place)
        try:
            if place == "component event":
                await page.click("#part")
            else:
                await page.push(PUSHES[place], {"to": "/faulty?x=1"})
        except ViewCrashedError:
            pass
        await page.until(lambda: page.crashed)
        await channel.ended()
        plan("", "")
        await other.push("count")
        assert other.text.startswith("1")
        await page.rejoin()
        await page.push("count")
        assert page.text.startswith("1")


@pytest.mark.parametrize("how", RAISES)
@pytest.mark.parametrize("sent", ["broadcast", "relative", "after each other"])
async def test_a_plain_function_in_the_pump(app: Quart, live: QuartLive, how: str, sent: str) -> None:
    """It has no task around it: what it lets out would stop the mailboxes of all views."""
    async with LiveViewTest(app, "/faulty-plain") as page, LiveViewTest(app, "/faulty") as other:
        plan(how, "handle_info")
        mailbox = page.channel.mailbox
        if sent == "broadcast":
            await page.view.unsubscribe("faulty")
            await page.view.subscribe("plain")
            await live.pubsub.broadcast("plain", "boom")
        elif sent == "relative":
            ViewHandle("x", "", mailbox).send("boom")
        else:
            for _ in range(3):
                mailbox.post(Envelope("boom"))
        await page.until(lambda: page.crashed)
        plan("", "")
        await other.push("count")
        assert other.text.startswith("1")


async def test_the_log_says_what_was_raised(app: Quart, caplog: pytest.LogCaptureFixture) -> None:
    async with LiveViewTest(app, "/faulty") as page:
        plan("SystemExit", "handle_event")
        with pytest.raises(ViewCrashedError):
            await page.push("any")
    (record,) = [record for record in caplog.records if "crashed" in record.message]
    assert "FaultyLive" in record.message
    assert "SystemExit: 1" in record.message
    assert record.exc_info is not None and isinstance(record.exc_info[1].__cause__, SystemExit)  # type: ignore[union-attr]


# -- a view that does not come to be ---


@pytest.mark.parametrize("how", EVERY_WAY)
@pytest.mark.parametrize("place", ["on_mount", "mount", "component mount"])
async def test_the_join_is_answered(app: Quart, how: str, place: str) -> None:
    plan(how, place)
    page = await open_page(app, "/faulty")
    _, answer = await page.join("/faulty")
    assert answer == {"status": "error", "response": {"reason": "join crashed"}}
    plan("", "")
    _, answer = await page.join("/faulty")
    assert answer["status"] == "ok"
    await page.socket.close()


@pytest.mark.parametrize("how", RAISES)
async def test_the_first_render_answers_500(app: Quart, how: str) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    plan(how, "first mount")
    assert (await app.test_client().get("/faulty")).status_code == 500
    response = await app.test_client().get("/around")
    assert response.status_code == 200  # the nested view's place stays empty
    assert "Around" in await response.get_data(as_text=True)


@pytest.mark.parametrize("how", RAISES)
async def test_a_handshake_is_refused(app: Quart, live: QuartLive, how: str) -> None:
    async def hook() -> dict[str, Any]:
        Plan.happens("connect")
        return {}

    live.on_connect(hook)
    page = await open_page(app, "/faulty")
    plan(how, "connect")
    with pytest.raises(SocketClosedError):
        other = type(page.socket)(app, query=_query(page), cookies=_cookies(page))
        await other.connect()
    assert await page.socket.heartbeat() == {"status": "ok", "response": {}}
    await page.socket.close()


def _query(page: Any) -> dict[str, str]:
    return {"_csrf_token": page.root.find("meta[name=csrf-token]").get("content")}


def _cookies(page: Any) -> dict[str, str]:
    header = dict(page.socket.scope["headers"])[b"cookie"].decode()
    return dict(pair.split("=", 1) for pair in header.split("; "))


# -- around a view ---


@pytest.mark.parametrize("how", EVERY_WAY)
async def test_slow_work_has_failed(app: Quart, how: str) -> None:
    async with LiveViewTest(app, "/faulty") as page:
        plan(how, "work")
        await page.push("slow")
        await page.until(lambda: "</em>" in page.html and page.find("em").text)
        known = {"cancels itself and waits": "AsyncCancelled", "CancelledError": "AsyncCancelled"}
        ordinary = {"RecursionError", "MemoryError", "RuntimeError", "StopAsyncIteration"}
        # In a coroutine Python itself makes the one of the other.
        known |= {name: name for name in ordinary} | {"StopIteration": "RuntimeError"}
        known["cancels itself"] = "NoneType"  # it was done before it could be cancelled
        assert page.find("em").text == known.get(how, "AppFault")
        await page.push("count")
        assert page.text.startswith("1")


@pytest.mark.parametrize("how", RAISES)
async def test_slow_work_in_a_thread_has_failed(app: Quart, how: str) -> None:
    async with LiveViewTest(app, "/faulty") as page:
        plan(how, "thread")
        await page.push("slow thread")
        await page.until(lambda: page.find("em").text)
        assert page.find("em").text != "NoneType"
        await page.push("count")
        assert page.text.startswith("1")


@pytest.mark.parametrize("how", EVERY_WAY)
async def test_terminate(app: Quart, live: QuartLive, how: str) -> None:
    page = await open_page(app, "/faulty")
    join_ref, _ = await page.join("/faulty")
    plan(how, "terminate")
    ref = page.socket.next_ref()
    page.socket.send(join_ref, ref, page.topic(), "phx_leave", {})
    assert await page.socket.reply_to(ref) == {"status": "ok", "response": {}}
    assert not tuple(live.runtime.open_hosts)
    plan("", "")
    _, answer = await page.join("/faulty")
    assert answer["status"] == "ok"
    await page.socket.close()


@pytest.mark.parametrize("how", RAISES)
async def test_a_telemetry_handler_is_detached(app: Quart, live: QuartLive, how: str) -> None:
    def handler(name: str, measurements: Any, metadata: Any) -> None:
        Plan.happens("telemetry")

    live.telemetry.attach("*", handler)
    async with LiveViewTest(app, "/faulty") as page:
        plan(how, "telemetry")
        await page.push("count")
        assert page.text.startswith("1")
        assert not live.telemetry.listening


@pytest.mark.parametrize("how", EVERY_WAY)
@pytest.mark.parametrize("place", ["writer made", "writer init", "writer in a thread", "writer close"])
async def test_a_writer_of_uploads(app: Quart, how: str, place: str) -> None:
    if how in CANCELS and place in ("writer made", "writer in a thread"):
        return  # there is no task to be cancelled
    async with LiveViewTest(app, "/faulty") as page:
        doc = page.file_input("doc")
        await doc.choose(ChosenFile("a.txt", b"x" * 10))
        plan(how, place)
        with pytest.raises(LiveViewError, match=r"may not be sent|refused"):
            await doc.send()
        await page.until(lambda: "not_written" in page.html)
        plan("", "")
        await page.push("count")
        assert page.text.startswith("1")
        assert not page.crashed


@pytest.mark.parametrize("how", EVERY_WAY)
async def test_progress_of_an_upload(app: Quart, how: str) -> None:
    async with LiveViewTest(app, "/faulty") as page:
        doc = page.file_input("doc")
        await doc.choose(ChosenFile("a.txt", b"x" * 10))
        (sending,) = await doc.begin()
        await sending.chunk()
        plan(how, "progress")
        with contextlib.suppress(ViewCrashedError):
            await sending.progress()
        await page.until(lambda: page.crashed)


# -- what is no fault ---


class StuckLive(LiveView):
    """Waits for ever, and makes trouble when it is cancelled."""

    inline_template = "<p>stuck</p>"
    reasons: list[str]
    begun: asyncio.Event

    async def handle_event(self, event: str, params: Any) -> None:
        self.begun.set()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            if event == "exit":
                raise SystemExit(1)

    async def terminate(self, reason: str) -> None:
        self.reasons.append(reason)


@pytest.mark.parametrize(("event", "reason"), [("wait", "cancelled"), ("exit", "crashed")])
async def test_a_handler_that_the_engine_cancels(
    app: Quart, live: QuartLive, event: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    app.config["LIVE_LEAVE_TIMEOUT"] = 0.01
    StuckLive.reasons, StuckLive.begun = [], asyncio.Event()
    live.route("/stuck", StuckLive)
    page = await open_page(app, "/stuck")
    join_ref, _ = await page.join("/stuck")
    page.socket.send(join_ref, "50", page.topic(), "event", {"type": "click", "event": event, "value": {}})
    (channel,) = live.channels
    await StuckLive.begun.wait()
    await page.socket.close()
    await channel.ended()
    assert StuckLive.reasons == [reason]
    assert any("crashed" in record.message for record in caplog.records) is (event == "exit")


async def test_time_limits_of_handlers_are_no_cancellation_of_theirs(app: Quart, live: QuartLive) -> None:
    class PatientLive(LiveView):
        inline_template = "{{ said }}"

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign(said="")

        async def handle_event(self, event: str, params: Any) -> None:
            try:
                async with asyncio.timeout(0.001):
                    await asyncio.get_running_loop().create_future()
            except TimeoutError:
                self.assign(said="too late")
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self.fails())
                    await asyncio.get_running_loop().create_future()
            except* ValueError:
                self.assign(said=self.assigns.said + " and failed")

        async def fails(self) -> None:
            raise ValueError

    live.route("/patient", PatientLive)
    async with LiveViewTest(app, "/patient") as page:
        await page.push("any")
        assert page.text == "too late and failed"


# -- a page that is not there ---


@pytest.mark.parametrize("how", ["link", "push", "and a patch of its own"])
@pytest.mark.parametrize("status", [404, 403, 410])
async def test_abort_at_a_patch_is_a_page_of_its_own(app: Quart, how: str, status: int) -> None:
    async with LiveViewTest(app, "/faulty") as page:
        channel = page.channel
        to = f"/faulty?abort={status}" + ("&on" if how == "and a patch of its own" else "")
        if how == "push":
            await page.push("patch", {"to": to})
        else:
            await page.patch(to)
        assert not page.crashed
        assert page.redirected_to == to
        await channel.ended()  # the browser loads the page, which says it
        assert (await page.client.get(to)).status_code == status


async def test_a_failure_of_the_server_at_a_patch_is_a_crash(
    app: Quart, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    async with LiveViewTest(app, "/faulty") as page:
        with pytest.raises(ViewCrashedError):
            await page.patch("/faulty?abort=503")
        await page.rejoin()
        with pytest.raises(ViewCrashedError):
            await page.push("patch", {"to": "/faulty?abort=503"})

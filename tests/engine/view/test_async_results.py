"""Slow work beside a view: delivered through the mailbox, dropped when nobody waits, ended with the view."""

from __future__ import annotations

import asyncio
import gc
import inspect
import logging
import threading
import warnings
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

import pytest
from quart import Quart, current_app
from support.departures import crash, disconnect, leave, navigate, redirect, rejoin, shutdown
from support.leftovers import assert_nothing_left

from quart_live import AsyncCancelled, AsyncResult, LiveView, LiveViewTest, QuartLive


async def until(condition: Callable[[], object]) -> None:
    """Give others their turn until ``condition()`` is true."""
    for _ in range(1_000_000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came true")


class SlowWork:
    """Work that waits until the test says how it ends."""

    def __init__(self) -> None:
        self.started = 0
        self.ended: list[str] = []
        self.ways: list[asyncio.Future[Any]] = []

    async def __call__(self) -> Any:
        self.started += 1
        way: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.ways.append(way)
        try:
            value = await way
        except asyncio.CancelledError:
            self.ended.append("cancelled")
            raise
        self.ended.append("done")
        return value

    async def begun(self, times: int = 1) -> None:
        await until(lambda: self.started >= times)


class OrgLive(LiveView):
    inline_template = """
        <p id="org">{% if org.ok %}{{ org.result }}{% elif org.loading %}loading{% else %}failed
            {%- endif %}</p>
        <p id="again">{% if org.loading %}again{% endif %}</p>
        <p id="log">{{ log|join(" ") }}</p>"""
    work: ClassVar[SlowWork]

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(log=[])
        self.assign_async("org", type(self).work)

    async def handle_event(self, event: str, params: Any) -> None:
        match event:
            case "again":
                self.assign_async("org", type(self).work)
            case "reset":
                self.assign_async("org", type(self).work, reset=True)
            case "cancel":
                self.cancel_async("org", "enough")
            case "start":
                self.start_async("job", type(self).work)
            case "cancel job":
                self.cancel_async("job", "enough")
            case "cancel nothing":
                self.cancel_async("nothing")
            case "crash":
                raise RuntimeError("asked for")
            case "navigate":
                self.push_navigate("/org")
            case "redirect":
                self.redirect(to="/org")

    async def handle_async(self, name: str, result: AsyncResult) -> None:
        word = result.result if result.ok else type(result.failed).__name__
        self.assign(log=[*self.assigns.log, f"{name}={word}"])


@pytest.fixture
def work() -> SlowWork:
    OrgLive.work = SlowWork()
    return OrgLive.work


@pytest.fixture
def org_app(app: Quart, live: QuartLive, work: SlowWork) -> Quart:
    live.route("/org", OrgLive)
    return app


def route(app: Quart, view: type[LiveView]) -> None:
    app.extensions["quart_live"].route("/view", view)


def text(page: LiveViewTest, selector: str) -> str:
    return page.find(selector).text


async def test_the_first_render_starts_nothing(org_app: Quart, work: SlowWork) -> None:
    response = await org_app.test_client().get("/org")
    assert '<p id="org">loading</p>' in await response.get_data(as_text=True)
    await asyncio.sleep(0)
    assert work.started == 0


async def test_loading_then_ok(org_app: Quart, work: SlowWork) -> None:
    async with LiveViewTest(org_app, "/org") as page:
        assert text(page, "#org") == "loading"
        await work.begun()
        work.ways[0].set_result("Parley <3")
        await page.until(lambda: text(page, "#org") == "Parley <3")
        assert page.view.assigns.org == AsyncResult(ok=True, result="Parley <3")


async def test_a_result_has_a_diff_of_its_own(org_app: Quart, work: SlowWork) -> None:
    async with LiveViewTest(org_app, "/org") as page:
        await work.begun()
        seen = len(page.socket.frames)
        work.ways[0].set_result("x")
        await page.until(lambda: text(page, "#org") == "x")
        (frame,) = [frame for _, frame in page.socket.frames[seen:]]
        assert '"diff"' in frame


async def test_an_exception_is_failed_and_logged(
    org_app: Quart, work: SlowWork, caplog: pytest.LogCaptureFixture
) -> None:
    async with LiveViewTest(org_app, "/org") as page:
        await work.begun()
        with caplog.at_level(logging.ERROR, "quart_live.async"):
            work.ways[0].set_exception(OSError("no route"))
            await page.until(lambda: text(page, "#org") == "failed")
        assert "org of OrgLive failed: no route" in caplog.text
        assert isinstance(page.view.assigns.org.failed, OSError)
        await page.push("again")  # the view lives on
        assert text(page, "#org") == "loading"


async def test_asked_again_the_old_value_stays_until_the_new_one_is_there(
    org_app: Quart, work: SlowWork
) -> None:
    async with LiveViewTest(org_app, "/org") as page:
        await work.begun()
        work.ways[0].set_result("one")
        await page.until(lambda: text(page, "#org") == "one")
        await page.push("again")
        assert (text(page, "#org"), text(page, "#again")) == ("one", "again")
        await work.begun(2)
        work.ways[1].set_exception(OSError())
        await page.until(lambda: text(page, "#again") == "")
        assert text(page, "#org") == "one"
        assert isinstance(page.view.assigns.org.failed, OSError)
        await page.push("reset")
        assert text(page, "#org") == "loading"
        assert page.view.assigns.org.failed is None


async def test_started_again_the_earlier_result_is_dropped(org_app: Quart, work: SlowWork) -> None:
    async with LiveViewTest(org_app, "/org") as page:
        await work.begun()
        await page.push("again")
        await work.begun(2)
        work.ways[0].set_result("old")
        await until(lambda: work.ended == ["done"])
        await page.settle()
        assert text(page, "#org") == "loading"
        work.ways[1].set_result("new")
        await page.until(lambda: text(page, "#org") == "new")


async def test_cancelled_becomes_failed(org_app: Quart, work: SlowWork) -> None:
    async with LiveViewTest(org_app, "/org") as page:
        await work.begun()
        await page.push("cancel")
        await page.until(lambda: text(page, "#org") == "failed")
        assert isinstance(page.view.assigns.org.failed, AsyncCancelled)
        assert str(page.view.assigns.org.failed) == "enough"
        assert work.ended == ["cancelled"]
        await page.push("cancel nothing")


async def test_cancelled_before_its_first_step(org_app: Quart, work: SlowWork) -> None:
    async with LiveViewTest(org_app, "/org") as page:
        await work.begun()
        work.ways[0].set_result("one")
        await page.until(lambda: text(page, "#org") == "one")
        page.view.assign_async("org", work)
        page.view.cancel_async("org")
        await page.settle()
        await page.until(lambda: isinstance(page.view.assigns.org.failed, AsyncCancelled))
        assert work.started == 1


async def test_cancelled_when_the_result_was_already_waiting(app: Quart) -> None:
    """The result comes while a handler is at work, and that handler cancels."""

    class LateCancel(LiveView):
        inline_template = "{% if org.failed %}cancelled{% endif %}{{ org.result }}"

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign(org=AsyncResult())

        async def handle_event(self, event: str, params: Any) -> None:
            self.assign_async("org", asyncio.sleep(0, "late"))
            mailbox = self.mailbox
            assert mailbox is not None
            await until(lambda: len(mailbox) == 1)
            self.cancel_async("org")

    route(app, LateCancel)
    async with LiveViewTest(app, "/view") as page:
        await page.push("go")
        await page.settle()
        assert page.text == "cancelledNone"


async def test_handle_async(org_app: Quart, work: SlowWork) -> None:
    async with LiveViewTest(org_app, "/org") as page:
        await page.push("start")
        await work.begun(2)
        work.ways[1].set_result("built")
        await page.until(lambda: text(page, "#log") == "job=built")
        await page.push("start")
        await work.begun(3)
        work.ways[2].set_exception(OSError())
        await page.until(lambda: text(page, "#log") == "job=built job=OSError")
        await page.push("start")
        await work.begun(4)
        await page.push("cancel job")
        await page.until(lambda: text(page, "#log") == "job=built job=OSError job=AsyncCancelled")


async def test_results_wait_for_the_handler_at_work(app: Quart) -> None:
    gate = asyncio.Event()

    class OneAtATime(LiveView):
        inline_template = "{{ log|join(' ') }}"

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign(log=[])

        async def handle_event(self, event: str, params: Any) -> None:
            self.assigns.log.append("<event")
            self.start_async("job", asyncio.sleep(0, "result"))
            await gate.wait()
            self.assigns.log.append("event>")
            self.touch("log")

        async def handle_async(self, name: str, result: AsyncResult) -> None:
            self.assign(log=[*self.assigns.log, result.result])

    route(app, OneAtATime)
    async with LiveViewTest(app, "/view") as page:
        waiting = asyncio.ensure_future(page.push("go"))
        await until(lambda: page.view.assigns.log == ["<event"] and len(page.channel.mailbox) == 1)
        gate.set()
        await waiting
        await page.until(lambda: page.text == "<event event> result")


@pytest.mark.parametrize(
    "way", [leave, disconnect, crash, rejoin, navigate, redirect, shutdown], ids=lambda way: way.__name__
)
async def test_no_task_outlives_its_view(org_app: Quart, live: QuartLive, work: SlowWork, way: Any) -> None:
    page = LiveViewTest(org_app, "/org")
    await page.open()
    await work.begun()
    channel = page.channel
    assert channel.tasks is not None and len(channel.tasks) == 1
    await way(page)
    await channel.ended()
    assert work.ended[:1] == ["cancelled"]
    assert len(channel.tasks) == 0
    await page.close()
    assert_nothing_left(live)


async def test_work_that_needs_time_to_end_is_waited_for(app: Quart) -> None:
    ended: list[str] = []

    class Tidy(LiveView):
        inline_template = ""

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.start_async("job", self.work)

        async def work(self) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                for _ in range(10):
                    await asyncio.sleep(0)
                ended.append(current_app.name)  # the app's context is still there

    route(app, Tidy)
    async with LiveViewTest(app, "/view") as page:
        await page.settle()
        channel = page.channel
    await channel.ended()
    assert ended == ["engine_tests"]


async def test_kinds_of_work(app: Quart) -> None:
    async def coroutine_function() -> int:
        return 1

    def blocking() -> str:
        return threading.current_thread().name

    class Kinds(LiveView):
        inline_template = "{{ a.result }} {{ b.result }} {{ c.result }} {{ d.result }}"

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign_async("a", coroutine_function)
            self.assign_async("b", coroutine_function())
            self.assign_async("c", lambda: coroutine_function())
            self.assign_async("d", blocking)

    route(app, Kinds)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        async with LiveViewTest(app, "/view") as page:
            await page.until(lambda: page.text.startswith("1 1 1 ") and "None" not in page.text)
            assert threading.main_thread().name not in page.text
        gc.collect()
    # The first render starts nothing, and does not leave the coroutine it was given lying about either.
    assert [warning for warning in caught if "never awaited" in str(warning.message)] == []


async def test_cancelled_while_a_thread_makes_a_coroutine(app: Quart) -> None:
    begun, go_on = threading.Event(), threading.Event()
    made: list[Coroutine[Any, Any, None]] = []

    async def work() -> None: ...

    def slow_to_make() -> Any:
        begun.set()
        go_on.wait()
        made.append(work())
        return made[0]

    class Hasty(LiveView):
        inline_template = "{{ a.failed }}"

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign_async("a", slow_to_make)

    route(app, Hasty)
    async with LiveViewTest(app, "/view") as page:
        await asyncio.to_thread(begun.wait)
        page.view.cancel_async("a")
        await page.settle()
        go_on.set()
        # Nobody will await it, so it must have been closed: else Python warns that it never was awaited.
        await until(lambda: made and inspect.getcoroutinestate(made[0]) == inspect.CORO_CLOSED)


async def test_several_names_share_one_work(app: Quart) -> None:
    class Both(LiveView):
        inline_template = "{{ a.result }}{{ b.result }}{% if b.failed %}{{ b.failed }}{% endif %}"
        answer: ClassVar[Any] = {"a": "A", "b": "B", "c": "C"}

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign_async(["a", "b"], asyncio.sleep(0, type(self).answer))

        async def handle_event(self, event: str, params: Any) -> None:
            self.cancel_async("b")

    route(app, Both)
    async with LiveViewTest(app, "/view") as page:
        await page.until(lambda: page.text == "AB")
        assert "c" not in page.view.assigns
    Both.answer = {"a": "A"}
    async with LiveViewTest(app, "/view") as page:
        await page.until(lambda: "returned a dict without b;" in page.text)
        assert page.view.assigns.a.failed
    Both.answer = None
    async with LiveViewTest(app, "/view") as page:
        await page.until(lambda: "without a, b;" in page.text)


async def test_no_handle_async_crashes_with_advice(app: Quart, caplog: pytest.LogCaptureFixture) -> None:
    class Forgetful(LiveView):
        inline_template = ""

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.start_async("job", asyncio.sleep(0))

    route(app, Forgetful)
    async with LiveViewTest(app, "/view") as page:
        await page.until(lambda: page.crashed)
    assert "Forgetful started 'job' with start_async but has no handle_async method" in caplog.text


async def test_a_stream_is_filled(app: Quart) -> None:
    fails = asyncio.Event()

    class Items(LiveView):
        inline_template = """<p>{% if items.ok %}ok{% elif items.loading %}loading{% endif %}</p>
            <ul id="items" phx-update="stream">{% for dom_id, item in streams.items %}
            <li id="{{ dom_id }}">{{ item.id }}</li>{% endfor %}</ul>"""

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.stream_async("items", asyncio.sleep(0, [{"id": 1}, {"id": 2}]))

        async def handle_event(self, event: str, params: Any) -> None:
            self.stream_async("items", asyncio.sleep(0, [{"id": 3}]), reset=True)

    assert not fails.is_set()
    route(app, Items)
    async with LiveViewTest(app, "/view") as page:
        await page.until(lambda: page.text.split() == ["ok", "1", "2"])
        await page.push("again")
        await page.until(lambda: page.text.split() == ["ok", "3"])

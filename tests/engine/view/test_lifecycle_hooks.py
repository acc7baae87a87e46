"""`attach_hook`: hooks around the handlers of views and components."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from quart import Quart

from quart_live import (
    CONTINUE,
    HALT,
    AsyncResult,
    LiveComponent,
    LiveRouter,
    LiveView,
    LiveViewError,
    LiveViewTest,
    QuartLive,
)
from quart_live.testing import ViewCrashedError

SEEN: list[Any] = []


@pytest.fixture(autouse=True)
def forget() -> None:
    SEEN.clear()


class PlainLive(LiveView):
    """Knows nothing of hooks."""

    inline_template = "<p>{{ said }}</p><b>{{ tab }}</b>{{ live_component('hooked', id=1) }}"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(said="")
        self.assign_new("tab", lambda: "none")
        await self.subscribe("news")

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        SEEN.append("params")

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        self.assign(said=f"event {event}")
        if event == "work":
            self.start_async("work", lambda: 42)
        return {"from": "view"}

    def handle_info(self, message: Any) -> None:
        self.assign(said=f"info {message}")

    async def handle_async(self, name: str, result: AsyncResult) -> None:
        self.assign(said=f"async {result.result}")


class HookedComponent(LiveComponent):
    """Attaches hooks to itself."""

    inline_template = "<i id='hooked'>{{ n }}</i>"

    async def mount(self) -> None:
        self.assign(n=0)
        self.attach_hook("stop", "handle_event", lambda component, event, params: self.decide(event))
        self.attach_hook("count", "after_render", lambda component: SEEN.append(("rendered", component.id)))

    def decide(self, event: str) -> Any:
        return (HALT, {"from": "hook"}) if event == "stop" else None

    async def handle_event(self, event: str, params: Any) -> None:
        self.assign(n=self.assigns.n + 1)


Serve = Callable[..., LiveViewTest]


@pytest.fixture
def serve() -> Serve:
    def start(attach: Callable[[Any], None], view: type[LiveView] = PlainLive) -> LiveViewTest:
        def on_mount(view: LiveView, params: Any, session: Any, stage: str) -> None:
            attach(view)

        app = Quart(__name__)
        app.secret_key = "for tests"
        router = LiveRouter("hooked", on_mount=[on_mount])
        router.route("/", view)
        QuartLive(app).add_router(router)
        return LiveViewTest(app, "/")

    return start


async def test_event_hooks_run_in_order_before_the_handler(serve: Serve) -> None:
    async def first(view: LiveView, event: str, params: Any) -> str:
        SEEN.append(("first", event, params))
        return CONTINUE

    def second(view: LiveView, event: str, params: Any) -> None:
        SEEN.append("second")
        assert view.assigns.said == "", "the handler comes after the hooks"

    def attach(view: LiveView) -> None:
        view.attach_hook("first", "handle_event", first)
        view.attach_hook("second", "handle_event", second)

    async with serve(attach) as page:
        SEEN.clear()
        assert await page.hook("hello", {"a": 1}) == {"from": "view"}
        assert SEEN[:2] == [("first", "hello", {"a": 1}), "second"]
        assert "event hello" in page.text


async def test_a_hook_that_halts_is_the_last_and_may_reply(serve: Serve) -> None:
    def tabs(view: LiveView, event: str, params: Any) -> Any:
        if event == "choose-tab":
            view.assign(tab=params["tab"])
            return HALT, {"tab": params["tab"]}
        return HALT if event == "swallow" else None

    def attach(view: LiveView) -> None:
        view.attach_hook("tabs", "handle_event", tabs)
        view.attach_hook("late", "handle_event", lambda view, event, params: SEEN.append(event))

    async with serve(attach) as page:
        SEEN.clear()
        assert await page.hook("choose-tab", {"tab": "new"}) == {"tab": "new"}
        assert page.find("b").text == "new"
        assert await page.hook("swallow") is None
        assert (SEEN, page.find("p").text) == ([], "")
        assert await page.hook("other") == {"from": "view"}
        assert SEEN == ["other"]


async def test_a_hook_that_goes_elsewhere_is_the_last(serve: Serve) -> None:
    def attach(view: LiveView) -> None:
        view.attach_hook("out", "handle_event", lambda view, event, params: view.redirect(to="/sign-in"))
        view.attach_hook("late", "handle_event", lambda view, event, params: SEEN.append(event))

    async with serve(attach) as page:
        SEEN.clear()
        await page.hook("anything")
        assert (page.redirected_to, SEEN) == ("/sign-in", [])


async def test_detached_it_runs_no_more_and_may_be_attached_again(serve: Serve) -> None:
    def once(view: LiveView, event: str, params: Any) -> str:
        SEEN.append("once")
        view.detach_hook("once", "handle_event")
        return HALT

    async with serve(lambda view: view.attach_hook("once", "handle_event", once)) as page:
        SEEN.clear()
        await page.hook("one")
        assert page.find("p").text == ""
        await page.hook("two")
        assert (SEEN, page.find("p").text) == (["once"], "event two")
        page.view.detach_hook("once", "handle_event")
        page.view.attach_hook("once", "handle_event", once)
        await page.hook("three")
        assert SEEN == ["once", "once"]


async def test_hooks_of_params_run_at_both_renders_and_at_patches(serve: Serve) -> None:
    def note(view: LiveView, params: dict[str, Any], uri: str) -> str | None:
        SEEN.append((view.connected, params.get("tab"), uri.rpartition("/")[2]))
        view.assign(tab=params.get("tab", "none"))
        return HALT if params.get("tab") == "halt" else None

    async with serve(lambda view: view.attach_hook("note", "handle_params", note)) as page:
        calls = [seen for seen in SEEN if isinstance(seen, tuple) and seen[0] != "rendered"]
        assert calls == [(False, None, ""), (True, None, "")]
        assert SEEN.count("params") == 2
        await page.patch("/?tab=new")
        assert (page.find("b").text, SEEN.count("params")) == ("new", 3)
        await page.patch("/?tab=halt")
        assert (page.find("b").text, SEEN.count("params")) == ("halt", 3)


async def test_hooks_of_messages_switch_the_quick_way_off_and_on(serve: Serve) -> None:
    async def take(view: LiveView, message: Any) -> str | None:
        view.assign(tab=str(message))
        return HALT if message == "mine" else None

    async with serve(lambda view: view.attach_hook("take", "handle_info", take)) as page:
        await page.live.pubsub.broadcast("news", "mine")
        await page.settle()
        assert (page.find("p").text, page.find("b").text) == ("", "mine")
        await page.live.pubsub.broadcast("news", "yours")
        await page.settle()
        assert (page.find("p").text, page.find("b").text) == ("info yours", "yours")
        page.view.detach_hook("take", "handle_info")
        await page.live.pubsub.broadcast("news", "mine")
        await page.settle()
        assert (page.find("p").text, page.find("b").text) == ("info mine", "yours")


async def test_a_hook_attached_by_a_handler_gets_the_next_message(serve: Serve) -> None:
    def on_event(view: LiveView, event: str, params: Any) -> str:
        view.attach_hook("take", "handle_info", lambda view, message: SEEN.append(message))
        return HALT

    async with serve(lambda view: view.attach_hook("on", "handle_event", on_event)) as page:
        await page.hook("on")
        SEEN.clear()
        await page.live.pubsub.broadcast("news", "hello")
        await page.settle()
        assert (SEEN, page.find("p").text) == (["hello"], "info hello")


async def test_hooks_of_slow_work(serve: Serve) -> None:
    def note(view: LiveView, name: str, result: AsyncResult) -> str | None:
        SEEN.append((name, result.result))
        view.assign(tab=f"ended {len(SEEN)}")
        return HALT if len(SEEN) == 1 else None

    async with serve(lambda view: view.attach_hook("note", "handle_async", note)) as page:
        SEEN.clear()
        await page.push("work")
        await page.until(lambda: "ended 1" in page.text)
        assert page.find("p").text == "event work"
        await page.push("work")
        await page.until(lambda: "ended 2" in page.text)
        assert page.find("p").text == "async 42"
        assert SEEN == [("work", 42), ("work", 42)]


async def test_after_rendering_events_travel_with_the_diff(serve: Serve) -> None:
    def note(view: LiveView) -> None:
        SEEN.append(view.assigns.said)
        view.push_event("rendered", {"said": view.assigns.said})

    def attach(view: LiveView) -> None:
        view.attach_hook("note", "after_render", note)

    async with serve(attach) as page:
        assert SEEN.count("") == 2, "the page and the join"
        assert page.events == [("rendered", {"said": ""})]
        before = len(page.socket.frames)
        await page.push("hello")
        answers = [text for way, text in page.socket.frames[before:] if way == "<"]
        assert len(answers) == 1 and "rendered" in answers[0] and "event hello" in answers[0]
        await page.push("hello")
        assert len(page.events) == 2, "nothing has changed, so nothing was rendered"


async def test_what_is_assigned_after_rendering_is_shown_by_the_next(serve: Serve) -> None:
    def attach(view: LiveView) -> None:
        view.attach_hook("last", "after_render", lambda view: view.assign(tab=f"after {view.assigns.said}"))

    async with serve(attach) as page:
        assert page.find("b").text == "none"
        await page.push("one")
        assert page.find("b").text == "after"
        await page.push("two")
        assert page.find("b").text == "after event one"


async def test_broadcasts_are_rendered_for_each_who_wants_to_know(serve: Serve) -> None:
    class ListLive(LiveView):
        inline_template = """<ul id="l" phx-update="stream">{% for dom_id, item in streams.items %}
            <li id="{{ dom_id }}">{{ item.text }}</li>{% endfor %}</ul>"""

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.stream("items", [])
            await self.subscribe("items")

        def handle_info(self, message: Any) -> None:
            self.stream_insert("items", message)

    def attach(view: LiveView) -> None:
        view.attach_hook("note", "after_render", lambda view: SEEN.append(view))

    async with serve(attach, ListLive) as ann, LiveViewTest(ann.app, "/") as bob:
        SEEN.clear()
        await ann.live.pubsub.broadcast("items", {"id": 1, "text": "hello"})
        for page in (ann, bob):
            await page.settle()
            assert page.text == "hello"
        assert {ann.view, bob.view} == set(SEEN) and len(SEEN) == 2


async def test_components_have_hooks_of_their_own(serve: Serve) -> None:
    async with serve(lambda view: None) as page:
        SEEN.clear()
        cid = int(page.component(HookedComponent, 1).get("data-phx-component"))
        assert await page.push("stop", cid=cid) == {"from": "hook"}
        assert (page.find("#hooked").text, SEEN) == ("0", [])
        await page.push("go", cid=cid)
        assert (page.find("#hooked").text, SEEN) == ("1", [("rendered", 1)])
        component: Any = page.channel.joined()[1].components.get(HookedComponent, 1)
        for stage in ("handle_info", "handle_params"):
            with pytest.raises(LiveViewError, match=f"no stage '{stage}'.*after_render, handle_async"):
                component.component.attach_hook("x", stage, print)


async def test_messages_may_be_left_to_hooks_alone(serve: Serve) -> None:
    class SilentLive(LiveView):
        inline_template = "<p>{{ n }}</p>"

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign(n=0)
            await self.subscribe("news")

    def attach(view: LiveView) -> None:
        view.attach_hook("n", "handle_info", lambda view, message: view.assign(n=message))

    async with serve(attach, SilentLive) as page:
        await page.live.pubsub.broadcast("news", 7)
        await page.settle()
        assert page.text == "7"
        page.view.detach_hook("n", "handle_info")
        await page.live.pubsub.broadcast("news", 8)
        await page.until(lambda: page.crashed)


MISTAKES: dict[str, tuple[Callable[[Any], object], str]] = {
    "no such stage": (
        lambda view: view.attach_hook("x", "mount", print),
        "no stage 'mount' for the hook 'x'",
    ),
    "no function": (lambda view: view.attach_hook("x", "handle_event", 1), "the hook 'x' is no function"),
    "twice": (
        lambda view: [view.attach_hook("x", "handle_info", print) for _ in range(2)],
        "'x' is attached to handle_info already",
    ),
    "async after rendering": (
        lambda view: view.attach_hook("x", "after_render", PlainLive.handle_event),
        "cannot be async",
    ),
    "detached from nowhere": (lambda view: view.detach_hook("x", "render"), "no stage 'render'"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
async def test_mistakes_are_told(serve: Serve, mistake: str) -> None:
    attach, words = MISTAKES[mistake]
    page = serve(lambda view: None)
    async with page:
        with pytest.raises(LiveViewError, match=words):
            attach(page.view)


async def test_params_hooks_need_an_address(serve: Serve) -> None:
    view = PlainLive()
    with pytest.raises(LiveViewError, match="PlainLive has no address here"):
        view.attach_hook("x", "handle_params", print)


@pytest.mark.parametrize("verdict", ["stop", True, (HALT, {}), 1])
async def test_odd_verdicts_end_the_view(
    serve: Serve, verdict: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def attach(view: LiveView) -> None:
        view.attach_hook("odd", "handle_info", lambda view, message: verdict)

    async with serve(attach) as page:
        await page.live.pubsub.broadcast("news", 1)
        await page.until(lambda: page.crashed)
    assert "the hook 'odd' on handle_info returned" in caplog.text


async def test_going_away_after_rendering_is_told(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    def leave(view: LiveView) -> None:
        if view.assigns.said:
            view.push_navigate("/other")

    async with serve(lambda view: view.attach_hook("leave", "after_render", leave)) as page:
        with pytest.raises(ViewCrashedError):
            await page.push("hello")
    assert "the hook 'leave' cannot go anywhere" in caplog.text

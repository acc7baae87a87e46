"""Views that fail in every place where an app's code is called, and in every way."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any, ClassVar, NoReturn

from quart import Quart, abort

from quart_live import LiveComponent, LiveView, QuartLive, UploadEntry, UploadWriter


def _raise(error: BaseException) -> NoReturn:
    raise error


def _too_deep() -> NoReturn:
    _too_deep()


RAISES: dict[str, Callable[[], NoReturn]] = {
    "SystemExit": lambda: sys.exit(1),
    "KeyboardInterrupt": lambda: _raise(KeyboardInterrupt()),
    "GeneratorExit": lambda: _raise(GeneratorExit()),
    "group": lambda: _raise(BaseExceptionGroup("several", [SystemExit(1), GeneratorExit()])),
    "CancelledError": lambda: _raise(asyncio.CancelledError()),
    "StopIteration": lambda: _raise(StopIteration()),
    "StopAsyncIteration": lambda: _raise(StopAsyncIteration()),
    "RecursionError": _too_deep,
    "MemoryError": lambda: _raise(MemoryError()),
    "RuntimeError": lambda: _raise(RuntimeError("the ordinary case")),
}
CANCELS = ["cancels itself and waits", "cancels itself"]
"""What only a coroutine can do."""


class Plan:
    """The fault, and the place where it is raised."""

    how: ClassVar[str] = ""
    place: ClassVar[str] = ""

    @classmethod
    def happens(cls, place: str) -> None:
        """Fail if this is the place."""
        if cls.how and place == cls.place:
            RAISES[cls.how]()

    @classmethod
    async def happens_in_task(cls, place: str) -> None:
        """The same in a coroutine."""
        if place == cls.place and cls.how in CANCELS:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            if cls.how == "cancels itself and waits":
                await asyncio.sleep(0)
            return
        cls.happens(place)


class Bomb:
    """Fails when it is rendered."""

    def __str__(self) -> str:
        Plan.happens("render")
        return "bomb"


class PartLive(LiveComponent):
    """A component that fails."""

    inline_template = '<p><button id="part" phx-click="part" phx-target="{{ myself }}">part</button></p>'

    async def mount(self) -> None:
        if self.mailbox is not None:
            await Plan.happens_in_task("component mount")

    async def update(self, assigns: dict[str, Any]) -> None:
        await Plan.happens_in_task("component update")
        await super().update(assigns)

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        await Plan.happens_in_task("component event")
        return None


class FaultyWriter(UploadWriter):
    """Fails as a writer of uploads."""

    def __init__(self, entry: UploadEntry) -> None:
        Plan.happens("writer made")

    async def init(self) -> None:
        await Plan.happens_in_task("writer init")

    def write_chunk(self, data: bytes) -> None:
        Plan.happens("writer in a thread")

    async def close(self, reason: str | BaseException) -> None:
        await Plan.happens_in_task("writer close")


async def on_mount(view: LiveView, params: Any, session: Any, stage: str) -> None:
    """A hook on mount that fails."""
    if view.connected:
        await Plan.happens_in_task("on_mount")


class FaultyLive(LiveView):
    """Fails where the plan says; the rest of it works."""

    on_mount: ClassVar[Any] = [on_mount]
    inline_template = """<b>{{ n }}</b>{{ bomb }}{{ live_component("PartLive", id="part") }}
<form phx-change="chosen">{{ live_file_input(uploads.doc) }}</form>
{% for entry in uploads.doc.entries %}<i>{{ entry.errors|join }}</i>{% endfor %}<em>{{ slow }}</em>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        if self.connected:
            await Plan.happens_in_task("mount")
        else:
            await Plan.happens_in_task("first mount")
        self.assign(n=0, bomb="", slow="")
        await self.subscribe("faulty")
        self.attach_hook("hook", "handle_event", self.before)
        self.allow_upload("doc", accept="any", writer=FaultyWriter, progress=self.progressed)

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        if "abort" in params:
            if "on" in params:
                self.push_patch("/faulty")
            abort(int(params["abort"]))
        await Plan.happens_in_task("handle_params" if params else "")

    async def before(self, view: LiveView, event: str, params: Any) -> None:
        if event == "hooked":
            await Plan.happens_in_task("attached hook")

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        match event:
            case "count":
                self.assign(n=self.assigns.n + 1)
            case "render":
                self.assign(bomb=Bomb())
            case "update":
                self.send_update(PartLive, id="part", label="new")
            case "timer":
                self.send_after("boom", 0)
            case "async":
                self.start_async("work", lambda: 1)
            case "slow":
                self.start_async("slow", self.work())
            case "slow thread":
                self.start_async("slow", lambda: Plan.happens("thread"))
            case "patch":
                self.push_patch(params["to"])
        await Plan.happens_in_task("handle_event")
        return None

    async def work(self) -> None:
        await Plan.happens_in_task("work")

    async def handle_async(self, name: str, result: Any) -> None:
        if name == "slow":
            self.assign(slow=type(result.failed).__name__)
        await Plan.happens_in_task("handle_async")

    async def handle_info(self, message: Any) -> None:
        await Plan.happens_in_task("handle_info")

    async def progressed(self, name: str, entry: UploadEntry) -> None:
        await Plan.happens_in_task("progress")

    async def terminate(self, reason: str) -> None:
        await Plan.happens_in_task("terminate")


class PlainLive(FaultyLive):
    """Its `handle_info` is a plain function, which is called without a task."""

    def handle_info(self, message: Any) -> None:  # type: ignore[override]
        Plan.happens("handle_info")


class AroundLive(LiveView):
    """A page with that view inside."""

    inline_template = '<h1>Around</h1>{{ live_render("FaultyLive", id="inside") }}'


def add_views(app: Quart) -> QuartLive:
    """Put the views into an app, with nothing planned."""
    Plan.how = Plan.place = ""
    live: QuartLive = app.extensions["quart_live"]
    live.route("/faulty", FaultyLive)
    live.route("/faulty-plain", PlainLive)
    live.route("/around", AroundLive)
    return live

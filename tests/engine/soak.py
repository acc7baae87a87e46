"""Random operations for as long as one likes; afterwards nothing may be left behind.

    make soak MINUTES=30
    python tests/engine/soak.py --minutes 30 --seed 7

Pages are opened, joined and left over real channels (ASGI, in this process); their views crash, navigate,
patch, place and remove components and nested views, insert into streams, run timers and slow work, and send
each other messages. In between sockets are cut, doubled joins and malformed frames sent. Every now and then
all pages are closed, and then there must be no task, socket, channel, subscription or timer, and not more
objects of the engine than after the first round. At the end the memory of the process is compared as well.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

import psutil
from engine.app import NO_RATES
from quart import Quart

from quart_live import LiveComponent, LiveView, LiveViewError, LiveViewTest, LocalPubSub, QuartLive
from quart_live.presence import Presence, PresenceDiff
from quart_live.testing import JoinRefusedError, SocketClosedError, ViewCrashedError

PAGES = 12
OPERATIONS_PER_ROUND = 400
MEGABYTES_OF_SLACK = 12
OBJECTS_OF_SLACK = 20
EVENTS = ("child", "reset", "navigate", "patch", "redirect", "crash")
EXPECTED = (ViewCrashedError, JoinRefusedError, SocketClosedError, LiveViewError)


def _module_of(thing: object) -> str:
    """Return the module of an object's class; some classes have a descriptor in place of the name."""
    module = type(thing).__module__
    return module if isinstance(module, str) else ""


class LeftBehindError(AssertionError):
    """Something outlived the pages it belonged to."""


class ItemComponent(LiveComponent):
    """Counts its clicks; crashes its view if told to."""

    inline_template = (
        '<li id="{{ id }}"><button phx-click="more" phx-target="{{ myself }}">{{ n }}</button></li>'
    )

    async def mount(self) -> None:
        self.assign(n=0)

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        if event == "crash":
            raise RuntimeError("a component was told to crash")
        self.assign(n=self.assigns.n + 1)
        return None


class ChildLive(LiveView):
    """A nested view that listens as well."""

    inline_template = "<i>{{ last }}</i>"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(last="")
        await self.subscribe("soak")
        if self.connected:
            self.send_interval("tick", 0.05)

    def handle_info(self, message: Any) -> None:
        self.assign(last=str(message))


class SoakLive(LiveView):
    """Does everything that leaves something behind in a careless engine."""

    inline_template = """
        <h1>{{ n }} {{ people }}</h1>
        <ul>{% for name in names %}{{ live_component("item", id=name) }}{% endfor %}</ul>
        <ol id="log" phx-update="stream">
          {% for dom_id, line in streams.log %}<li id="{{ dom_id }}">{{ line.text }}</li>{% endfor %}
        </ol>
        {% if child %}{{ live_render("ChildLive", id="child") }}{% endif %}"""
    presence: Presence

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(n=0, names=[], child=False, people=0)
        self.stream("log", [])
        await self.subscribe("soak")
        if self.connected:
            self.send_interval("tick", 0.02)
            self.send_after("tick", 3600)
            await type(self).presence.track(self, "soak", self.id[-1], {"at": 1})

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assign(n=int(params.get("n", 0)))

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        match event:
            case "names":
                self.assign(names=params["names"])
            case "child":
                self.assign(child=not self.assigns.child)
            case "insert":
                self.stream_insert("log", {"id": params["id"], "text": "x" * 200}, limit=-20)
            case "reset":
                self.stream("log", [], reset=True)
            case "slow":
                self.start_async(params["name"], lambda: asyncio.sleep(params["seconds"]))
            case "broadcast":
                await self.pubsub.broadcast("soak", params["text"])
            case "navigate":
                self.push_navigate("/soak?n=5")
            case "patch":
                self.push_patch("/soak?n=6")
            case "redirect":
                self.redirect(to="/elsewhere")
            case "crash":
                raise RuntimeError("told to crash")
        return None

    async def handle_async(self, name: Any, result: Any) -> None:
        self.assign(n=self.assigns.n + 1)

    async def handle_info(self, message: Any) -> None:
        if isinstance(message, PresenceDiff):
            self.assign(people=len(type(self).presence.list("soak")))
        elif message == "crash":
            raise RuntimeError("told to crash by a message")
        else:
            self.assign(n=self.assigns.n + 1)


def make_app() -> Quart:
    """The app that is worn out."""
    app = Quart("soak")
    app.secret_key = "for tests"
    app.config.update(NO_RATES)
    live = QuartLive(app)
    live.route("/soak", SoakLive)
    live.route("/child", ChildLive)
    SoakLive.presence = Presence(live)
    return app


def _pushing(event: str) -> Callable[[Any, LiveViewTest], Awaitable[object]]:
    return lambda _, page: page.push(event)


class Soak:
    """One run.

    Args:
        seed: the same seed makes the same operations (not the same timing).

    Attributes:
        done: how often each operation was done.
    """

    def __init__(self, seed: int = 0) -> None:
        self.random = random.Random(seed)
        self.app = make_app()
        self.live: QuartLive = self.app.extensions["quart_live"]
        self.pages: list[LiveViewTest] = []
        self.done: Counter[str] = Counter()
        self._objects: Counter[str] | None = None
        self._megabytes = 0.0

    async def run(self, seconds: float) -> None:
        """Do random operations for about ``seconds``.

        Raises:
            LeftBehindError: with what was left.
        """
        end = time.monotonic() + seconds
        before = asyncio.all_tasks()
        rounds = 0
        while rounds < 3 or time.monotonic() < end:
            for _ in range(OPERATIONS_PER_ROUND if rounds else 1200):
                await self._operate()
                if rounds >= 3 and time.monotonic() > end:
                    break
            await self._close_all()
            self.check(asyncio.all_tasks() - before)
            rounds += 1
        self._check_memory()
        await self.live.shutdown()
        left = asyncio.all_tasks() - before
        if left:
            raise LeftBehindError(f"tasks after shutdown: {left}")

    async def _operate(self) -> None:
        if len(self.pages) < PAGES and (not self.pages or self.random.random() < 0.2):
            await self._open()
            return
        page = self.random.choice(self.pages)
        name = self.random.choice(sorted(self.OPERATIONS))
        self.done[name] += 1
        try:
            async with asyncio.timeout(20):
                await self.OPERATIONS[name](self, page)
        except EXPECTED:
            self.done[f"{name}: refused or crashed"] += 1
        except TimeoutError:
            raise LeftBehindError(f"{name} got no answer: {page.socket.frames[-5:]}") from None
        del page.socket.frames[:]
        page.events.clear()
        closed = page.socket.close_code is not None
        if closed or page.crashed or page.redirected_to or page.channel_or_none() is None:
            await self._close(page)

    async def _open(self) -> None:
        page = LiveViewTest(self.app, f"/soak?n={self.random.randrange(9)}")
        await page.open()
        self.pages.append(page)
        self.done["open"] += 1

    async def _close(self, page: LiveViewTest) -> None:
        self.pages.remove(page)
        await page.close()

    async def _close_all(self) -> None:
        for page in tuple(self.pages):
            await self._close(page)
        async with asyncio.timeout(20):
            await self.live.runtime.open_hosts.wait_until_empty()
            await self.live.runtime.dispatcher.at_rest()

    # -- operations ----------------------------------------------------------------------------------------

    async def _leave(self, page: LiveViewTest) -> None:
        page.socket.send(page.join_ref, "leave", page.topic, "phx_leave", {})
        await page.socket.reply_to("leave")

    async def _rejoin(self, page: LiveViewTest) -> None:
        await page.rejoin()

    async def _crash_and_come_back(self, page: LiveViewTest) -> None:
        page.channel.crash("soaked")
        await page.until(lambda: page.crashed)
        await page.rejoin()

    async def _malformed(self, page: LiveViewTest) -> None:
        page.socket.send_text(self.random.choice(["{", "[1]", '["1","2","x"', "[" * 2000, "null"]))
        while True:
            await page.socket.receive()

    async def _reconnect(self, page: LiveViewTest) -> None:
        await page.close()
        await page.connect()

    async def _component(self, page: LiveViewTest) -> None:
        names = page.view.assigns.get("names")
        if names:
            event = self.random.choice(["more", "more", "more", "crash"])
            await page.push(event, cid=self.random.randrange(1, 4))

    async def _names(self, page: LiveViewTest) -> None:
        await page.push("names", {"names": self.random.sample("abcdefgh", self.random.randrange(5))})

    async def _insert(self, page: LiveViewTest) -> None:
        await page.push("insert", {"id": self.random.randrange(100)})

    async def _slow(self, page: LiveViewTest) -> None:
        seconds = self.random.choice([0, 0.001, 3600])
        await page.push("slow", {"name": self.random.choice("abc"), "seconds": seconds})

    async def _broadcast(self, page: LiveViewTest) -> None:
        text = self.random.choice(["hello"] * 30 + ["crash"])
        await page.push("broadcast", {"text": text})

    async def _disconnect_by_id(self, page: LiveViewTest) -> None:
        await self.live.disconnect("users_socket:nobody")

    OPERATIONS: ClassVar[dict[str, Callable[[Any, LiveViewTest], Awaitable[object]]]] = {
        "leave": _leave,
        "rejoin": _rejoin,
        "crash": _crash_and_come_back,
        "malformed": _malformed,
        "reconnect": _reconnect,
        "component": _component,
        "names": _names,
        "insert": _insert,
        "slow": _slow,
        "broadcast": _broadcast,
        "disconnect": _disconnect_by_id,
        **{f"event {event}": _pushing(event) for event in EVENTS},
        "navigate": lambda self, page: page.navigate("/child"),
        "patch link": lambda self, page: page.patch("/soak?n=3"),
    }

    # -- what is left --------------------------------------------------------------------------------------

    def check(self, tasks: set[asyncio.Task[Any]]) -> None:
        """Look for what was left behind, now that all pages are closed.

        Args:
            tasks: those that were not there before.

        Raises:
            LeftBehindError: if there is something.
        """
        assert isinstance(self.live.pubsub, LocalPubSub)
        topics = {name: count for name, count in self.live.pubsub.topics().items() if not _own(name)}
        tasks = {task for task in tasks if "presence" not in str(task).lower()}  # its heartbeat is for life
        found: dict[str, Any] = {
            "tasks": tasks,
            "sockets": self.live.sockets,
            "channels": tuple(self.live.runtime.open_hosts),
            "subscriptions": topics,
            "presences": SoakLive.presence.list("soak"),
        }
        left = {name: things for name, things in found.items() if things}
        gc.collect()
        objects = Counter(
            type(thing).__name__
            for thing in gc.get_objects()
            if _module_of(thing).startswith("quart_live") and ".testing" not in _module_of(thing)
        )
        if self._objects is None:  # the first round fills the caches
            self._objects, self._megabytes = objects, _megabytes()
        grown = {
            name: (self._objects[name], count)
            for name, count in objects.items()
            if count > self._objects[name] + OBJECTS_OF_SLACK
        }
        if grown:
            left["objects"] = grown
        if left:
            raise LeftBehindError(f"after {sum(self.done.values())} operations there are still: {left}")

    def _check_memory(self) -> None:
        grown = _megabytes() - self._megabytes
        if grown > MEGABYTES_OF_SLACK:
            raise LeftBehindError(f"the process has grown by {grown:.1f} MB since the first round")


def _own(topic: str) -> bool:
    return "presence" in topic  # the tracker listens for as long as the app lives


def _megabytes() -> float:
    return float(psutil.Process().memory_info().rss) / 1e6


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Random operations; nothing may be left behind.")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    logging.getLogger("quart_live").setLevel(logging.CRITICAL + 1)  # crashes are what we are here for
    soak = Soak(arguments.seed)
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(soak.run(arguments.minutes * 60))
    except LeftBehindError as error:
        raise SystemExit(f"Left behind (seed {arguments.seed}): {error}") from None
    for name, times in sorted(soak.done.items()):
        print(f"{times:8} {name}")
    print(f"Nothing was left behind by {sum(soak.done.values())} operations.")


if __name__ == "__main__":
    main()

"""A view that ends lets go of all that it holds, also if a part of it fails, and is told once.

The view here holds one of everything. Each part of its end fails in turn, and in several ways.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from engine.app import make_app
from quart import Quart
from support.clock import LoopClock
from support.leftovers import assert_nothing_left
from support.listener import until
from support.sockets import socket_of

from quart_live import (
    Channel,
    LiveView,
    LiveViewTest,
    LocalPubSub,
    Presence,
    QuartLive,
    Stash,
    UploadEntry,
    UploadWriter,
)
from quart_live.mailbox.endings import Endings, Part
from quart_live.mailbox.mailbox import Mailbox
from quart_live.stash import MemoryStash, session
from quart_live.testing import ChosenFile

LEAVE_TIMEOUT = 10
PARTS = [part for part in Part if part is not Part.SERVICES]


class SlowStash(MemoryStash):
    """Is still writing when the view ends."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = False
        self.written: list[str] = []

    async def write(self, owner: str, view: str, changes: Mapping[str, str | None], max_age: float) -> None:
        self.begun = True
        await asyncio.sleep(0.02)
        await super().write(owner, view, changes, max_age)
        self.written += changes


class Adapter(LocalPubSub):
    """May be unable to let go of a mailbox."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: dict[Mailbox, Fault] = {}
        self.failed = 0

    async def unsubscribe_all(self, mailbox: Mailbox) -> None:
        if (fault := self.faults.get(mailbox)) is not None:
            self.failed += 1
            await fault()
        else:
            await super().unsubscribe_all(mailbox)


class InsideLive(LiveView):
    inline_template = "<i>inside</i>"
    ended: ClassVar[list[str]] = []

    async def terminate(self, reason: str) -> None:
        self.ended.append(reason)


class HoldsAllLive(LiveView):
    """Holds one of everything."""

    inline_template = (
        '<form id="form" phx-change="chosen" phx-submit="save">{{ live_file_input(uploads.doc) }}</form>'
        '{{ live_render("InsideLive", id="inside") }}'
    )
    stash = Stash(note=session(store="slow"))
    presence: ClassVar[Presence]
    ended: ClassVar[list[str]] = []
    stopped: ClassVar[list[str]] = []
    stuck: ClassVar[asyncio.Event]

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(note="")
        self.allow_upload("doc", accept="any", chunk_size=10, chunk_timeout=3600)
        self.start_async("work", self.work)
        self.send_interval("tick", 3600)
        await self.presence.track(self, "room", "ann")
        await self.subscribe("room")

    async def work(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped.append("work")

    async def handle_event(self, event: str, params: Any) -> None:
        if event == "note":
            self.assign(note="kept")
        elif event == "stick":
            self.stuck.set()
            await asyncio.Event().wait()

    def handle_info(self, message: Any) -> None:
        return

    async def terminate(self, reason: str) -> None:
        self.ended.append(reason)


class Holding:
    """A page with such a view, a file on its way, and a note on its way to the store."""

    def __init__(self, live: QuartLive, page: LiveViewTest, store: SlowStash, folder: Path) -> None:
        self.live, self.page, self.store, self.folder = live, page, store, folder
        self.left: list[object] = []
        self.channel: Channel

    async def open(self) -> None:
        await self.page.open()
        self.channel, self.socket = self.page.channel, socket_of(self.page)
        await self.page.child("inside")
        await self.page.file_input("doc").choose(ChosenFile("a.txt", b"x" * 100, "text/plain"))
        (sending,) = await self.page.file_input("doc").begin()
        await sending.chunk()
        await self.page.push("note")
        while not self.store.begun:  # noqa: ASYNC110
            await asyncio.sleep(0)
        self.left.clear()

    async def end(self) -> None:
        await self.page.close()
        await self.channel.ended()
        for channel in tuple(self.live.runtime.open_hosts):
            await self.live.runtime.open_hosts.wait_until_ended(channel)

    def check(self, *, reason: str = "closed", has_subscriptions: bool = False) -> None:
        """All of it has gone, and the view was told so, once."""
        assert HoldsAllLive.ended == [reason]
        assert InsideLive.ended == ["parent"] or InsideLive.ended == ["closed"]
        assert HoldsAllLive.stopped == ["work"]
        assert HoldsAllLive.presence.topics() == {}
        assert len(self.channel.timers) == 0
        assert self.store.written == ["note"]
        assert list(self.folder.iterdir()) == []
        assert not self.socket.transfers
        assert self.left, "the app context"
        assert self.channel not in tuple(self.live.runtime.open_hosts)
        assert self.channel.mailbox.closed
        if not has_subscriptions:
            topics = self.live.pubsub.topics()
            assert "room" not in topics


@pytest.fixture
async def holding(tmp_path: Path) -> AsyncIterator[Holding]:
    HoldsAllLive.ended, HoldsAllLive.stopped, InsideLive.ended = [], [], []
    HoldsAllLive.stuck = asyncio.Event()
    before = asyncio.all_tasks()
    app = make_app(LIVE_UPLOAD_DIR=str(tmp_path))
    live: QuartLive = app.extensions["quart_live"]
    store = SlowStash()
    live.stash.add("slow", store)
    live.pubsub = Adapter()
    live.route("/all", HoldsAllLive)
    HoldsAllLive.presence = Presence(live)
    holding = Holding(live, LiveViewTest(app, "/all"), store, tmp_path)
    app.teardown_appcontext(lambda error: holding.left.append(error))
    await holding.open()
    yield holding
    await live.shutdown()
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not left, f"tasks left behind: {left}"


class Fault:
    """Lets one part of the end fail, once it has done its work.

    Attributes:
        reached: set when it has done its work, where it then waits for ever.
    """

    def __init__(self, part: Part, how: str) -> None:
        self.part, self.how = part, how
        self.reached = asyncio.Event()

    async def __call__(self) -> None:
        match self.how:
            case "raises":
                raise RuntimeError("the fault")
            case "exits":
                sys.exit(1)
            case "raises CancelledError":
                raise asyncio.CancelledError
            case "cancels itself":
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
            case "is cancelled":
                self.reached.set()
                await asyncio.Event().wait()

    def happens(self, monkeypatch: pytest.MonkeyPatch, channel: Channel) -> None:
        """Put it behind whatever is on the channel's list for this part."""
        run = Endings.run

        async def run_with_fault(endings: Endings, whose: object, owner: Any = None) -> None:
            if whose == channel.topic:
                assert self.part in endings.parts()
                endings.add(self.part, self)
            await run(endings, whose, owner)

        monkeypatch.setattr(Endings, "run", run_with_fault)


WAYS = ("raises", "exits", "raises CancelledError", "cancels itself")


async def test_all_is_let_go_of(holding: Holding, caplog: pytest.LogCaptureFixture) -> None:
    await holding.end()
    holding.check()
    assert not [record for record in caplog.records if record.name == "quart_live.ending"]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name.lower())
async def test_a_part_that_fails_keeps_no_other_from_its_end(
    holding: Holding, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, part: Part, how: str
) -> None:
    Fault(part, how).happens(monkeypatch, holding.channel)
    await holding.end()
    holding.check()
    (record,) = [record for record in caplog.records if record.name == "quart_live.ending"]
    assert record.getMessage() == f"The end of {holding.channel.topic} failed at its {part.name.lower()}"
    assert record.exc_info is not None


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name.lower())
async def test_a_part_that_is_cancelled_keeps_no_other_from_its_end(
    holding: Holding, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, part: Part
) -> None:
    fault = Fault(part, "is cancelled")
    fault.happens(monkeypatch, holding.channel)
    ending = asyncio.create_task(holding.end())
    await asyncio.wait_for(fault.reached.wait(), 5)
    assert holding.channel in tuple(holding.live.runtime.open_hosts)
    holding.channel.mailbox.cancel()
    await ending
    holding.check()
    assert f"The end of {holding.channel.topic} was cancelled at its {part.name.lower()}" in caplog.text


@pytest.mark.parametrize("how", [*WAYS, "is cancelled"])
async def test_an_adapter_that_does_not_let_go(holding: Holding, how: str) -> None:
    fault, adapter = Fault(Part.SUBSCRIPTIONS, how), holding.live.pubsub
    assert isinstance(adapter, Adapter)
    adapter.faults[holding.channel.mailbox] = fault
    ending = asyncio.create_task(holding.end())
    if how == "is cancelled":
        await asyncio.wait_for(fault.reached.wait(), 5)
        holding.channel.mailbox.cancel()
    await ending
    assert adapter.failed == 1
    holding.check(has_subscriptions=True)


@pytest.mark.parametrize("how", ["goes well", *WAYS])
async def test_a_handler_that_is_cut_short_and_an_adapter_besides(
    holding: Holding, clock: LoopClock, how: str
) -> None:
    adapter, page = holding.live.pubsub, holding.page
    assert isinstance(adapter, Adapter)
    if how != "goes well":
        adapter.faults[holding.channel.mailbox] = Fault(Part.SUBSCRIPTIONS, how)
    event = {"type": "click", "event": "stick", "value": {}}
    page.socket.send(holding.channel.join_ref, page.socket.next_ref(), page.topic, "event", event)
    await asyncio.wait_for(HoldsAllLive.stuck.wait(), 5)
    await until(lambda: holding.store.written)
    ending = asyncio.create_task(holding.end())
    await page.socket.ended()
    assert holding.channel.stopping
    clock.advance(LEAVE_TIMEOUT + 1)
    await ending
    holding.check(reason="cancelled", has_subscriptions=how != "goes well")


async def test_what_begins_when_a_view_is_told_of_its_end(
    app: Quart, live: QuartLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[str] = []

    class BeginsAgainLive(LiveView):
        inline_template = "<p>again</p>"

        async def terminate(self, reason: str) -> None:
            self.send_interval("tick", 0.001)
            self.send_after("tick", 3600)
            self.start_async("work", self.work)
            await self.subscribe("again")
            began.append(reason)

        async def work(self) -> None:
            began.append("work")
            await asyncio.Event().wait()

    live.route("/again", BeginsAgainLive)
    page = LiveViewTest(app, "/again")
    await page.open()
    channel = page.channel
    await page.close()
    await asyncio.sleep(0.01)
    assert began == ["closed"]
    assert len(channel.timers) == 0
    assert_nothing_left(live)


async def test_a_server_stops_all_its_services(caplog: pytest.LogCaptureFixture) -> None:
    stopped: list[str] = []

    class Service:
        def __init__(self, name: str) -> None:
            self.name = name

        async def start(self) -> None:
            return

        async def stop(self) -> None:
            stopped.append(self.name)
            raise RuntimeError(f"{self.name} cannot stop")

    class Adapter(LocalPubSub):
        async def close(self) -> None:
            stopped.append("pubsub")

    live = QuartLive(pubsub=Adapter())
    app = Quart(__name__)
    app.secret_key = "secret"
    live.init_app(app)
    live.services += [Service("one"), Service("two")]
    await live.startup()
    await live.shutdown()
    assert stopped == ["one", "two", "pubsub"]
    assert caplog.text.count("The end of the server failed at its services") == 2


async def test_a_list_is_run_in_order_and_once() -> None:
    ran: list[str] = []
    endings = Endings()

    async def later(name: str) -> None:
        await asyncio.sleep(0)
        ran.append(name)
        if name == "tasks":
            endings.add(Part.TIMERS, ran.append, "timers, again")

    for part in (Part.VIEW, Part.TASKS, Part.TIMERS, Part.TASKS):
        endings.add(part, later, part.name.lower())
    endings.add(Part.TASKS, later, "more tasks")
    assert len(endings) == 4
    await endings.run("a test")
    await endings.run("a test")
    assert ran == ["timers", "tasks", "timers, again", "more tasks", "view"]


async def test_a_request_that_is_cancelled_stays_so() -> None:
    """A list that is not run by a view's own task, as in the first render, does not hold it back."""
    ran: list[str] = []
    endings, waits = Endings(), asyncio.Event()

    async def wait() -> None:
        waits.set()
        await asyncio.Event().wait()

    endings.add(Part.UPLOADS, wait)
    endings.add(Part.CONTEXT, ran.append, "context")
    request = asyncio.create_task(endings.run("a first render"))
    await waits.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert ran == ["context"]


async def test_a_socket_ends_well_although_its_adapter_does_not_let_go(
    live: QuartLive, app: Quart, caplog: pytest.LogCaptureFixture
) -> None:
    class Stubborn(LocalPubSub):
        async def unsubscribe_all(self, mailbox: Mailbox) -> None:
            raise RuntimeError("the fault")

    live.pubsub = Stubborn()

    @live.on_connect
    async def who() -> dict[str, Any]:
        return {"live_socket_id": "users_socket:1"}

    page = LiveViewTest(app, "/form")
    await page.open()
    await page.close()  # raises what the server's task for this socket raises
    assert "The end of a socket failed at its subscriptions" in caplog.text
    live.pubsub = LocalPubSub()


class KeptLive(LiveView):
    """Takes two files, by writers of which the first does not end."""

    inline_template = (
        '<form id="form" phx-change="chosen" phx-submit="save">{{ live_file_input(uploads.doc) }}</form>'
    )
    closing: ClassVar[list[str]] = []
    let_go: ClassVar[list[str]] = []
    stuck: ClassVar[asyncio.Event]

    class Writer(UploadWriter):
        def __init__(self, entry: UploadEntry) -> None:
            self.name = entry.client_name

        async def write_chunk(self, data: bytes) -> None:
            return

        async def close(self, reason: str | BaseException) -> None:
            KeptLive.closing.append(self.name)
            if self.name == "a.txt":
                await KeptLive.stuck.wait()

        async def let_go(self) -> None:
            KeptLive.let_go.append(self.name)

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.allow_upload(
            "doc", accept="any", max_entries=2, chunk_size=10, chunk_timeout=3600, writer=self.Writer
        )

    async def handle_event(self, event: str, params: Any) -> None:
        return


async def test_a_writer_that_is_cut_short_keeps_no_other_file(app: Quart, live: QuartLive) -> None:
    KeptLive.closing, KeptLive.let_go, KeptLive.stuck = [], [], asyncio.Event()
    live.route("/kept", KeptLive)
    page = LiveViewTest(app, "/kept")
    await page.open()
    doc = page.file_input("doc")
    await doc.choose(*(ChosenFile(name, b"x" * 100, "text/plain") for name in ("a.txt", "b.txt")))
    for sending in await doc.begin():
        await sending.chunk()
    channel, socket = page.channel, socket_of(page)
    ending = asyncio.create_task(page.close())
    await until(lambda: KeptLive.closing)
    channel.mailbox.cancel()
    await until(lambda: len(KeptLive.closing) == 2)
    KeptLive.stuck.set()
    await ending
    await until(lambda: len(KeptLive.let_go) == 2)
    assert KeptLive.closing == ["a.txt", "b.txt"]
    assert not socket.transfers
    assert_nothing_left(live)

"""Order in mailboxes: one message at a time, in the order of arrival, and nobody waits for anybody else."""

from __future__ import annotations

import asyncio
import contextvars
import gc
from collections.abc import Coroutine
from typing import Any

import pytest
from engine.app import SlowLive, make_app
from hypothesis import given, settings
from hypothesis import strategies as st
from quart import Quart
from support.connections import Connections
from support.listener import until

from quart_live import Envelope, LiveViewTest, LocalPubSub, QuartLive
from quart_live.mailbox.dispatcher import Dispatcher
from quart_live.mailbox.items import Urgent
from quart_live.mailbox.mailbox import Mailbox, post_to_all
from quart_live.mailbox.stepping import step


class Recorder:
    """A worker that writes down what it handles. Even numbers need a task and wait, odd ones do not."""

    def __init__(self) -> None:
        self.context = contextvars.Context()
        self.log: list[tuple[str, object]] = []
        self.at_work = 0
        self.done = asyncio.Event()

    def handle_now(self, item: object) -> Coroutine[Any, Any, None] | None:
        if isinstance(item, int) and item % 2:
            assert self.at_work == 0, "a handler ran while another was at work"
            self.log.append(("now", item))
            return None
        return self.handle(item)

    async def handle(self, item: object) -> None:
        assert self.at_work == 0, "a handler ran while another was at work"
        self.at_work += 1
        await asyncio.sleep(0)
        self.log.append(("task", item))
        self.at_work -= 1
        if item == "end":
            self.done.set()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.integers(0, 100), max_size=20), max_size=6))
async def test_order_is_the_order_of_posting(bursts: list[list[int]]) -> None:
    worker = Recorder()
    mailbox = Mailbox(Dispatcher(), worker, 1000)
    for burst in bursts:
        for item in burst:
            mailbox.post(item)
        await asyncio.sleep(0)
    mailbox.post("end")
    await worker.done.wait()
    assert [item for _, item in worker.log] == [item for burst in bursts for item in burst] + ["end"]
    await asyncio.sleep(0)
    assert not mailbox.busy
    assert mailbox.task is None


MAILBOXES = 5
which = st.integers(0, MAILBOXES - 1)
steps = st.one_of(
    st.tuples(st.just("to all"), st.integers(0, 9), st.none() | which),
    st.tuples(st.just("to one"), st.integers(0, 9), which),
    st.tuples(st.just("close"), st.just(0), which),
    st.tuples(st.just("wait"), st.just(0), st.none()),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(which, min_size=1, max_size=MAILBOXES, unique=True), st.lists(steps, max_size=25))
async def test_what_is_posted_to_all_arrives_everywhere_in_order(
    order: list[int], history: list[tuple[str, int, int | None]]
) -> None:
    """Some mailboxes are busy, some idle, some closed, and they belong to two dispatchers."""
    dispatchers = [Dispatcher(), Dispatcher()]
    workers = [Recorder() for _ in range(MAILBOXES)]
    mailboxes = [Mailbox(dispatchers[n % 2], worker, 1000) for n, worker in enumerate(workers)]
    posted: list[list[object]] = [[] for _ in mailboxes]
    for what, item, number in history:
        if what == "to all":
            spared = mailboxes[number] if number is not None else None
            post_to_all([mailboxes[n] for n in order], item, spared)
            got = [n for n in order if n != number]
        elif what == "to one":
            assert number is not None
            mailboxes[number].post(item)
            got = [number]
        else:
            got = []
            if number is not None:
                mailboxes[number].close()
            await asyncio.sleep(0)
        for n in got:
            if not mailboxes[n].closed:
                posted[n].append(item)
    for _ in range(10 * len(history) + 10):
        await asyncio.sleep(0)
    for mailbox, worker, expected in zip(mailboxes, workers, posted, strict=True):
        done = [item for _, item in worker.log]
        # What waits when a mailbox is closed is dropped.
        assert done == (expected[: len(done)] if mailbox.closed else expected)
        assert not mailbox.busy


async def test_posting_runs_nothing() -> None:
    worker = Recorder()
    mailbox = Mailbox(Dispatcher(), worker, 10)
    mailbox.post(1)
    assert worker.log == []
    await asyncio.sleep(0)
    assert worker.log == [("now", 1)]


async def test_reaction_comes_after_its_cause() -> None:
    """B reacts to a message with another one; C must see the message first, then the reaction."""
    dispatcher, pubsub = Dispatcher(), LocalPubSub()

    class Reacts(Recorder):
        def handle_now(self, item: object) -> None:
            assert isinstance(item, Envelope)
            if item.message == "m":
                pubsub.broadcast_here("t", "reaction")

    class Listens(Recorder):
        def handle_now(self, item: object) -> None:
            assert isinstance(item, Envelope)
            self.log.append(("now", item.message))

    b, c = Reacts(), Listens()
    for worker in (b, c):
        await pubsub.subscribe("t", Mailbox(dispatcher, worker, 10))
    await pubsub.broadcast("t", "m")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert [message for _, message in c.log] == ["m", "reaction"]


async def test_one_bad_mailbox_does_not_stop_the_pump(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Recorder):
        def handle_now(self, item: object) -> None:
            raise RuntimeError("broken")

    dispatcher, good = Dispatcher(), Recorder()
    Mailbox(dispatcher, Broken(), 10).post(1)
    Mailbox(dispatcher, good, 10).post(1)
    await until(lambda: good.log)  # the pump may rest after the traceback, which takes its time
    assert good.log == [("now", 1)]
    assert "Mailbox could not start" in caplog.text


async def test_full_mailbox_keeps_only_the_end() -> None:
    worker = Recorder()
    mailbox = Mailbox(Dispatcher(), worker, 3)
    for number in range(4):
        mailbox.post(number)
    assert len(mailbox) == 1
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert isinstance(worker.log[0][1], Urgent)
    assert len(worker.log) == 1


async def test_busy_mailbox_gives_the_loop_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many messages that never wait must not hold up the loop until the last one."""
    monkeypatch.setattr("quart_live.mailbox.dispatcher.PUMP_SECONDS", 0)  # its time is always up
    worker, turns = Recorder(), 0
    mailbox = Mailbox(Dispatcher(), worker, 10_000)
    for _ in range(1000):
        mailbox.post(1)
    while len(worker.log) < 1000:
        turns += 1
        await asyncio.sleep(0)
    assert turns > 5


async def test_a_busy_mailbox_may_be_closed_while_it_gives_the_loop_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its queue is empty then, although it was not before."""
    monkeypatch.setattr("quart_live.mailbox.mailbox.TURNS_BEFORE_YIELD", 1)
    failed: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: failed.append(context))
    worker = Recorder()
    mailbox = Mailbox(Dispatcher(), worker, 1000)
    for item in (0, 1, 3, 5, 7):
        mailbox.post(item)
    async with asyncio.timeout(5):
        while ("now", 1) not in worker.log:  # noqa: ASYNC110
            await asyncio.sleep(0)
    mailbox.close()
    for _ in range(5):
        await asyncio.sleep(0)
    gc.collect()  # of a task that has failed nobody is told before
    assert worker.log == [("task", 0), ("now", 1)]
    assert not mailbox.busy
    assert not failed


async def test_view_handles_one_message_at_a_time(app: Quart, live: QuartLive) -> None:
    async with LiveViewTest(app, "/slow") as page:
        for number in range(3):
            await live.pubsub.broadcast("slow", number)
        first = asyncio.ensure_future(page.push("event"))
        await live.pubsub.broadcast("slow", "last")
        SlowLive.gate.set()
        await first
        await page.settle()
        words = page.find("p").text.split()
        assert page.channel.mailbox.busy is False
        begun, ended = words[::2], words[1::2]
        assert [word.strip("<") for word in begun] == [word.strip(">") for word in ended]
        assert begun[:3] == ["<0", "<1", "<2"]
        assert sorted(begun[3:]) == ["<event", "<last"]


async def test_pitfall_14_diffs_are_sent_in_the_order_computed(app: Quart, live: QuartLive) -> None:
    async with LiveViewTest(app, "/counter") as page:
        for number in range(1, 201):
            await live.pubsub.broadcast("counter", number)
            if number % 50 == 0:
                await page.push("increment", {"by": 0})
        await page.settle()
        shown = [text.split('"0":"')[1].split('"')[0] for way, text in page.socket.frames
                 if way == "<" and '"diff",{"0":' in text]  # fmt: skip
        assert shown == [str(number) for number in range(1, 201)]
        assert page.find("h1").text == "200"


async def test_overflow_ends_the_view_with_phx_error_and_it_comes_back() -> None:
    app = make_app(LIVE_MAILBOX_LIMIT=10)
    live: QuartLive = app.extensions["quart_live"]
    async with LiveViewTest(app, "/slow") as page, LiveViewTest(app, "/counter") as other:
        for number in range(12):
            await live.pubsub.broadcast("slow", number)
            await asyncio.sleep(0)
        SlowLive.gate.set()
        await page.until(lambda: page.crashed)
        assert SlowLive.ended == ["crashed"]
        await page.rejoin()
        assert page.find("p").text == ""
        await other.click("button", "Increment")
        assert other.find("h1").text == "2"


async def test_slow_browser_holds_up_its_own_view_only(app: Quart, live: QuartLive) -> None:
    connections = Connections(app)
    async with LiveViewTest(app, "/counter") as slow, LiveViewTest(app, "/counter") as quick:
        connections.all[0].hold()
        for number in (1, 2, 3):
            await live.pubsub.broadcast("counter", number)
        await quick.settle()
        assert quick.find("h1").text == "3"
        assert slow.find("h1").text == "0"
        assert slow.channel.mailbox.busy
        connections.all[0].let_go()
        await slow.settle()
        assert slow.find("h1").text == "3"


async def test_server_whose_send_works_in_tasks_only(app: Quart, live: QuartLive) -> None:
    connections = Connections(app)
    async with LiveViewTest(app, "/counter") as page:
        connections.last.timeout = 5
        for number in (1, 2, 3):
            await live.pubsub.broadcast("counter", number)
        await page.settle()
        assert page.find("h1").text == "3"


async def test_current_app_in_handlers(app: Quart) -> None:
    from quart import current_app

    async with LiveViewTest(app, "/counter") as page:
        seen = []
        page.view.handle_info = lambda message: seen.append(current_app.name)  # type: ignore[method-assign]
        await page.send_info(1)
        assert seen == ["engine_tests"]


# -- stepping ---


async def test_step_finishes_what_does_not_wait() -> None:
    log = []

    async def work() -> None:
        log.append("done")

    assert step(work()) is None
    assert log == ["done"]


async def test_rest_goes_on_in_a_task_with_values_errors_and_cancellation() -> None:
    log: list[object] = []
    reached = asyncio.Event()
    futures = [asyncio.get_running_loop().create_future() for _ in range(3)]

    async def work() -> None:
        log.append(await futures[0])
        try:
            await futures[1]
        except ValueError as error:
            log.append(str(error))
        reached.set()
        try:
            await futures[2]
        except asyncio.CancelledError:
            log.append("cancelled")
            raise

    rest = step(work())
    assert rest is not None
    task = asyncio.ensure_future(rest)
    futures[0].set_result("value")
    futures[1].set_exception(ValueError("error"))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert log == ["value", "error", "cancelled"]

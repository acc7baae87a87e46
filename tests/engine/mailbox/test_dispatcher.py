"""Coroutines of many mailboxes in as few tasks as possible, and each as if it had one of its own."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Coroutine

import pytest

from quart_live.mailbox.dispatcher import Dispatcher
from quart_live.mailbox.mailbox import Mailbox

WHO: contextvars.ContextVar[str] = contextvars.ContextVar("who")
Work = Callable[["Member"], Awaitable[None]]


class Member:
    """A worker with a context of its own."""

    def __init__(self, name: str, dispatcher: Dispatcher) -> None:
        self.name = name
        self.context = contextvars.Context()
        self.context.run(WHO.set, name)
        self.tasks: list[asyncio.Task[object] | None] = []
        self.seen: list[str] = []
        self.mailbox = Mailbox(dispatcher, self, 1000)

    def handle_now(self, item: object) -> Coroutine[object, object, None]:
        assert callable(item)
        return self.handle(item)

    async def handle(self, work: Work) -> None:
        self.note()
        await work(self)
        self.note()

    def note(self) -> None:
        self.tasks.append(asyncio.current_task())
        self.seen.append(WHO.get())


async def nothing(member: Member) -> None:
    """Ends at once."""


async def wait(member: Member) -> None:
    """Waits several times, with what works in tasks only."""
    for _ in range(3):
        async with asyncio.timeout(5):
            await asyncio.sleep(0.001)
        member.note()


async def endless(member: Member) -> None:
    """Waits until it is cancelled."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        member.seen.append("cancelled")
        raise


def members(names: str) -> list[Member]:
    dispatcher = Dispatcher()
    return [Member(name, dispatcher) for name in names]


async def idle(some: list[Member]) -> None:
    async with asyncio.timeout(5):
        while any(member.mailbox.busy for member in some):  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_who_does_not_wait_shares_a_task_and_who_waits_keeps_it() -> None:
    some = members("abcde")
    for member in some:
        member.mailbox.post(wait if member.name in "bd" else nothing)
    await asyncio.sleep(0.0005)
    a, b, c, d, e = some
    assert [len(member.tasks) for member in (a, c, e)] == [2, 2, 2], "somebody had to wait for b or d"
    assert a.tasks[0] is b.tasks[0] and c.tasks[0] is d.tasks[0]
    assert len({a.tasks[0], c.tasks[0], e.tasks[0]}) == 3
    await idle(some)
    for member in some:
        assert None not in member.tasks and len(set(member.tasks)) == 1
        assert set(member.seen) == {member.name}, "it ran in the context of another"
        assert member.mailbox.task is None


async def test_order_holds_whoever_waits() -> None:
    [member] = members("a")
    done: list[int] = []

    def step(number: int) -> Work:
        async def work(member: Member) -> None:
            if number % 3 == 0:
                await asyncio.sleep(0)
            done.append(number)

        return work

    for number in range(200):
        member.mailbox.post(step(number))
        if number % 7 == 0:
            await asyncio.sleep(0)
    await idle([member])
    assert done == list(range(200))


async def test_a_cancellation_reaches_the_one_it_is_for() -> None:
    some = members("abc")
    some[0].mailbox.post(endless)
    some[1].mailbox.post(wait)
    some[2].mailbox.post(nothing)
    some[0].mailbox.cancel()  # before it has begun
    await asyncio.sleep(0.001)
    some[0].mailbox.cancel()
    await idle(some)
    assert some[0].seen == ["a", "cancelled"]
    assert some[1].seen == ["b"] * 5
    assert some[2].seen == ["c"] * 2


async def test_one_that_cancels_itself_and_ends_cancels_no_other() -> None:
    some = members("abcd")

    async def stop(member: Member) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()

    for member, work in zip(some, (nothing, stop, wait, nothing), strict=True):
        member.mailbox.post(work)
    await idle(some)
    assert [member.seen for member in some] == [["a"] * 2, ["b"] * 2, ["c"] * 5, ["d"] * 2]


async def test_one_that_fails_takes_no_other_along() -> None:
    some = members("abc")

    async def fail(member: Member) -> None:
        raise asyncio.CancelledError

    for member, work in zip(some, (nothing, fail, nothing), strict=True):
        member.mailbox.post(work)
    await idle(some)
    assert [len(member.tasks) for member in some] == [2, 1, 2]


async def test_at_rest_means_that_no_task_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quart_live.mailbox.dispatcher.PUMP_SECONDS", 0)  # gives the loop back after each one
    before = asyncio.all_tasks()
    dispatcher = Dispatcher()
    some = [Member(name, dispatcher) for name in "abc"]
    for member in some:
        member.mailbox.post(nothing)
    await idle(some)
    assert asyncio.all_tasks() - before, "the task had ended already, so nothing was tried"
    async with asyncio.timeout(5):
        await dispatcher.at_rest()
    assert not asyncio.all_tasks() - before


async def test_at_rest_does_not_wait_for_handlers_that_wait() -> None:
    dispatcher = Dispatcher()
    member = Member("a", dispatcher)
    member.mailbox.post(endless)
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await dispatcher.at_rest()
    assert member.mailbox.busy
    member.mailbox.cancel()
    await idle([member])


def test_at_rest_does_not_wait_for_a_task_of_another_event_loop() -> None:
    dispatcher, loop = Dispatcher(), asyncio.new_event_loop()
    loop.call_soon(Member("a", dispatcher).mailbox.post, nothing)
    for _ in range(2):  # the message, then the pump: the task that it makes does not come to its turn
        loop.call_soon(loop.stop)
        loop.run_forever()
    assert asyncio.all_tasks(loop), "the task has run, so nothing was tried"
    asyncio.run(asyncio.wait_for(dispatcher.at_rest(), 5))
    loop.run_until_complete(asyncio.gather(*asyncio.all_tasks(loop)))
    loop.close()

"""The queue of password hashing: sign-ins do not wait for a crowd that registers, and nobody fills it alone.

The workers are real threads which wait for the test, so the order is what counts and not the time.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest

from messenger.accounts.turns import Place, TooBusy, Turns

SECONDS = 20


class Hashing:
    """A slow hash: begins when its turn has come, and ends when the test says so."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.begun: list[str] = []
        self._changed = threading.Condition()
        self._may_end = 0
        self.tasks: list[asyncio.Task[str]] = []

    async def ask(self, name: str, lane: str, source: str) -> asyncio.Task[str]:
        """Somebody comes, and stands in line."""
        task = asyncio.create_task(self._run(name, Place(lane, source)))
        self.tasks.append(task)
        await asyncio.sleep(0)
        return task

    def _run(self, name: str, place: Place) -> Coroutine[Any, Any, str]:
        def work() -> str:
            with self._changed:
                self.begun.append(name)
                self._changed.notify_all()
                mine = len(self.begun)
                self._changed.wait_for(lambda: self._may_end >= mine, SECONDS)
            return name

        return self.turns.run(place, work)

    async def until(self, number: int) -> None:
        """Wait until so many have begun."""
        await asyncio.to_thread(self._wait, lambda: len(self.begun) >= number)

    def _wait(self, what: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(what, SECONDS), self.begun

    def end(self, number: int) -> None:
        """Let the first so many of them end."""
        with self._changed:
            self._may_end = number
            self._changed.notify_all()

    async def order(self) -> list[str]:
        """Let them end one by one; who began when."""
        total = len(self.tasks)
        for number in range(1, total + 1):
            await self.until(number)
            self.end(number)
        return self.begun


@pytest.fixture
async def hashing() -> AsyncIterator[Hashing]:
    made = Hashing(Turns(1, in_a_line=150, in_a_lane=200))
    yield made
    made.end(10**6)
    _, stuck = await asyncio.wait(made.tasks, timeout=SECONDS)
    for task in stuck:
        task.cancel()
    assert not stuck, "they never had their turn"


async def test_a_sign_in_is_next_while_a_hundred_and_fifty_register(hashing: Hashing) -> None:
    for number in range(150):
        await hashing.ask(f"new {number}", "register", "a school")
    await hashing.until(1)
    await hashing.ask("Alice", "sign in", "a school")
    await hashing.ask("Bob", "sign in", "a school")
    order = await hashing.order()
    assert order[:4] == ["new 0", "new 1", "Alice", "new 2"] or order[:3] == ["new 0", "Alice", "new 1"]
    assert order.index("Bob") <= 4


async def test_addresses_take_turns_within_a_lane(hashing: Hashing) -> None:
    for number in range(20):
        await hashing.ask(f"crowd {number}", "sign in", "one address")
    for name in ("Alice", "Bob"):
        await hashing.ask(name, "sign in", f"{name}'s")
    order = await hashing.order()
    assert {"Alice", "Bob"} <= set(order[:4])
    assert [name for name in order if name.startswith("crowd")] == [f"crowd {number}" for number in range(20)]


async def test_one_address_cannot_fill_the_queue_and_all_together_cannot_make_it_endless() -> None:
    hashing = Hashing(Turns(1, in_a_line=2, in_a_lane=3))
    for name in ("works", "waits", "waits too"):
        await hashing.ask(name, "sign in", "one address")
    with pytest.raises(TooBusy):
        await (await hashing.ask("one more", "sign in", "one address"))
    await hashing.ask("from elsewhere", "sign in", "another")
    with pytest.raises(TooBusy):
        await (await hashing.ask("from a third", "sign in", "a third"))
    await hashing.ask("registers", "register", "a third")
    hashing.end(10)
    done = await asyncio.gather(*hashing.tasks, return_exceptions=True)
    assert [str(one) for one in done if not isinstance(one, TooBusy)] == [
        "works",
        "waits",
        "waits too",
        "from elsewhere",
        "registers",
    ]


async def test_who_goes_away_leaves_no_gap_in_the_line(hashing: Hashing) -> None:
    tasks = [await hashing.ask(f"{number}", "sign in", "one address") for number in range(5)]
    await hashing.until(1)
    for task in (tasks[0], tasks[2], tasks[4]):
        task.cancel()
    await asyncio.gather(tasks[0], tasks[2], tasks[4], return_exceptions=True)
    assert hashing.turns.waiting("sign in") == 2
    assert hashing.begun == ["0"], "its thread still works, though nobody waits for it"
    hashing.end(10)
    assert [await tasks[1], await tasks[3]] == ["1", "3"]
    assert hashing.begun == ["0", "1", "3"]
    assert await (await hashing.ask("later", "register", "x")) == "later"


async def test_who_goes_away_with_the_turn_already_given_passes_it_on(hashing: Hashing) -> None:
    first, second, third = [await hashing.ask(f"{number}", "sign in", "x") for number in range(3)]
    await hashing.until(1)

    def leave() -> None:
        # In one step of the loop: the turn is given to the second, and the second has gone.
        if hashing.turns.waiting("sign in") == 1:
            second.cancel()
        else:
            loop.call_soon(leave)

    loop = asyncio.get_running_loop()
    leave()
    hashing.end(10)
    async with asyncio.timeout(SECONDS):
        assert await third == "2"
    assert hashing.begun == ["0", "2"]
    assert second.cancelled()
    assert await first == "0"


async def test_a_piece_that_fails_gives_its_thread_back() -> None:
    turns = Turns(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await turns.run(Place("sign in", "x"), lambda: 1 // 0)
    assert await turns.run(Place("sign in", "x"), lambda: "works") == "works"


def test_a_loop_that_has_ended_keeps_no_turn() -> None:
    turns, stuck = Turns(1), threading.Event()

    async def leave() -> None:
        for source in ("works", "waits"):
            task = asyncio.create_task(turns.run(Place("sign in", source), stuck.wait))
            await asyncio.sleep(0)
            task.cancel()

    asyncio.run(leave())
    stuck.set()
    assert asyncio.run(turns.run(Place("sign in", "x"), lambda: "works")) == "works"

"""Random faults while four people write. Nothing may be lost, doubled or in another order for somebody.

    make storm                    200 faults
    make storm FAULTS=1000 SEED=7
    make storm MINUTES=60

Alice, Bob, Carol and User One are in one conversation. In each round something breaks while some of them send
what they have half written and begin the next message; the others keep theirs, half written. Then it is
mended, again while they write. What breaks is seen by the Lab: a fault that did not happen ends the run.

After every 25 faults, and at the end, the database must hold each message once, each sender's in the order
of writing; all four pages must show the same, in the same order; and every half-written text must still be in
its field, which is looked at after each fault as well.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

if __name__ == "__main__":
    root = Path(__file__).parents[2]
    # Instead of this folder, in which `storm` would be this file and not the package.
    sys.path[:1] = [str(root / "chapters"), str(root / "tests")]

import guarding
from storm.faults import Faults
from storm.stored import conversation_of, messages_in
from storm.writers import StormError, Writer

from course.lab import Lab
from course.lab.signing_in import sign_in_unseen
from course.lab.state import StateName
from course.model import Course

NAMES = ("Alice", "Bob", "Carol", "User One")
FAULTS = 200
BETWEEN_LOOKS = 25
SHOWN = 50  # messages, the newest ones, which a page shows at least
EXACTLY_ONCE = 6  # the chapter that makes it so
SECONDS_TO_SETTLE = 60.0


class Storm:
    """A run.

    Args:
        lab: where it happens.
        seed: of all that is left to chance.

    Attributes:
        done: how often each fault has happened.
    """

    def __init__(self, lab: Lab, seed: int) -> None:
        self.lab = lab
        self.done: Counter[str] = Counter()
        self.writers: list[Writer] = []
        self.conversation = 0
        self._faults = Faults(lab, self.writers, random.Random(seed))

    async def gather(self) -> None:
        """Everybody comes and begins to write."""
        self.conversation = await conversation_of(self.lab, NAMES)
        for name in NAMES:
            person = await self.lab.person(name)
            problem = await sign_in_unseen(person, name)
            if problem:
                raise StormError(f"{name} cannot sign in: {problem}")
            await person.goto(f"/conversations/{self.conversation}")
            self.writers.append(Writer(person))
            await self.writers[-1].begin()

    async def break_something(self) -> None:
        """One fault, and what people do meanwhile. Raises StormError when half-written text is gone."""
        self.done[await self._faults.one()] += 1
        for writer in self.writers:
            await writer.look()

    async def settle(self) -> list[str]:
        """Wait until nothing is on its way and all pages show the same.

        Returns:
            every message, as it is stored.

        Raises:
            StormError: something was lost or doubled, or some page says something else.
        """
        await self._until(self._nothing_waits, "still on their way")
        stored = await messages_in(self.lab, self.conversation)
        self._compare(stored)
        await self._until(lambda: self._all_show(stored), "shown otherwise")
        for writer in self.writers:
            await writer.look()
        return stored

    async def _nothing_waits(self) -> str:
        counts = {writer.person.name: await writer.waiting() for writer in self.writers}
        return str(counts) if any(counts.values()) else ""

    async def _all_show(self, stored: Sequence[str]) -> str:
        for writer in self.writers:
            shown = await writer.shown()
            if len(shown) < min(len(stored), SHOWN) or shown != list(stored[-len(shown) :]):
                return f"{writer.person.name}'s page ends with {shown[-3:]}, the table with {stored[-3:]}"
        return ""

    def _compare(self, stored: Sequence[str]) -> None:
        doubled = [text for text, times in Counter(stored).items() if times > 1]
        lost = {text for writer in self.writers for text in writer.sent} - set(stored)
        if doubled or lost:
            raise StormError(f"lost: {sorted(lost) or 'none'}; doubled: {doubled or 'none'}")
        for writer in self.writers:
            name = writer.person.name
            if [text for text in stored if text.startswith(f"{name} ")] != writer.sent:
                raise StormError(f"the messages of {name} are stored in another order than they were written")

    async def _until(self, problem: Callable[[], Awaitable[str]], what: str) -> None:
        end = time.monotonic() + SECONDS_TO_SETTLE
        while found := await problem():
            if time.monotonic() > end:
                raise StormError(f"after {SECONDS_TO_SETTLE:.0f} quiet seconds messages are {what}: {found}")
            await asyncio.sleep(0.1)


async def run(
    seed: int,
    faults: int = FAULTS,
    seconds: float = float("inf"),
    state: StateName = "finished",
    tell: Callable[[str], None] = print,
) -> None:
    """Let the storm blow.

    Args:
        seed: of all that is left to chance; printed, so that a run can be repeated.
        faults: how many at most.
        seconds: how long at most.
        state: which app.
        tell: called with each line of the report.

    Raises:
        StormError: something was lost, doubled, or in another order.
        FaultDidNotHappen: a fault has had no effect, so the run says nothing.
    """
    tell(f"seed {seed}")
    begun = time.monotonic()
    async with await Lab.open(state) as lab:
        storm = Storm(lab, seed)
        try:
            await storm.gather()
            while storm.done.total() < faults and time.monotonic() - begun < seconds:
                await storm.break_something()
                if storm.done.total() % BETWEEN_LOOKS == 0:
                    tell(f"{storm.done.total()} faults, {len(await storm.settle())} messages")
            stored = await storm.settle()
        except Exception:
            tell(f"seed {seed}, after {dict(storm.done)}")
            raise
    counts = ", ".join(f"{name} {times}" for name, times in sorted(storm.done.items()))
    tell(f"{storm.done.total()} faults ({counts}) in {time.monotonic() - begun:.0f} s")
    tell(f"{len(stored)} messages of four people: none lost, none doubled, one order for all")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Random faults while four people write.")
    parser.add_argument("--faults", type=int, default=None, help=f"how many, by default {FAULTS}")
    parser.add_argument("--minutes", type=float, default=None, help="how long, instead of how many")
    parser.add_argument("--seed", type=int, default=None, help="to repeat a run")
    options = parser.parse_args()
    guarding.begin()
    if all(chapter.number < EXACTLY_ONCE for chapter in Course.here().chapters):
        sys.exit("The storm is for chapter 6, which sends exactly once. It is being written.")
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    seconds = options.minutes * 60 if options.minutes is not None else float("inf")
    faults = options.faults or (FAULTS if options.minutes is None else sys.maxsize)
    try:
        asyncio.run(run(seed, faults, seconds))
    except Exception as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()

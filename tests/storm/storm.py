"""Random faults while people write. Nothing may be lost, doubled or in another order for somebody.

    make storm                    200 faults, four who write
    make storm FAULTS=1000 SEED=7
    make storm MINUTES=60
    make storm FAULTS=500 WRITERS=8 READERS=50

Alice, Bob, Carol and User One are in one conversation. In each round something breaks while some of them send
what they have half written and begin the next message; the others keep theirs, half written. Then it is
fixed, again while they write. What breaks is seen by the Lab: a fault that did not happen ends the run.

After every 25 faults, and at the end, the database must hold each message once, each sender's in the order
of writing; all their pages must show the same, in the same order; and every half-written text must still be
in its field, which is looked at after each fault as well.

With READERS, so many more are in the conversation who only read, without browsers. With each fault some of
them lose their line as well and join again. Their pages must be in order after each frame, and each must have
shown everything that is stored.
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

from storm.faults import Faults
from storm.readers import Readers
from storm.stored import conversation_of, crowd_of, messages_in
from storm.writers import StormError, Writer
from support import guard

from course.lab import Lab
from course.lab.app.state import StateName
from course.lab.messenger.sign_in import sign_in_unseen
from course.source.model import Course

NAMES = ("Alice", "Bob", "Carol", "User One")
MORE_NAMES = ("User Two", *(f"Writer {number}" for number in range(6, 21)))
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
        names: who writes.
        readers: how many only read.

    Attributes:
        done: how often each fault has happened.
    """

    def __init__(self, lab: Lab, seed: int, names: Sequence[str] = NAMES, readers: int = 0) -> None:
        self.lab = lab
        self.done: Counter[str] = Counter()
        self.writers: list[Writer] = []
        self.readers = Readers([], random.Random(seed))
        self.conversation = 0
        self._names, self._reading = names, readers
        self._faults = Faults(lab, self.writers, random.Random(seed))

    async def gather(self) -> None:
        """Everybody comes; those who write begin to."""
        if self._reading or len(self._names) > len(NAMES):
            self.conversation, cookies = await crowd_of(self.lab, self._names, self._reading)
            await self.readers.come(self.lab.url, f"/conversations/{self.conversation}", cookies)
        else:
            self.conversation = await conversation_of(self.lab, self._names)
        for name in self._names:
            person = await self.lab.person(name)
            problem = await sign_in_unseen(person, name)
            if problem:
                raise StormError(f"{name} cannot sign in: {problem}")
            await person.goto(f"/conversations/{self.conversation}")
            self.writers.append(Writer(person))
            await self.writers[-1].begin()

    async def break_something(self) -> None:
        """One fault, and what people do meanwhile. Raises StormError when half-written text is gone."""
        self.readers.cut_some()
        self.done[await self._faults.one()] += 1
        # A page shows the newest messages only. Who stays away for long does not see them all.
        await self.readers.be_there()
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
        found = await messages_in(self.lab, self.conversation)
        stored = list(found.values())
        self._compare(stored)
        await self._until(lambda: self._all_show(stored), "shown otherwise")
        await self._until(lambda: self.readers.compare(found, SHOWN), "read otherwise")
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
    writers: int = len(NAMES),
    readers: int = 0,
) -> None:
    """Let the storm blow.

    Args:
        seed: of all that is left to chance; printed, so that a run can be repeated.
        faults: how many at most.
        seconds: how long at most.
        state: which app.
        tell: called with each line of the report.
        writers: how many write.
        readers: how many only read.

    Raises:
        StormError: something was lost, doubled, or in another order.
        FaultDidNotHappen: a fault has had no effect, so the run says nothing.
    """
    tell(f"seed {seed}")
    begun = time.monotonic()
    async with await Lab.open(state) as lab:
        storm = Storm(lab, seed, (NAMES + MORE_NAMES)[:writers], readers)
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
        finally:
            await storm.readers.leave()
    counts = ", ".join(f"{name} {times}" for name, times in sorted(storm.done.items()))
    tell(f"{storm.done.total()} faults ({counts}) in {time.monotonic() - begun:.0f} s")
    if readers:
        cuts, returns = storm.readers.cuts, storm.readers.returns
        tell(f"{readers} who only read: cut {cuts} times more, joined again {returns} times")
    tell(f"{len(stored)} messages of {writers} people: none lost, none doubled, one order for all")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Random faults while people write.")
    parser.add_argument("--faults", type=int, default=None, help=f"how many, by default {FAULTS}")
    parser.add_argument("--minutes", type=float, default=None, help="how long, instead of how many")
    parser.add_argument("--seed", type=int, default=None, help="to repeat a run")
    most = len(NAMES + MORE_NAMES)
    parser.add_argument(
        "--writers",
        type=int,
        default=len(NAMES),
        choices=range(1, most + 1),
        metavar="N",
        help=f"how many write, at most {most}",
    )
    parser.add_argument("--readers", type=int, default=0, help="how many more only read, without browsers")
    options = parser.parse_args()
    guard.begin()
    if all(chapter.number < EXACTLY_ONCE for chapter in Course.here().chapters):
        sys.exit("The storm is for chapter 6, which sends exactly once. It is being written.")
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**6)
    seconds = options.minutes * 60 if options.minutes is not None else float("inf")
    faults = options.faults or (FAULTS if options.minutes is None else sys.maxsize)
    try:
        asyncio.run(run(seed, faults, seconds, writers=options.writers, readers=options.readers))
    except Exception as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()

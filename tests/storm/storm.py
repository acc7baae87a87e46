"""Random faults while four people write. Nothing may be lost, doubled or in another order for somebody.

    make storm                    200 faults
    make storm FAULTS=1000 SEED=7
    make storm MINUTES=60

Alice, Bob, Carol and User One are in one conversation. In each round something breaks while some of them send
what they have half written and begin the next message; the others keep theirs, half written. Then it is
mended, again while they write. What breaks is seen by the Lab: a fault that did not happen ends the run.

Afterwards the database must hold each message once, each sender's in the order of writing; all four pages
must show the same, in the same order; and every half-written text must still be in its field, which is looked
at after each fault as well.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[2] / "chapters")]

from course.lab import Lab
from course.lab.person import Person
from course.lab.signing_in import sign_in_unseen
from course.lab.state import StateName
from course.model import Course

NAMES = ("Alice", "Bob", "Carol", "User One")
FAULTS = 200
EXACTLY_ONCE = 6  # the chapter that makes it so
SECONDS_TO_SETTLE = 60.0
LONGEST_DELAY = 0.2

CONVERSATION = """
import asyncio, json
from messenger import accounts, chat
from messenger.config import database_url
from messenger.db import db

async def main():
    db.connect(database_url())
    owner, *others = [await accounts.find_user_by_nickname(name) for name in {names}]
    made = await chat.create_conversation("Storm", owner=owner, others=others)
    await db.disconnect()
    return made.id

print(json.dumps(asyncio.run(main())))
"""

STORED = """
import asyncio, json
from sqlalchemy import select
from messenger.chat import Message
from messenger.config import database_url
from messenger.db import db

async def main():
    db.connect(database_url())
    query = select(Message.content).where(Message.conversation_id == {conversation}).order_by(Message.id)
    async with db.session() as session:
        contents = list(await session.scalars(query))
    await db.disconnect()
    return contents

print(json.dumps(asyncio.run(main())))
"""


class StormError(AssertionError):
    """Something was lost, doubled, or in another order."""


@dataclass
class Writer:
    """One who writes.

    Attributes:
        person: who.
        sent: what was sent, in order.
        half: what stands half written in the field.
    """

    person: Person
    sent: list[str] = field(default_factory=list)
    half: str = ""

    async def begin(self) -> None:
        """Write half of the next message."""
        self.half = f"{self.person.name} {len(self.sent) + 1}, half wr"
        await self.person.textbox("Message").fill(self.half)

    async def send(self) -> None:
        """Write it to its end, send it, and begin the next one."""
        text = f"{self.half}itten no more"
        box = self.person.textbox("Message")
        await box.fill(text)
        await box.press("Enter")
        self.sent.append(text)
        await self.begin()

    async def look(self) -> None:
        """What is half written must still be there. Raises StormError."""
        found = await self.person.textbox("Message").input_value()
        if found != self.half:
            raise StormError(f"{self.person.name} had half written {self.half!r}; now there is {found!r}")

    async def shown(self) -> list[str]:
        """The messages that this page shows, those still on their way included."""
        return await self.person.log("Messages").get_by_role("paragraph").all_inner_texts()

    async def waiting(self) -> int:
        """How many are still on their way. One that was refused is tried again."""
        for again in await self.person.button("Try again").all():
            await again.click()
        return await self.person.page.locator("#outbox > li").count()


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
        self.random = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.writers: list[Writer] = []
        self.conversation = 0
        self._faults: dict[str, Callable[[], Awaitable[None]]] = {
            "cut": self._cut,
            "refuse": self._refuse,
            "hang": self._hang,
            "delay": self._delay,
            "crash": self._crash,
            "kill": self._kill,
            "kill twice": self._kill_twice,
        }

    async def gather(self) -> None:
        """Everybody comes and begins to write."""
        self.conversation = int(await self._ask(CONVERSATION.format(names=NAMES)))
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
        name = self.random.choice(sorted(self._faults))
        await self._faults[name]()
        self.done[name] += 1
        for writer in self.writers:
            await writer.look()

    # Faults. Each is mended before it returns.

    async def _cut(self) -> None:
        await self._one_link(lambda person: self.lab.cut(person, reset=self.random.random() < 0.5))

    async def _refuse(self) -> None:
        await self._one_link(self.lab.refuse)

    async def _hang(self) -> None:
        await self._one_link(self.lab.hang)

    async def _delay(self) -> None:
        seconds = self.random.uniform(0.02, LONGEST_DELAY)
        await self._one_link(lambda person: self.lab.delay(person, seconds))

    async def _one_link(self, breaking: Callable[[Person], Awaitable[None]]) -> None:
        person = self.random.choice(self.writers).person
        await self._while_writing(breaking(person))
        await self._while_writing(self.lab.mend(person))

    async def _crash(self) -> None:
        await self._while_writing(self.lab.crash(self.random.choice(self.writers).person))

    async def _kill(self) -> None:
        await self._while_writing(self.lab.kill())
        await self._while_writing(self.lab.restart())

    async def _kill_twice(self) -> None:
        await self._kill()
        await self._kill()

    async def _while_writing(self, happening: Awaitable[None]) -> None:
        """Some send, in the same moments in which something happens."""
        some = self.random.sample(self.writers, self.random.randint(1, len(self.writers)))
        await asyncio.gather(happening, *(writer.send() for writer in some))

    # The end.

    async def settle(self) -> list[str]:
        """Wait until nothing is on its way and all pages show the same.

        Returns:
            every message, as it is stored.

        Raises:
            StormError: something was lost or doubled, or some page says something else.
        """
        await self._until(self._nothing_waits, "still on their way")
        stored: list[str] = json.loads(await self._ask(STORED.format(conversation=self.conversation)))
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
            if not shown or shown != list(stored[-len(shown) :]):
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

    async def _ask(self, code: str) -> str:
        await self.lab.start()
        out, problem = await self.lab.python(code)
        if not out.strip():
            raise StormError(f"the database cannot be asked: {problem}")
        return out.strip().splitlines()[-1]


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
        await storm.gather()
        try:
            while storm.done.total() < faults and time.monotonic() - begun < seconds:
                await storm.break_something()
                if storm.done.total() % 50 == 0:
                    tell(f"{storm.done.total()} faults, {sum(len(w.sent) for w in storm.writers)} messages")
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

"""Marks of many readers, written together: they all read a new message in the same moment."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NamedTuple
from weakref import WeakValueDictionary

from ..errors import Unavailable
from .reading import move_marks

log = logging.getLogger(__name__)

# Seconds for which the marks of a conversation are collected.
PAUSE = 0.25

# The number of attempts to write a mark, while the database can be reached.
TRIES = 5

Tell = Callable[[], Awaitable[None]]


class Mark(NamedTuple):
    """The position up to which one user has read, and the callback for when it is stored and has moved."""

    up_to: int
    tell: Tell
    tries: int = TRIES


class Batch:
    """The marks in one conversation that are written together.

    Attributes:
        here: the id of the conversation.
        marks: the marks by user id.
        alone: the lock that is held while a batch of this conversation is written.
        due: the event that is set when it is time to write.
        task: the task that waits for `due` and writes the marks.
    """

    def __init__(self, here: int, alone: asyncio.Lock) -> None:
        self.here = here
        self.alone = alone
        self.marks: dict[int, Mark] = {}
        self.due = asyncio.Event()
        self.task: asyncio.Task[None] | None = None


class Marks:
    """A collector of marks. A killed process loses some, and the pages then send them again."""

    def __init__(self) -> None:
        self._open: dict[int, Batch] = {}
        self._waiting: set[Batch] = set()
        self._alone: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._closing = False

    def add(self, here: int, user_id: int, up_to: int, tell: Tell) -> None:
        """Store a mark soon.

        Args:
            here: the id of the conversation.
            user_id: the id of the reader.
            up_to: the id of the last message that was read.
            tell: called when the mark is stored, if it has moved.
        """
        self._add(here, user_id, Mark(up_to, tell))

    def _add(self, here: int, user_id: int, mark: Mark) -> None:
        batch = self._open.get(here)
        if batch is None:
            alone = self._alone.setdefault(here, asyncio.Lock())
            batch = self._open[here] = Batch(here, alone)
            self._waiting.add(batch)
            asyncio.get_running_loop().call_later(PAUSE, batch.due.set)
            batch.task = asyncio.create_task(self._write(batch))
        before = batch.marks.get(user_id)
        if before is None or before.up_to < mark.up_to:
            batch.marks[user_id] = mark

    async def written(self, user_id: int) -> None:
        """Wait until this user's marks are stored. Called before unread messages are counted."""
        await self._hurry([batch for batch in self._waiting if user_id in batch.marks])

    async def close(self) -> None:
        """Store all marks now."""
        self._closing = True
        # Marks of a failed write are tried again at once.
        for _ in range(TRIES):
            await self._hurry(list(self._waiting))
        self._closing = False

    async def _hurry(self, batches: list[Batch]) -> None:
        for batch in batches:
            batch.due.set()
        if tasks := [batch.task for batch in batches if batch.task is not None]:
            await asyncio.wait(tasks)

    async def _write(self, batch: Batch) -> None:
        try:
            await batch.due.wait()
            async with batch.alone:
                # Marks that are added from now on belong to the next batch.
                del self._open[batch.here]
                up_to = {user: mark.up_to for user, mark in batch.marks.items()}
                moved = await move_marks(batch.here, up_to)
        except Exception as error:
            self._put_back(batch, error)
            return
        finally:
            self._waiting.discard(batch)
            if self._open.get(batch.here) is batch:
                del self._open[batch.here]
        for user_id in moved:
            try:
                await batch.marks[user_id].tell()
            except Exception:
                log.exception("The pages of user %s were not told what they have read", user_id)

    def _put_back(self, batch: Batch, error: Exception) -> None:
        """Add the marks to the next batch, after a failed write."""
        away = isinstance(error, Unavailable)
        if not away:
            log.error("Marks in conversation %s could not be written", batch.here, exc_info=error)
        elif self._closing:
            return
        for user_id, mark in batch.marks.items():
            # A database that cannot be reached is waited for, however long.
            left = mark.tries if away else mark.tries - 1
            if left:
                self._add(batch.here, user_id, mark._replace(tries=left))


marks = Marks()

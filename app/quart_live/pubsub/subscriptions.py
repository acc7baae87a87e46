"""The subscriptions of a link: those wanted, those that Redis has confirmed, and those under way.

Redis answers commands in the order in which they were sent, so a queue is enough to tell which answer belongs
to which command.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque

from .connections import Connection


class Subscriptions:
    """The channels of one link, over all the connections it has in its life.

    Attributes:
        wanted: the channels to subscribe to, in the order of the calls.
        confirmed: the channels that Redis delivers now.
        gaps: the wanted channels whose messages may have been lost while nothing was delivered.
    """

    def __init__(self) -> None:
        self.wanted: dict[str, None] = {}
        self.confirmed: set[str] = set()
        self.gaps: set[str] = set()
        self._commands: asyncio.Queue[tuple[str, tuple[str, ...]]] = asyncio.Queue()
        self._unanswered: deque[tuple[str, str]] = deque()
        self._asked: Counter[str] = Counter()  # commands without answer, by channel
        self._waiting: dict[str, asyncio.Future[None]] = {}

    def missing(self) -> list[str]:
        """Return the channels that are wanted and not confirmed."""
        return [channel for channel in self.wanted if channel not in self.confirmed]

    def confirm(self, channel: str) -> None:
        """Note that Redis delivers the channel from now on, if it is still wanted."""
        if channel in self.wanted:
            self.confirmed.add(channel)
            self._let_go(channel)

    def forget(self, channel: str) -> None:
        """Forget a channel that is not wanted any more."""
        self.wanted.pop(channel, None)
        self.confirmed.discard(channel)
        self.gaps.discard(channel)
        self._let_go(channel)

    async def settled(self, channel: str) -> None:
        """Wait until the channel is confirmed, given up, or the link is lost."""
        if channel in self.wanted and channel not in self.confirmed:
            confirmed = self._waiting.setdefault(channel, asyncio.get_running_loop().create_future())
            await asyncio.shield(confirmed)  # several may wait for it, and each may be cancelled by itself

    def take_gaps(self) -> set[str]:
        """Return and forget the gaps in channels that are delivered again. Called once at each coming up."""
        gaps, self.gaps = self.gaps & self.confirmed, set()
        return gaps

    def lost(self) -> None:
        """Forget all that was confirmed or under way: the connection is gone."""
        self.gaps |= self.confirmed
        self.confirmed.clear()
        self._commands = asyncio.Queue()
        self._unanswered.clear()
        self._asked.clear()
        for channel in tuple(self._waiting):
            self._let_go(channel)

    # -- commands and their answers

    def command(self, command: str, channel: str) -> None:
        """Queue ``SUBSCRIBE`` or ``UNSUBSCRIBE``."""
        self._unanswered.append((command, channel))
        self._asked[channel] += 1
        self._commands.put_nowait((command, (channel,)))

    def ping(self) -> None:
        """Queue ``PING``, whose answer is not counted."""
        self._commands.put_nowait(("PING", ()))

    async def send_commands(self, connection: Connection) -> None:
        """Send the queued commands until the connection fails.

        Raises:
            Exception: the error of the connection.
        """
        while True:
            command, channels = await self._commands.get()
            await connection.send_command(command, *channels, check_health=False)

    def answered(self) -> None:
        """Match an answer of Redis with the oldest command that had none."""
        command, channel = self._unanswered.popleft()
        self._asked[channel] -= 1
        # Only the last command for a channel counts: it may have been given up and be wanted again.
        if self._asked[channel] == 0:
            del self._asked[channel]
            if command == "SUBSCRIBE":
                self.confirm(channel)

    def _let_go(self, channel: str) -> None:
        waiting = self._waiting.pop(channel, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

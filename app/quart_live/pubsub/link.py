"""The link to Redis: two connections that live and die together, and the tasks that serve them.

One connection is subscribed (a connection that is may do nothing else), the other publishes. If either fails
or falls silent, both are closed and made anew, at growing intervals. So the link is either up or not, and
its user needs to know no more than that.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator
from typing import Any

from .connections import Connection, LinkEvent, LinkUser, connection_factory, first_cause
from .publisher import Publisher
from .subscriptions import Subscriptions

log = logging.getLogger("quart_live.pubsub")

CHANNELS_PER_COMMAND = 500
MESSAGES_BEFORE_YIELD = 64


class Link:
    """The link to Redis; see `RedisPubSub` for the arguments.

    Raises:
        LiveViewError: if the package ``redis`` is not installed.
    """

    def __init__(
        self, url: str, user: LinkUser, *, timeout: float, ping: float, retry: tuple[float, float]
    ) -> None:
        self.up = False
        self._user = user
        self._timeout, self._ping, self._retry = timeout, ping, retry
        self._make_connection = connection_factory(url, timeout)
        self._task: asyncio.Task[None] | None = None
        self._tried: asyncio.Event | None = None  # set once the first attempt is over
        self._subscriptions = Subscriptions()
        self._publisher = Publisher(timeout)
        self._heard = True

    # -- for RedisPubSub -----------------------------------------------------------------------------------

    async def ready(self) -> None:
        """Wait until the link is up or the first attempt has failed; begin to connect if nobody has yet."""
        if self._task is None:
            self._tried = asyncio.Event()
            self._task = asyncio.create_task(self._keep_up(), name="quart_live link to Redis")
        if not self.up and self._tried is not None and not self._tried.is_set():
            await self._tried.wait()

    def hears(self, channel: str) -> bool:
        """Return whether a message published to ``channel`` from now on will come back."""
        return self.up and channel in self._subscriptions.confirmed

    async def subscribe(self, channel: str) -> None:
        """Subscribe to ``channel``, and wait until that is confirmed or the link is lost."""
        subscriptions = self._subscriptions
        if channel not in subscriptions.wanted:
            subscriptions.wanted[channel] = None
            if self.up:
                subscriptions.command("SUBSCRIBE", channel)
        await self.ready()
        if self.up:
            await subscriptions.settled(channel)
        if channel in subscriptions.wanted and channel not in subscriptions.confirmed:
            subscriptions.gaps.add(channel)

    def unsubscribe(self, channel: str) -> None:
        """Unsubscribe from ``channel``, without waiting."""
        self._subscriptions.forget(channel)
        if self.up:
            self._subscriptions.command("UNSUBSCRIBE", channel)

    async def publish(self, channel: str, data: bytes) -> None:
        """Publish ``data``, and wait until Redis has taken it or the link is lost. The link must be up."""
        await self._publisher.publish(channel, data)

    def publish_soon(self, channel: str, data: bytes) -> None:
        """Publish ``data`` without waiting. The link must be up."""
        self._publisher.publish_soon(channel, data)

    async def close(self) -> None:
        """Disconnect."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        self._subscriptions = Subscriptions()
        self._tried = None

    # -- connecting ----------------------------------------------------------------------------------------

    async def _keep_up(self) -> None:
        attempts, (wait, longest) = 0, self._retry
        assert self._tried is not None
        try:
            while True:
                attempts += 1
                try:
                    async with self._connected() as (listening, publishing):
                        attempts, wait = await self._come_up(listening, attempts), self._retry[0]
                        await self._serve(listening, publishing)
                except Exception as error:
                    if self.up:
                        self._lost(error)
                    else:
                        self._failed(error, attempts)
                self._tried.set()
                await asyncio.sleep(wait * random.uniform(0.5, 1))  # not all processes at the same moment
                wait = min(wait * 2, longest)
        finally:
            if self.up:
                self._lost(None)
            self._tried.set()

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[Connection, Connection]]:
        pair = self._make_connection(), self._make_connection()
        try:
            async with asyncio.timeout(self._timeout):
                for connection in pair:
                    await connection.connect()
            yield pair
        finally:
            for connection in pair:
                with contextlib.suppress(Exception):
                    await connection.disconnect(nowait=True)

    async def _come_up(self, listening: Connection, attempts: int) -> int:
        """Subscribe to all wanted channels again, then take the link as up."""
        subscriptions, done = self._subscriptions, set[str]()
        async with asyncio.timeout(self._timeout):
            while missing := subscriptions.missing():
                some = missing[:CHANNELS_PER_COMMAND]
                await listening.send_command("SUBSCRIBE", *some, check_health=False)
                for channel in some:
                    while True:
                        answer = await listening.read_response()
                        if answer[0] == b"subscribe":
                            break
                        self._message(answer)
                    done.add(channel)
                    subscriptions.confirm(channel)
        gaps = subscriptions.take_gaps()
        self.up = True
        for channel in done - subscriptions.wanted.keys():  # given up meanwhile
            subscriptions.command("UNSUBSCRIBE", channel)
        log.info(
            "The link to Redis is up; %d channels, %d with gaps", len(subscriptions.confirmed), len(gaps)
        )
        self._user.link_up(gaps)
        self._event(LinkEvent("up", attempts))
        assert self._tried is not None
        self._tried.set()
        return 0

    def _lost(self, error: BaseException | None) -> None:
        self.up = False
        self._subscriptions.lost()
        unsent = self._publisher.give_up()
        self._user.link_lost({publication.channel for publication in unsent})
        for publication in unsent:
            publication.settle()
        if error is not None:
            cause = first_cause(error)
            log.warning("Lost the link to Redis: %s", cause)
            self._event(LinkEvent("lost", 0, cause))

    def _failed(self, error: Exception, attempts: int) -> None:
        self._subscriptions.confirmed.clear()
        cause = first_cause(error)
        log.log(logging.WARNING if attempts == 1 else logging.DEBUG, "Cannot reach Redis: %s", cause)
        self._event(LinkEvent("failed", attempts, cause))

    def _event(self, event: LinkEvent) -> None:
        self._user.link_event(event)

    # -- serving -------------------------------------------------------------------------------------------

    async def _serve(self, listening: Connection, publishing: Connection) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(listening))
            group.create_task(self._subscriptions.send_commands(listening))
            group.create_task(self._watch())
            group.create_task(self._publisher.serve(publishing))

    async def _listen(self, connection: Connection) -> None:
        count = 0
        while True:
            answer = await connection.read_response()
            self._heard = True
            if isinstance(answer, list) and answer[0] in (b"subscribe", b"unsubscribe"):
                self._subscriptions.answered()
            else:
                self._message(answer)
            count += 1
            if count % MESSAGES_BEFORE_YIELD == 0:
                await asyncio.sleep(0)  # buffered messages are read without a turn of the loop

    def _message(self, answer: Any) -> None:
        if isinstance(answer, list) and answer[0] == b"message":
            self._user.received(answer[1].decode("utf-8", "replace"), answer[2])

    async def _watch(self) -> None:
        """Test whether Redis still answers: TCP alone may need many minutes to notice that it does not.

        Raises:
            ConnectionError: if it does not answer in time.
        """
        while True:
            await asyncio.sleep(self._ping)
            self._heard = False
            self._subscriptions.ping()
            await asyncio.sleep(self._timeout)
            if not self._heard:
                raise ConnectionError(f"no answer for {self._timeout:g} seconds")

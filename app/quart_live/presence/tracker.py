"""`Presence`: the interface for views."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeAlias

from ..errors import LiveViewError
from ..mailbox.endings import Part
from ..mailbox.mailbox import Mailbox
from ..pubsub import HasMailbox, PubSub
from ..pubsub.codec import CODEC
from .entries import METAS, NOTHING, PREVIOUS_REF, REF, Changes, Entry, Index, Meta, Presences
from .exchange import Exchange
from .fetching import Enriched, Fetch, Fetching

Metas: TypeAlias = list[Meta]
Who: TypeAlias = HasMailbox | Mailbox


class Extension(Protocol):
    """The part of `QuartLive` that presence needs."""

    pubsub: PubSub
    services: list[Any]


class Presence:
    """The presences on topics, in all processes.

    Args:
        live: the extension, which starts and stops it with the server; or a PubSub, then do so yourself.
        name: its name among several on one PubSub. The same in all processes.
        heartbeat: seconds between two signs of life.
        down_after: after this many ticks (of ``heartbeat`` seconds) without a sign of life another process
            counts as dead.
        fetch: called as ``fetch(topic, presences)`` with the keys that join, to add values to them; see the
            package. Plain or ``async``; a plain one must not block.
    """

    def __init__(
        self,
        live: Extension | PubSub,
        *,
        name: str = "presence",
        heartbeat: float = 2.0,
        down_after: int = 5,
        fetch: Fetch | None = None,
    ) -> None:
        self._live = live
        if not isinstance(live, PubSub):
            live.services.append(self)
        self._topic = f"~presence:{name}"
        self._heartbeat, self._down_after = heartbeat, down_after
        self._tracked: dict[Mailbox, dict[tuple[str, str], Entry]] = {}
        self._index = Index()
        self._exchange: Exchange | None = None
        self._fetching = Fetching(fetch, self._tell) if fetch is not None else None
        self._starting = asyncio.Lock()

    # -- for views -----------------------------------------------------------------------------------------

    async def track(self, who: Who, topic: str, key: str, meta: Mapping[str, Any] | None = None) -> None:
        """Show ``key`` as present on ``topic`` until ``who`` ends. Does nothing during the first render.

        Tracking the same key again is an update.

        Args:
            who: the view, or a mailbox.
            topic: any name; usually one that views subscribe to.
            key: the key of the person, not of the tab.
            meta: the data for all viewers; values that can travel (`quart_live.pubsub.codec`).

        Raises:
            EncodeError: if ``meta`` cannot travel between processes.
        """
        mailbox = _mailbox(who)
        if mailbox is None:
            return
        copy = _copy(meta or {})
        exchange = await self._started()
        if not mailbox.closed:  # it may have been while we started
            await self._put(exchange, mailbox, topic, key, copy)

    async def update(
        self, who: Who, topic: str, key: str, meta: Mapping[str, Any] | Callable[[Meta], Mapping[str, Any]]
    ) -> None:
        """Replace the meta of a key that ``who`` tracks.

        Args:
            who: the view or mailbox that tracks it.
            topic: the topic given to `track`.
            key: the key given to `track`.
            meta: the new meta, or a function that makes it from the old one.

        Raises:
            LiveViewError: if ``who`` does not track ``key`` on ``topic``.
            EncodeError: if ``meta`` cannot travel between processes.
        """
        mailbox = _mailbox(who)
        if mailbox is None or mailbox.closed:
            return
        entry = self._tracked.get(mailbox, {}).get((topic, key))
        if entry is None or self._exchange is None:
            raise LiveViewError(f"nothing to update: {key!r} is not tracked on {topic!r}; call track first")
        if callable(meta):
            meta = meta(
                {name: value for name, value in entry.meta.items() if name not in (REF, PREVIOUS_REF)}
            )
        await self._put(self._exchange, mailbox, topic, key, _copy(meta))

    async def untrack(self, who: Who, topic: str | None = None, key: str | None = None) -> None:
        """Remove one key, all keys on ``topic``, or all that ``who`` tracks."""
        mailbox = _mailbox(who)
        if mailbox is None or mailbox not in self._tracked:
            return
        entries = self._tracked[mailbox]
        gone = [entries.pop(at) for at in tuple(entries) if topic in (None, at[0]) and key in (None, at[1])]
        if not entries:
            del self._tracked[mailbox]
        await _until(self._remove(gone))

    def list(self, topic: str) -> Presences:
        """Return the presences on ``topic``: by key, in alphabetical order, ``{"metas": […]}``.

        With ``fetch`` each has the fetched values, too. All callers get the same object until something
        changes: treat it as frozen.
        """
        return self._index.list(topic)

    def get(self, topic: str, key: str) -> Metas:
        """Return the metas of one key; empty if it is not present."""
        metas: Metas = self._index.list(topic).get(key, {METAS: []})[METAS]
        return metas

    def topics(self) -> dict[str, int]:
        """Return the number of entries of all processes by topic. For tests and status pages."""
        return self._index.topics()

    def fetched(self) -> dict[str, int]:
        """Return the number of keys with fetched values, by topic. For tests and status pages."""
        return self._index.fetched()

    def mailboxes(self) -> tuple[Mailbox, ...]:
        """Return the mailboxes that track something in this process. For tests and status pages."""
        return tuple(self._tracked)

    # -- beginning and end ---------------------------------------------------------------------------------

    @property
    def started(self) -> bool:
        """Whether it takes part in the exchange between processes."""
        return self._exchange is not None

    async def start(self) -> None:
        """Take part in the exchange between processes. Runs with the server, or at the first `track`."""
        await self._started()

    async def stop(self) -> None:
        """Leave the exchange: our entries go everywhere, at once. It may be started again."""
        exchange = self._exchange
        if exchange is not None:
            await exchange.stop()
            if self._fetching is not None:
                await self._fetching.stop()
            self._exchange = None
            self._tracked.clear()
            self._index = Index()

    async def _started(self) -> Exchange:
        if self._exchange is None:
            async with self._starting:
                if self._exchange is None:  # no other task has done it meanwhile
                    pubsub = self._pubsub
                    exchange = Exchange(pubsub, self._topic, self._changed, self._heartbeat, self._down_after)
                    await exchange.start()
                    self._exchange = exchange
        return self._exchange

    # -- changes -------------------------------------------------------------------------------------------

    async def _put(self, exchange: Exchange, mailbox: Mailbox, topic: str, key: str, meta: Meta) -> None:
        mailbox.on_end(Part.PRESENCE, self._left, mailbox)
        entries = self._tracked.setdefault(mailbox, {})
        old = entries.get((topic, key))
        new = entries[topic, key] = exchange.replication.join(topic, key, meta, old)
        told = self._changed(Changes([new], [old] if old is not None else []))
        exchange.send()
        await _until(told)

    def _left(self, mailbox: Mailbox) -> None:
        """Remove the entries of a view that has ended, in whatever way."""
        self._remove(self._tracked.pop(mailbox, {}).values())

    def _remove(self, entries: Iterable[Entry]) -> asyncio.Future[None] | None:
        gone = [*entries]
        if self._exchange is None or not gone:
            return None
        for entry in gone:
            self._exchange.replication.leave(entry)
        told = self._changed(Changes([], gone))
        self._exchange.send()
        return told

    def _changed(self, changes: Changes) -> asyncio.Future[None] | None:
        """Take a change, of ours or of other processes, to be looked up and told.

        Returns:
            A future that is done once the change has been told; ``None`` if it has been told already.
        """
        if self._fetching is not None:
            return self._fetching.changed(changes) if changes.joined or changes.left else None
        self._tell(changes)
        return None

    def _tell(self, changes: Changes, fetched: Mapping[str, Enriched] = NOTHING) -> None:
        """Update the list, then broadcast the diffs."""
        for diff in self._index.change(changes, fetched):
            self._pubsub.broadcast_here(diff.topic, diff)

    @property
    def _pubsub(self) -> PubSub:
        return self._live if isinstance(self._live, PubSub) else self._live.pubsub


async def _until(told: asyncio.Future[None] | None) -> None:
    if told is not None:
        await asyncio.wait([told])  # do not await it: it is cancelled if we are stopped


def _mailbox(who: Who) -> Mailbox | None:
    return who if isinstance(who, Mailbox) else who.mailbox


def _copy(meta: Mapping[str, Any]) -> Meta:
    """Return a copy as other processes get it, so that all see the same and nobody can change it."""
    copy: Meta = CODEC.decode(CODEC.encode(dict(meta)))
    return copy

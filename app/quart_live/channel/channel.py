"""One joined view: its mailbox, its rendering, its frames.

A channel handles one message at a time and sends, for each, at most one diff, in the order in which they
were computed, since each diff is relative to the one before. The diff that an event causes rides in the
event's reply. An exception ends this channel alone: it is logged, the client gets ``phx_error`` and joins
again; the socket and its other channels go on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any

from ..components import ComponentUpdate
from ..mailbox.faults import Contained, as_exception
from ..mailbox.items import Envelope, Turn, Urgent
from ..protocol.frames import Message
from ..pubsub import Resync
from . import end, join, messages, reply
from .base import BaseChannel, State, Stop
from .family import PatchFromInside

if TYPE_CHECKING:
    from ..view.host import LiveHost

log = logging.getLogger("quart_live.channel")


class Channel(BaseChannel):
    """A view on a socket; `BaseChannel` has arguments and attributes."""

    def handle_now(self, item: object) -> Coroutine[Any, Any, None] | None:
        """Handle an item of the mailbox. Return the rest to await; None after a plain ``handle_info``."""
        if type(item) is not Envelope:
            return self._guarded(self._dispatch(item))
        try:
            # No superfluous calls here: this runs once for each viewer of a broadcast.
            view, state = self.view, self.view_state
            assert view is not None and state is not None
            state.begin_turn()
            if self.has_info_hooks or self.telemetry.listening:
                waiting: Awaitable[None] | None = reply.hooked_info(self, view, item.message)
            else:
                waiting = view.handle_info(item.message)
            if waiting is None:
                rest = reply.send_changes(self, item)
            else:
                rest = reply.send_later(self, item, waiting)
            return self._guarded(rest) if rest is not None else None  # guarded: its wait may be cancelled
        except BaseException as error:
            return end.crash(self, as_exception(error))

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            async with Contained(self.mailbox):
                await work
        except Exception as error:
            await end.crash(self, error)
        except asyncio.CancelledError:  # our own; a cancellation from a handler is an `AppFault` by now
            await end.end(self, "cancelled")
            raise

    async def _dispatch(self, item: object) -> None:
        match item:
            case Message(event="phx_join"):
                await join.join(self, item)
            case Message():
                await messages.handle(self, item)
            case ComponentUpdate():
                await reply.component_update(self, item)
            case Resync():
                await reply.resync(self, item)
            case Turn():
                await reply.turn(self, item)
            case PatchFromInside():
                await reply.patch_from_inside(self, item)
            case Stop():
                await end.stop(self, item)
            case Urgent():
                raise item.error


def joined_of(hosts: Iterable[LiveHost]) -> tuple[Channel, ...]:
    """Return the channels among ``hosts`` whose views are joined, in the same order."""
    return tuple(host for host in hosts if isinstance(host, Channel) and host.state is State.JOINED)

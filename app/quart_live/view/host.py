"""`Host`: what a view's surroundings offer it, and what is let go of at its end.

A view is rendered in three places: in an HTTP request, over a socket, and in a test of a component. Each of
them gives it a host. That of a request is a plain `Host`, without mailbox and timers; over a socket the
channel is the host (`LiveHost`), and has both.

Whoever holds something for the view puts the function that lets go of it on the host's one list::

    host.on_end(Part.UPLOADS, desk.close)

See :mod:`quart_live.mailbox.endings` for the order, and for what happens if one of them fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from ..mailbox.endings import End, Endings, Part
from ..telemetry import NOBODY, Telemetry

if TYPE_CHECKING:
    from ..mailbox.async_tasks import AsyncTasks
    from ..mailbox.mailbox import Mailbox
    from ..mailbox.timers import Timers
    from ..pubsub import PubSub
    from .handle import ViewHandle
    from .static_tracking import StaticFiles


class Uploads(Protocol):
    """The uploads of a view, as far as its components concern them; see `uploads.desk.UploadDesk`."""

    def release(self, owner: Any, /) -> None:
        """A component has gone: take nothing more for it."""


class MountStash(Protocol):
    """The stash during one mount of a view; see `stash.mount_stash.MountStash`."""

    def crash_events(self) -> list[list[Any]]:
        """Events for the answer to a join that has crashed."""

    async def keep_component(self, component: Any, id: Any, /) -> None:
        """Restore a component that is about to be mounted."""

    async def written(self) -> None:
        """Return when all is written that was kept."""


class Host:
    """What a view's surroundings offer it.

    Attributes:
        telemetry: who is told how long its callbacks take.
        statics: the files that pages may track, for `static_changed`.
        pubsub: the app's PubSub.
        mailbox: where its messages go; ``None`` in the first render, as is all that needs one.
        timers: its timers.
        tasks: its slow work, once there is some.
        uploads: its uploads, once it has allowed some.
        mount_stash: what is kept of it, if a view of the app declares a stash.
        topic: the channel's topic; empty in the first render.
        root_path: the prefix under which the whole app is mounted.
        parent: the view around a nested view.
        children: the nested views that are connected.
        inherited: the parent's assigns.
    """

    telemetry: Telemetry = NOBODY
    statics: StaticFiles | None = None

    pubsub: PubSub
    mailbox: Mailbox | None = None
    timers: Timers | None = None
    tasks: AsyncTasks | None = None
    uploads: Uploads | None = None
    mount_stash: MountStash | None = None
    topic: str = ""
    root_path: str = ""
    parent: ViewHandle | None = None
    children: Mapping[str, ViewHandle] = MappingProxyType({})
    inherited: Mapping[str, Any] = MappingProxyType({})

    _endings: Endings | None = None

    def hooks_changed(self) -> None:
        """Called when the view or a component has attached or detached a hook."""

    def on_end(self, part: Part, end: End, *arguments: Any) -> None:
        """Call ``end(*arguments)`` when the view ends; see `Endings.add`."""
        if self._endings is None:
            self._endings = Endings()
        self._endings.add(part, end, *arguments)

    async def let_go(self) -> None:
        """Call what `on_end` was given."""
        if self._endings is not None:
            await self._endings.run(f"{self.topic or 'a first render'}")


class LiveHost(Host):
    """The host of a view that is there for longer: it has a mailbox, whose list is the view's."""

    mailbox: Mailbox
    timers: Timers

    def on_end(self, part: Part, end: End, *arguments: Any) -> None:
        """Call ``end(*arguments)`` when the view ends; see `Endings.add`."""
        self.mailbox.on_end(part, end, *arguments)

    async def let_go(self) -> None:
        """Take no more mail, and call what `on_end` was given. Only in the mailbox's own task."""
        await self.mailbox.end(self.topic, self.mailbox)

"""`Host`: the services that a view's surroundings offer it, and the list of functions to call at its end.

A view is rendered in three places: in an HTTP request, over a socket, and in a test of a component. Each of
them gives it a host. The host in a request is a plain `Host`, without mailbox and timers; over a socket the
channel is the host (`LiveHost`), and has both.

A part that holds something for the view puts the function that lets go of it on the host's one list::

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
    """The uploads of a view, as its components need them; see `uploads.desk.UploadDesk`."""

    def release(self, owner: Any, /) -> None:
        """End the uploads of a component that has gone."""


class MountStash(Protocol):
    """The stash during one mount of a view; see `stash.mount_stash.MountStash`."""

    def crash_events(self) -> list[list[Any]]:
        """Return the events for the reply to a join that has crashed."""

    async def keep_component(self, component: Any, id: Any, /) -> None:
        """Restore a component that is about to be mounted."""

    async def written(self) -> None:
        """Wait until all that was kept is written."""


class Host:
    """The surroundings of a view.

    Attributes:
        telemetry: the app's telemetry, which measures the view's callbacks.
        statics: the files that pages may track, for `static_changed`.
        pubsub: the app's PubSub.
        mailbox: the view's mailbox; ``None`` in the first render, as is all that needs one.
        timers: the view's timers.
        tasks: the view's async tasks, once it has started one.
        uploads: the view's uploads, once it has allowed some.
        mount_stash: the stash of this mount, if a view of the app declares a stash.
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
        """Note that the view or a component has attached or detached a hook. By default do nothing."""

    def on_end(self, part: Part, end: End, *arguments: Any) -> None:
        """Call ``end(*arguments)`` when the view ends; see `Endings.add`."""
        if self._endings is None:
            self._endings = Endings()
        self._endings.add(part, end, *arguments)

    async def let_go(self) -> None:
        """Call the functions that `on_end` was given."""
        if self._endings is not None:
            await self._endings.run(f"{self.topic or 'a first render'}")


class LiveHost(Host):
    """The host of a connected view: it has a mailbox, which holds the list of functions for its end."""

    mailbox: Mailbox
    timers: Timers

    def on_end(self, part: Part, end: End, *arguments: Any) -> None:
        """Call ``end(*arguments)`` when the view ends; see `Endings.add`."""
        self.mailbox.on_end(part, end, *arguments)

    async def let_go(self) -> None:
        """Close the mailbox and call the functions of `on_end`. Call it only in the mailbox's own task."""
        await self.mailbox.end(self.topic, self.mailbox)

"""What a view stands on: its channel, once it is connected, and less in the first render."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..telemetry import NOBODY, Telemetry

if TYPE_CHECKING:
    from ..mailbox.async_tasks import AsyncTasks
    from ..mailbox.mailbox import Mailbox
    from ..mailbox.timers import Timers
    from ..nested.handle import ViewHandle
    from ..pubsub import PubSub
    from ..stash.visit import Visit
    from ..uploads.desk import UploadDesk
    from .static_tracking import StaticFiles


class ViewHost:
    """What a view's surroundings offer it.

    The first render has no mailbox and no timers; a channel has both.

    Attributes:
        root_path: the prefix under which the whole app is mounted.
        parent: the view around a nested view.
        children: the nested views that are connected.
        inherited: the parent's assigns.
        telemetry: who is told how long its callbacks take.
        statics: the files that pages may track, for `static_changed`.
    """

    telemetry: Telemetry = NOBODY
    statics: StaticFiles | None = None

    pubsub: PubSub
    mailbox: Mailbox | None = None
    timers: Timers | None = None
    tasks: AsyncTasks | None = None
    uploads: UploadDesk | None = None
    visit: Visit | None = None
    topic: str = ""
    root_path: str = ""
    parent: ViewHandle | None = None
    children: Mapping[str, ViewHandle] = MappingProxyType({})
    inherited: Mapping[str, Any] = MappingProxyType({})

    def hooks_changed(self) -> None:
        """Called when the view or a component has attached or detached a hook."""

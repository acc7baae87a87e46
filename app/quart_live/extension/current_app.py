"""The app for which a `QuartLive` stands.

The object that the program makes holds all declarations. `QuartLive.init_app` gives each app a copy of it,
with a runtime and sockets of its own; that copy is in ``app.extensions["quart_live"]``. The runtime, the
sockets and so on of the first object are those of the current app, or of the newest one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Self
from weakref import WeakSet

from quart import Quart, current_app, has_app_context

from ..channel.channel import Channel, joined_of
from ..errors import LiveViewError
from ..runtime.runtime import Runtime

if TYPE_CHECKING:
    from ..pubsub import PubSub
    from ..settings import Settings
    from ..stash import Stashes


class OfEachApp:
    """The part of `QuartLive` that finds the object of the current app."""

    _pubsub: PubSub
    _stash: Stashes
    _runtime: Runtime | None = None
    _declared: Self
    _newest: Callable[[], Self | None]

    _runtimes: WeakSet[Runtime]
    _running: WeakSet[Runtime]  # those of the apps that are being served

    def _declare(self: Self) -> None:
        """Make this the object that holds all declarations; each app's is a copy of it."""
        self._declared, self._newest = self, lambda: None
        self._runtimes, self._running = WeakSet(), WeakSet()

    @property
    def app(self) -> Quart:
        """The app that is served."""
        return self.runtime.app

    @property
    def stash(self) -> Stashes:
        """The stash, which keeps assigns that survive; see ``stash/``."""
        of_app = self._of_app()
        return self._stash if of_app is None else of_app.stash

    @property
    def pubsub(self) -> PubSub:
        """The PubSub, also for use outside views: ``await live.pubsub.broadcast(topic, message)``."""
        return self._declared._pubsub

    @pubsub.setter
    def pubsub(self, pubsub: PubSub) -> None:
        self._declared._pubsub = pubsub
        for runtime in self._runtimes:
            runtime.pubsub = pubsub

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels of the views that are connected now, oldest first.

        Each has ``topic``, ``view`` and ``crash(reason)``.
        """
        return joined_of(self.runtime.open_hosts)

    @property
    def settings(self) -> Settings:
        """The settings, read from the app's config at first use."""
        return self.runtime.settings

    @property
    def runtime(self) -> Runtime:
        """The engine's record of the app, for tools and tests; it may change with any version."""
        return self._bound().runtime if self._runtime is None else self._runtime

    def _bound_or_none(self) -> Self | None:
        """Return the object of the current app, or of the newest one; None before `init_app`."""
        if self._runtime is not None:
            return self
        if has_app_context():
            current: Self | None = current_app.extensions.get("quart_live")
            if current is not None and current._declared is self:
                return current
        return self._newest()

    def _of_app(self) -> Self | None:
        """Return the object of the current app, if it is not this one."""
        bound = self._bound_or_none()
        return None if bound is self else bound

    def _bound(self) -> Self:
        bound = self._bound_or_none()
        if bound is None:
            raise LiveViewError("this QuartLive has no app yet; call init_app first")
        return bound

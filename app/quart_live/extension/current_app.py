"""Which app a `QuartLive` stands for.

The object that the program makes holds what was declared. `QuartLive.init_app` gives each app a copy of it,
with a runtime and sockets of its own; that copy is in ``app.extensions["quart_live"]``. Asked for such
things, the first object answers for the current app, or for the newest one.
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
    """The part of `QuartLive` that finds what an app has for itself."""

    _pubsub: PubSub
    _stash: Stashes
    _runtime: Runtime | None = None
    _declared: Self
    _newest: Callable[[], Self | None]

    _runtimes: WeakSet[Runtime]
    _running: WeakSet[Runtime]  # of the apps that are being served

    def _declare(self: Self) -> None:
        """Be the object that holds what is declared; each app's is a copy of it."""
        self._declared, self._newest = self, lambda: None
        self._runtimes, self._running = WeakSet(), WeakSet()

    @property
    def app(self) -> Quart:
        """The app that is served."""
        return self.runtime.app

    @property
    def stash(self) -> Stashes:
        """Where state is kept that survives; see ``stash/``."""
        of_app = self._of_app()
        return self._stash if of_app is None else of_app.stash

    @property
    def pubsub(self) -> PubSub:
        """For broadcasts, also from outside a view: ``await live.pubsub.broadcast(topic, message)``."""
        return self._declared._pubsub

    @pubsub.setter
    def pubsub(self, pubsub: PubSub) -> None:
        self._declared._pubsub = pubsub
        for runtime in self._runtimes:
            runtime.pubsub = pubsub

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The connected views now, oldest first. Each has ``topic``, ``view`` and ``crash(reason)``."""
        return joined_of(self.runtime.open_hosts)

    @property
    def settings(self) -> Settings:
        """Settings, read from the app's config at first use."""
        return self.runtime.settings

    @property
    def runtime(self) -> Runtime:
        """What the engine has for the app. Of use to tools and tests; it may change with any version."""
        return self._bound().runtime if self._runtime is None else self._runtime

    def _bound_or_none(self) -> Self | None:
        """The object of the current app, or of the newest one; None before `init_app`."""
        if self._runtime is not None:
            return self
        if has_app_context():
            current: Self | None = current_app.extensions.get("quart_live")
            if current is not None and current._declared is self:
                return current
        return self._newest()

    def _of_app(self) -> Self | None:
        """The object of the current app, if that is another one than this."""
        bound = self._bound_or_none()
        return None if bound is self else bound

    def _bound(self) -> Self:
        bound = self._bound_or_none()
        if bound is None:
            raise LiveViewError("call init_app first")
        return bound

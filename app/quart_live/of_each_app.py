"""What each app of a `QuartLive` has for itself, while one object serves them all.

The object that the program makes holds what was declared. `QuartLive.init_app` gives each app a copy of it,
with sockets, templates and tokens of its own; that copy is in ``app.extensions["quart_live"]``, and the
engine works with it. Asked for such things, the first object answers for the current app, or the newest one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from quart import Quart, current_app, has_app_context

from .errors import LiveViewError

if TYPE_CHECKING:
    from .channel.open_channels import OpenChannels
    from .diffs.templates import TemplateLibrary
    from .extension import QuartLive
    from .http.development import Reloader
    from .mailbox.dispatcher import Dispatcher
    from .protocol.tokens import Tokens
    from .pubsub import PubSub
    from .router import LiveRoutes
    from .settings import Settings
    from .socket.budgets import Budgets
    from .socket.limits import Recently
    from .socket.socket import LiveSocket
    from .socket.sweeper import Sweeper

OF_EACH_APP = frozenset(
    {
        *("sockets", "views", "open_channels", "dispatcher", "stopping", "told_to_reload", "routes"),
        *("templates", "tokens", "statics", "reloader", "warned_of", "budgets", "sweeper"),
    }
)


class OfEachApp:
    """The part of `QuartLive` that finds what an app has for itself."""

    sockets: set[LiveSocket]
    dispatcher: Dispatcher
    stopping: bool
    told_to_reload: Recently
    warned_of: Recently
    budgets: Budgets
    sweeper: Sweeper
    open_channels: OpenChannels
    routes: LiveRoutes
    templates: TemplateLibrary
    tokens: Tokens
    reloader: Reloader
    _settings: Settings | None
    _app: Quart | None
    _shared: QuartLive
    _pubsub: PubSub
    _newest: Callable[[], QuartLive | None]

    def _begin(self) -> None:
        """Be the object that holds what is declared."""
        first: QuartLive = self  # type: ignore[assignment]  # there is no other subclass
        self._app, self._shared, self._newest = None, first, lambda: None

    @property
    def pubsub(self) -> PubSub:
        """For broadcasts, also from outside a view: ``await live.pubsub.broadcast(topic, message)``."""
        return self._shared._pubsub

    @pubsub.setter
    def pubsub(self, pubsub: PubSub) -> None:
        self._shared._pubsub = pubsub

    def _bound_or_none(self) -> QuartLive | None:
        """What the current app has for itself, or the newest one; None before `init_app`."""
        if self._app is not None:
            bound: QuartLive = self  # type: ignore[assignment]
            return bound
        if has_app_context():
            current: QuartLive | None = current_app.extensions.get("quart_live")
            if current is not None and current._shared is self:
                return current
        return self._newest()

    def _bound(self) -> QuartLive:
        bound = self._bound_or_none()
        if bound is None:
            raise LiveViewError("call init_app first")
        return bound

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Asked for only where the object itself has no such attribute."""
            if name in OF_EACH_APP and "_shared" in self.__dict__:
                return getattr(self._bound(), name)
            raise AttributeError(f"QuartLive has no attribute {name!r}")

        def __setattr__(self, name: str, value: object) -> None:
            target = self._bound() if name in OF_EACH_APP and self._app is None else self
            object.__setattr__(target, name, value)

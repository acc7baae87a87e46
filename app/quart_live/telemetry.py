"""Telemetry: events of the engine and their durations, for handlers that an app attaches.

    @live.telemetry.attach("live_view.handle_event.stop", "live_view.*.exception")
    def note(name, measurements, metadata):
        print(name, type(metadata["view"]).__name__, measurements["duration"])

A handler is any plain callable; it is called at once, in the event loop, so it must be quick. One that raises
is logged and detached. `attach` without handler is a decorator; ``live.telemetry.detach(note)`` ends it.
Without handlers the engine measures nothing.

A span has three events, ``.start``, ``.stop`` and ``.exception``; the latter two measure ``duration`` in
seconds, ``.exception`` has ``error`` in its metadata. All events of a view have ``view`` (the `LiveView`),
``topic`` and ``connected`` in their metadata.

| event | measurements | more metadata |
|---|---|---|
| ``live_view.mount.*`` | ``duration`` | |
| ``live_view.handle_params.*`` | ``duration`` | ``uri`` |
| ``live_view.handle_event.*`` | ``duration`` | ``event``, its name |
| ``live_view.handle_info.*`` | ``duration`` | |
| ``live_view.render.*`` | ``duration`` of template and diff, without components | ``kind``: ``page``, ``join`` or ``diff`` |
| ``live_view.frame`` | ``bytes`` of a frame to the browser: a diff, a reply, … | |
| ``live_component.handle_event.*`` | ``duration`` | ``event``, ``component``, the `LiveComponent` |
| ``live_view.join.*`` | ``duration`` of check, mount and first diff; ``error`` is a `JoinRefused` if it was refused | no ``view`` yet |
| ``live_view.crash`` | | ``error`` |
| ``live_view.end`` | | ``reason``, as `terminate` gets it |
| ``live_socket.open`` | ``sockets`` open now | ``peer`` |
| ``live_socket.close`` | ``sockets``, ``duration`` it was open | ``peer`` |
| ``live_socket.refused`` | | ``reason``: ``origin``, ``version``, ``stopping`` or ``error`` |

Source of the names: Phoenix LiveView's ``guides/server/telemetry.md``.
"""  # noqa: E501

from __future__ import annotations

import fnmatch
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, Protocol, TypeAlias, TypeVar, overload

log = logging.getLogger("quart_live.telemetry")

Handler: TypeAlias = Callable[[str, Mapping[str, float], Mapping[str, Any]], object]
H = TypeVar("H", bound=Handler)


class Viewed(Protocol):
    """A view, as telemetry needs it; see `LiveView`."""

    connected: bool

    @property
    def topic(self) -> str:
        """The topic of its channel."""


class Telemetry:
    """The telemetry of one `QuartLive`: its attached handlers.

    Attributes:
        listening: whether there are handlers. Check this first where even making the metadata would cost.
    """

    __slots__ = ("_attached", "_handlers", "listening")

    def __init__(self) -> None:
        self._attached: list[tuple[str, Handler]] = []
        self._handlers: dict[str, tuple[Handler, ...]] = {}
        self.listening = False

    @overload
    def attach(self, name: str, handler: H, /) -> H: ...

    @overload
    def attach(self, *names: str) -> Callable[[H], H]: ...

    def attach(self, *arguments: Any) -> Any:
        """Attach a handler to events. A decorator, if only names are given.

        Args:
            arguments: the names of the events, with ``*`` as a wildcard, and the handler, which is called as
                ``handler(name, measurements, metadata)``.
        """
        if not callable(arguments[-1]):
            return lambda handler: self._attach(arguments, handler)
        return self._attach(arguments[:-1], arguments[-1])

    def detach(self, handler: Handler) -> None:
        """Detach a handler from all events."""
        self._attached = [(name, other) for name, other in self._attached if other != handler]
        self._changed()

    def emit(self, name: str, measurements: Mapping[str, float] | None = None, /, **metadata: Any) -> None:
        """Call the handlers of an event."""
        if not self.listening:
            return
        handlers = self._handlers.get(name)
        if handlers is None:
            found = dict.fromkeys(h for pattern, h in self._attached if fnmatch.fnmatchcase(name, pattern))
            handlers = self._handlers[name] = tuple(found)
        for handler in handlers:
            try:
                handler(name, measurements or {}, metadata)
            except BaseException:
                log.exception("A telemetry handler failed at %s and is detached", name)
                self.detach(handler)

    def span(self, name: str, /, **metadata: Any) -> Measured:
        """Return a ``with`` block that emits the start, and the stop or the exception, of some work."""
        return Span(self, name, metadata) if self.listening else NOTHING

    def view_span(self, name: str, view: Viewed, /, **metadata: Any) -> Measured:
        """Return a span of a view's callback."""
        if not self.listening:
            return NOTHING
        return Span(self, name, {**about(view), **metadata})

    def _attach(self, names: Iterable[str], handler: H) -> H:
        self._attached += [(name, handler) for name in names]
        self._changed()
        return handler

    def _changed(self) -> None:
        self._handlers = {}  # looked up again at the next event
        self.listening = bool(self._attached)


def about(view: Viewed) -> dict[str, Any]:
    """Return the metadata that all events of a view have."""
    return {"view": view, "topic": view.topic, "connected": view.connected}


NOBODY = Telemetry()
"""For views that are not connected to an app."""


class Span:
    """A ``with`` block whose duration is measured."""

    __slots__ = ("_began", "_measurements", "_metadata", "_name", "_telemetry")

    def __init__(self, telemetry: Telemetry, name: str, metadata: dict[str, Any]) -> None:
        self._telemetry, self._name, self._metadata = telemetry, name, metadata
        self._measurements: dict[str, float] = {}

    def __enter__(self) -> Span:
        self._telemetry.emit(f"{self._name}.start", **self._metadata)
        self._began = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._measurements["duration"] = time.perf_counter() - self._began
        if error is None:
            self._telemetry.emit(f"{self._name}.stop", self._measurements, **self._metadata)
        else:
            self._telemetry.emit(f"{self._name}.exception", self._measurements, **self._metadata, error=error)

    def note(self, **metadata: Any) -> None:
        """Add to the metadata of the stop or the exception."""
        self._metadata.update(metadata)


class _Nothing:
    """A span without handlers, which measures nothing."""

    __slots__ = ()

    def __enter__(self) -> _Nothing:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def note(self, **metadata: Any) -> None:
        """Do nothing."""


NOTHING = _Nothing()
Measured: TypeAlias = Span | _Nothing
"""The type of `Telemetry.span`'s result."""

"""Streams: long lists whose items only the browser keeps.

A list in an assign is kept on the server and compared at every change. A stream is not: an item is rendered,
sent and forgotten, so a conversation with ten thousand messages costs the server no more than an empty one.

    class RoomLive(LiveView):
        inline_template = '''
            <ul id="messages" phx-update="stream">
              {% for dom_id, message in streams.messages %}
              <li id="{{ dom_id }}">{{ message.text }}</li>
              {% endfor %}
            </ul>'''

        async def mount(self, params, session):
            await self.subscribe("room")
            self.stream("messages", await recent_messages())

        def handle_info(self, message):
            self.stream_insert("messages", message, limit=-50)

The container needs ``phx-update="stream"`` and an id, every item the id that the loop gives. To change an
item insert it again: it is updated where it stands. To move it, delete it and insert it in the same handler.
Since old items are not rendered again, an item should show only what is in the item itself, not other assigns
that change later. A stream within the items of a stream has to be in a live component, for the same reason.

Ported from Phoenix LiveView, ``lib/phoenix_live_view.ex`` (``stream/4`` and what follows it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import LiveViewError
from ..rendering import LiveStream, Streams
from .assigns import AssignState
from .state import DomId, HasState, ViewState


class StreamMethods(HasState):
    """The stream methods of views and components."""

    def stream(
        self,
        name: str,
        items: Iterable[Any],
        dom_id: DomId | None = None,
        *,
        at: int = -1,
        limit: int | None = None,
        reset: bool = False,
    ) -> None:
        """Begin a stream, or insert several items into it, one after the other.

        Args:
            name: the name of the stream, ``streams.<name>`` in templates.
            items: the items to insert. At a fixed position (``at=0``) they end up in reverse order, as they
                are inserted there one after the other.
            dom_id: the function from an item to its element id; by default ``<name>-<id>`` from the item's
                attribute (or key) ``id``. It counts when the stream begins.
            at: -1 for the end, 0 for the beginning, else the position.
            limit: the number of items that the browser keeps: the first ones, or with a negative number the
                last ones. The first page, plain HTML, shows all items that it is given.
            reset: whether to delete all earlier items first.

        Raises:
            LiveViewError: if an item has no id.
        """
        state = self._quart_live
        stream = state.assigns.streams.get(name)
        if stream is None:
            dom_id = dom_id or state.stream_dom_ids.get(name) or _default_dom_id(name)
            stream = _begin_stream(state, name, dom_id)
        if reset:
            stream.reset()
        for item in items:
            stream.insert(item, at, limit)
        state.assigns.changed.add("streams")

    def stream_configure(self, name: str, *, dom_id: DomId) -> None:
        """Set the function for the element ids of a stream, before it begins.

        Args:
            name: the name of the stream.
            dom_id: the function from an item to its element id.

        Raises:
            LiveViewError: if the stream has begun already.
        """
        state = self._quart_live
        if name in state.assigns.streams:
            raise LiveViewError(f"the stream {name!r} has begun already; call stream_configure before stream")
        state.stream_dom_ids = {**state.stream_dom_ids, name: dom_id}

    def stream_insert(
        self, name: str, item: Any, *, at: int = -1, limit: int | None = None, update_only: bool = False
    ) -> None:
        """Insert an item, or update it where it stands if it is there.

        Args:
            name: the stream.
            item: the item. It is not kept after the handler, but until then it must not be changed.
            at: -1 for the end, 0 for the beginning, else the position; an item that is there does not move.
            limit: the number of items that the browser keeps: the first, or if it is negative, the last ones.
            update_only: whether to do nothing if the item is not there.

        Raises:
            LiveViewError: if the stream has not begun, or the item has no id.
        """
        assigns = self._quart_live.assigns
        try:
            stream = assigns.streams[name]
        except KeyError:
            stream = _stream(assigns, name)  # raises the error that explains it
        stream.insert(item, at, limit, update_only)
        assigns.changed.add("streams")

    def stream_delete(self, name: str, item: Any) -> None:
        """Delete an item; any object with its id will do.

        Raises:
            LiveViewError: if the stream has not begun, or the item has no id.
        """
        stream = _stream(self._quart_live.assigns, name)
        self.stream_delete_by_dom_id(name, stream.dom_id(item))

    def stream_delete_by_dom_id(self, name: str, dom_id: str) -> None:
        """Delete an item by its element id.

        Raises:
            LiveViewError: if the stream has not begun.
        """
        assigns = self._quart_live.assigns
        _stream(assigns, name).delete(dom_id)
        assigns.changed.add("streams")


def _stream(assigns: AssignState, name: str) -> LiveStream:
    try:
        return assigns.streams[name]
    except KeyError:
        raise LiveViewError(
            f"there is no stream {name!r}; begin it in mount: self.stream({name!r}, […])"
        ) from None


def _begin_stream(state: ViewState, name: str, dom_id: DomId) -> LiveStream:
    assigns = state.assigns
    if not assigns.streams:
        shown = Streams()
        assigns.update({"streams": shown})
        assigns.streams = vars(shown)
    stream = LiveStream(f"{state.stream_prefix}{len(assigns.streams)}", dom_id)
    assigns.streams[name] = stream
    assigns.changed.add("streams")
    return stream


def _default_dom_id(name: str) -> DomId:
    prefix = f"{name}-"

    def dom_id(item: Any) -> str:
        try:
            return f"{prefix}{item['id'] if type(item) is dict else item.id}"
        except (AttributeError, KeyError):
            if isinstance(item, Mapping) and "id" in item:
                return f"{prefix}{item['id']}"
            raise LiveViewError(
                f"an item of the stream {name!r} has no id: {item!r}. Pass dom_id=… to self.stream, "
                "a function from an item to its element id"
            ) from None

    return dom_id

"""Streams: lists whose items the server forgets once they are sent.

A :class:`LiveStream` holds only what has happened to a list since the last render. The template goes through
the items to be sent now, ``{% for dom_id, message in streams.messages %}``; the browser keeps the others.
Assigned streams stand under the name ``streams``: a :class:`Streams`, or any mapping of names to streams;
:class:`~.renderer.Renderer` forgets their items after every render.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from typing import Any, NoReturn, Protocol, TypeAlias

from .errors import LiveTemplateError
from .keys import Parts, key_of
from .tree import Loop, SharedRow, Statics

STREAM_ADVICE = (
    "A stream has only the items to be sent now; it cannot count the others. Keep a count in an assign, and "
    "show an empty state by CSS: an element in the same container with the selector :only-child."
)

Insert: TypeAlias = "tuple[Any, int, int | None, bool]"
"""Item, position, limit, and whether it may only update."""


class RenderedItems(Protocol):
    """The items that other views have rendered; see :class:`~.sharing.SharedItems`."""

    def find(self, loop: StreamLoop, stream: LiveStream) -> list[tuple[str, Any]]:
        """Look for the items of a stream. Return those that have to be rendered, with their element ids."""

    def complete(self, loop: StreamLoop, keys: list[Hashable], found: Sequence[SharedRow | None]) -> None:
        """Merge the items found with those that were rendered."""


class LiveStream:
    """The pending inserts and deletes of one streamed list.

    Args:
        ref: the stream's name on the wire, unique within its view.
        dom_id: the function that returns the element id of an item.

    Attributes:
        inserts: the items to be sent, by element id.
        deletes: the element ids of the items to be deleted.
        emptied: whether all earlier items are to be deleted.
        shared: the items that other views have rendered; None outside of a shared render.
    """

    __slots__ = ("_begun", "_rendered", "_rest", "deletes", "dom_id", "emptied", "inserts", "ref", "shared")

    def __init__(self, ref: str, dom_id: Callable[[Any], str]) -> None:
        self.ref = ref
        self.dom_id = dom_id
        self.inserts: dict[str, Insert] = {}
        self.deletes: list[str] = []
        self.emptied = False
        self.shared: RenderedItems | None = None
        self._begun = False
        self._rest: list[tuple[str, Any]] = []
        self._rendered: list[StreamLoop] = []

    @property
    def pending(self) -> bool:
        """Whether there is something to send."""
        return bool(self.inserts or self.deletes or self.emptied)

    def insert(self, item: Any, at: int = -1, limit: int | None = None, update_only: bool = False) -> None:
        """Insert an item, or send it again if it is there.

        Args:
            item: the item.
            at: -1 for the end, 0 for the beginning, else the position.
            limit: afterwards keep the first `limit` items, the last ones if negative.
            update_only: whether an item that is not there is left out.
        """
        dom_id, inserts = self.dom_id(item), self.inserts
        if dom_id in inserts:
            del inserts[dom_id]  # the last one counts, at its place
        inserts[dom_id] = (item, at, limit, update_only)

    def delete(self, dom_id: str) -> None:
        """Delete an item by its element id."""
        self.inserts.pop(dom_id, None)
        if dom_id not in self.deletes:
            self.deletes.append(dom_id)

    def reset(self) -> None:
        """Delete every item that is not inserted after this call."""
        self.inserts.clear()
        self.deletes.clear()
        self.emptied = True

    def key(self, parts: Parts, around: Hashable) -> Hashable:
        """Return a key of all that is to be sent; see :func:`~.keys.key_of`.

        Args:
            parts: the ids of objects that are frozen by agreement.
            around: a key of all else that the items depend on; becomes part of the key.

        Raises:
            NoKeyError: if an item has no key.
        """
        if len(self.inserts) == 1 and not self.deletes and not self.emptied:  # nearly always
            [(dom_id, (item, at, limit, update_only))] = self.inserts.items()
            return (around, self.ref, dom_id, key_of(item, parts), at, limit, update_only)
        keys: list[Hashable] = [around, self.ref]
        for dom_id, (item, at, limit, update_only) in self.inserts.items():
            keys += (dom_id, key_of(item, parts), at, limit, update_only)
        if self.emptied or self.deletes:
            keys += (self.emptied, tuple(self.deletes))
        return tuple(keys)

    def settle(self) -> None:
        """Forget all that has been rendered, here and in the tree."""
        self.inserts.clear()
        if self.deletes or self.emptied:
            self.deletes.clear()
            self.emptied = False
        if self._rendered:
            for loop in self._rendered:
                loop.entries = []
                loop.changes = None
            self._rendered.clear()

    def render(self, statics: Statics) -> StreamLoop:
        """Begin the loop over the items to be sent."""
        loop = StreamLoop(statics, self.ref, self._wire() if self.pending else None)
        self._rendered.append(loop)
        self._begun = True
        is_shared = self.shared is not None and bool(self.inserts)
        self._rest = self.shared.find(loop, self) if is_shared and self.shared is not None else self.items()
        return loop

    def _wire(self) -> list[Any]:
        inserts = [
            [dom_id, at, limit, update_only]
            for dom_id, (_, at, limit, update_only) in reversed(self.inserts.items())
        ]
        reset = [True] if self.emptied else []  # the client looks only whether there is a fourth element
        return [self.ref, inserts, list(self.deletes), *reset]

    def items(self) -> list[tuple[str, Any]]:
        """Return the items to be sent, with their element ids."""
        return [(dom_id, insert[0]) for dom_id, insert in self.inserts.items()]

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        if not self._begun:  # by a filter, or in a loop that is rendered to one string
            raise LiveTemplateError(f"Loop over a stream with a plain 'for', no filter. {STREAM_ADVICE}")
        self._begun = False
        rest, self._rest = self._rest, []
        return iter(rest)

    def _refuse(self) -> NoReturn:
        raise LiveTemplateError(STREAM_ADVICE)

    def __len__(self) -> int:
        self._refuse()

    def __bool__(self) -> bool:
        self._refuse()


class Streams:
    """The streams of a view or component, as attributes and as items: ``streams.rows``, ``streams["rows"]``.

    A stream may have any name, also that of a method of dicts.
    """

    def __getattr__(self, name: str) -> LiveStream:
        if name.startswith("__"):  # asked for by Python and Jinja, not by a template
            raise AttributeError(name)
        known = ", ".join(sorted(vars(self))) or "none"
        raise LiveTemplateError(f"there is no stream {name!r}, only {known}; begin it with self.stream")

    def __getitem__(self, name: str) -> LiveStream:
        stream: LiveStream = getattr(self, name)
        return stream

    def __contains__(self, name: object) -> bool:
        return name in vars(self)

    def __repr__(self) -> str:
        return f"Streams({', '.join(vars(self))})"


def streams_among(assigns: Mapping[str, Any]) -> Collection[LiveStream]:
    """Return the streams that are assigned."""
    streams = assigns.get("streams")
    if type(streams) is Streams:
        return vars(streams).values()
    if isinstance(streams, Mapping):
        return [stream for stream in streams.values() if isinstance(stream, LiveStream)]
    return ()


class StreamLoop(Loop):
    """A rendered stream: all its entries are new, and none of them is kept after the render.

    Attributes:
        ref: the stream's name on the wire.
        changes: its inserts and deletes as sent; None if there are none.
        found: the items that other views have rendered, while the rest is rendered.
    """

    __slots__ = ("changes", "found", "ref")

    def __init__(self, statics: Statics, ref: str, changes: list[Any] | None) -> None:
        super().__init__(statics)
        self.ref = ref
        self.changes = changes
        self.found: tuple[RenderedItems, list[Hashable], list[SharedRow | None]] | None = None

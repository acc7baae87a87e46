"""Sharing the items of streams between views.

Whether an item may be shared is known when its template is compiled. A `StreamPlan` says for a loop over a
stream which other names its body reads; views in which these have equal values render equal items. A loop
has no plan if its body reads what no name tells: a clock, a volatile filter, a language, a live component.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..addresses import key_of_here
from .keys import NoKeyError, Parts, key_of
from .tree import Loop, Node, Statics

if TYPE_CHECKING:
    from .streams import LiveStream, StreamLoop

UNSHARED_NAMES = frozenset(
    {"_", "gettext", "ngettext", "pgettext", "npgettext", "live_component", "live_render"}
)
"""Pure as far as one view goes, but not the same for all: language, components, views in the view."""

MISSING = ("no such assign",)


class StreamPlan(NamedTuple):
    """A loop over a stream whose items views can share.

    Attributes:
        stream: the stream's name.
        names: what else the body reads.
        place: where the loop is in the template's root node; None inside branches.
    """

    stream: str
    names: tuple[str, ...]
    place: int | None


class SharedStream(NamedTuple):
    """A loop over a stream that is always shown, in the whole of a template and what it includes.

    Attributes:
        stream: the stream's name.
        names: what else the body reads.
        path: where the loop is: indices from the root node on.
        statics: of the loop.
    """

    stream: str
    names: tuple[str, ...]
    path: tuple[int, ...]
    statics: Statics


def shown_loop(tree: Node, shared: SharedStream) -> bool:
    """Whether the loop of a stream is in a tree, so that the browser has what is around its items."""
    part: Any = tree
    for index in shared.path:
        if type(part) is not list or index >= len(part):
            return False
        part = part[index]
    return isinstance(part, Loop) and part.statics is shared.statics


def names_key(names: tuple[str, ...], assigns: Mapping[str, Any]) -> Hashable:
    """The key of what the body of a loop reads besides the item.

    Raises:
        NoKeyError: the views cannot be compared.
    """
    key: list[Hashable] = [key_of(assigns.get(name, MISSING)) for name in names]
    key.append(key_of_here())  # ``url_for`` may be among the names, or called by an imported macro
    return tuple(key)


class SharedRow(Node):
    """An entry of a stream that several views send; its JSON is made once.

    Attributes:
        json: filled in by :mod:`.diff`.
    """

    __slots__ = ("json",)

    def __init__(self, row: Node) -> None:
        super().__init__(row)
        self.json: Any = None


class RowCache(Protocol):
    """Where rendered items are kept for other views."""

    @property
    def rows(self) -> dict[Hashable, SharedRow]:
        """The items, by what they depend on."""

    @property
    def parts(self) -> Parts:
        """Objects that belong to the message, and may be compared by identity."""


class SharedItems:
    """The items that one view takes from a cache, or gives to it, while it renders.

    Args:
        cache: the cache.
        plans: of the view's template.
        assigns: of the view.
    """

    __slots__ = ("_assigns", "_cache", "_missed", "_plans")

    def __init__(
        self, cache: RowCache, plans: Mapping[Statics, StreamPlan], assigns: Mapping[str, Any]
    ) -> None:
        self._cache = cache
        self._plans = plans
        self._assigns = assigns
        self._missed: list[tuple[list[Hashable], StreamLoop]] = []

    def fill(self, loop: StreamLoop, stream: LiveStream) -> bool:
        """Put the items of a stream into its loop if all of them are at hand."""
        plan = self._plans.get(loop.statics)
        if plan is None:
            return False
        parts = self._cache.parts
        try:
            around = (loop.statics, names_key(plan.names, self._assigns))
            keys: list[Hashable] = [
                (around, dom_id, key_of(insert[0], parts)) for dom_id, insert in stream.inserts.items()
            ]
        except NoKeyError:
            return False
        rows = self._cache.rows
        found = [row for key in keys if (row := rows.get(key)) is not None]
        if len(found) < len(keys):
            self._missed.append((keys, loop))
            return False
        loop.entries = list(found)
        return True

    def keep(self) -> None:
        """Give what had to be rendered to the cache."""
        for keys, loop in self._missed:
            if len(keys) == len(loop.entries) and not _has_component(loop):
                rows = [SharedRow(row) for row in loop.entries]
                loop.entries = list[Node](rows)
                self._cache.rows.update(zip(keys, rows, strict=True))


def _has_component(dynamic: Any) -> bool:
    """Whether there is the number of a live component in it, which means something in one view only."""
    if isinstance(dynamic, int):
        return True
    inner: Iterable[Any] = ()
    if isinstance(dynamic, Loop):
        inner = (value for row in dynamic.entries for value in row[1:])
    elif isinstance(dynamic, list):
        inner = dynamic[1:]
    return any(_has_component(value) for value in inner)

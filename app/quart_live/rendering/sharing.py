"""Sharing the items of streams between views.

Whether an item may be shared is known when its template is compiled. A `StreamPlan` says for a loop over a
stream which other names its body reads; views in which these have equal values render equal items. A loop
has no plan if its body depends on more than names: a clock, a volatile filter, a language, a live component.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..addresses import key_of_here
from .keys import NoKeyError, Parts, key_of
from .tree import Loop, Node, SharedRow, Statics

if TYPE_CHECKING:
    from .streams import LiveStream, StreamLoop

UNSHARED_NAMES = frozenset(
    {"_", "gettext", "ngettext", "pgettext", "npgettext", "live_component", "live_render"}
)
"""Functions that are pure within one view, but differ between views: language, components, nested views."""

MISSING = ("no such assign",)


class StreamPlan(NamedTuple):
    """A loop over a stream whose items views can share.

    Attributes:
        stream: the stream's name.
        names: the other names that the body reads.
        place: the index of the loop in the template's root node; None inside branches.
    """

    stream: str
    names: tuple[str, ...]
    place: int | None


class SharedStream(NamedTuple):
    """A loop over a stream that is always shown, in a template or in what it includes.

    Attributes:
        stream: the stream's name.
        names: the other names that the body reads.
        path: the indices that lead from the root node to the loop.
        statics: the statics of the loop.
    """

    stream: str
    names: tuple[str, ...]
    path: tuple[int, ...]
    statics: Statics


def shown_loop(tree: Node, shared: SharedStream) -> bool:
    """Return whether the loop of a stream is in a tree, so that the browser has the page around its items."""
    part: Any = tree
    for index in shared.path:
        if type(part) is not list or index >= len(part):
            return False
        part = part[index]
    return isinstance(part, Loop) and part.statics is shared.statics


def names_key(names: tuple[str, ...], assigns: Mapping[str, Any]) -> Hashable:
    """Return the key of all that the body of a loop reads besides the item.

    Raises:
        NoKeyError: if one of the values has no key.
    """
    key: list[Hashable] = [key_of(assigns.get(name, MISSING)) for name in names]
    key.append(key_of_here())  # ``url_for`` may be among the names, or called by an imported macro
    return tuple(key)


class RowCache(Protocol):
    """A cache of rendered items, for other views."""

    @property
    def rows(self) -> dict[Hashable, SharedRow]:
        """The rendered items by their keys."""

    @property
    def parts(self) -> Parts:
        """The ids of objects of the message, which may be compared by identity."""


class SharedItems:
    """The items that one view takes from a cache, or adds to it, while it renders.

    Args:
        cache: the cache.
        plans: the plans of the view's template.
        assigns: the assigns of the view.
    """

    __slots__ = ("_assigns", "_cache", "_plans")

    def __init__(
        self, cache: RowCache, plans: Mapping[Statics, StreamPlan], assigns: Mapping[str, Any]
    ) -> None:
        self._cache = cache
        self._plans = plans
        self._assigns = assigns

    def find(self, loop: StreamLoop, stream: LiveStream) -> list[tuple[str, Any]]:
        """Look for the items of a stream. Return those that have to be rendered, with their element ids.

        Call `complete` when they are in the loop.
        """
        plan = self._plans.get(loop.statics)
        if plan is None:
            return stream.items()
        parts = self._cache.parts
        try:
            around = (loop.statics, names_key(plan.names, self._assigns))
            keys: list[Hashable] = [
                (around, dom_id, key_of(insert[0], parts)) for dom_id, insert in stream.inserts.items()
            ]
        except NoKeyError:
            return stream.items()
        rows = self._cache.rows
        found = [rows.get(key) for key in keys]
        if None not in found:
            loop.entries = list[Node](row for row in found if row is not None)
            return []
        loop.found = (self, keys, found)
        return [item for item, row in zip(stream.items(), found, strict=True) if row is None]

    def complete(self, loop: StreamLoop, keys: list[Hashable], found: Sequence[SharedRow | None]) -> None:
        """Merge the items found with those that were rendered, and add the latter to the cache."""
        missed = [key for key, row in zip(keys, found, strict=True) if row is None]
        if len(missed) != len(loop.entries):  # the body only sets things
            return
        rendered: Iterable[Node] = loop.entries
        if not _has_component(loop):
            shared = [SharedRow(row) for row in loop.entries]
            self._cache.rows.update(zip(missed, shared, strict=True))
            rendered = shared
        following = iter(rendered)
        loop.entries = [next(following) if row is None else row for row in found]


def _has_component(dynamic: Any) -> bool:
    """Return whether it has the cid of a live component, which has a meaning in one view only."""
    if isinstance(dynamic, int):
        return True
    rows: Sequence[Node] = ()
    if isinstance(dynamic, Loop):
        rows = dynamic.entries
    elif isinstance(dynamic, list):
        rows = [dynamic]
    for row in rows:
        for value in row[1:]:  # not `any`: a generator costs twice that
            if not isinstance(value, str) and _has_component(value):
                return True
    return False

"""The components of a view, by cid and by class and id, and the rules by which they disappear.

Components disappear when the *browser* says so. Its two messages, and what may happen between them, are

1. ``cids_will_destroy``: their elements have gone. They are marked.
2. A rendering places one of them again: the mark is taken away, and since the browser has forgotten the
   trees of it and of the components in it, all of that is rendered in full.
3. ``cids_destroyed``: those still marked are forgotten, with all inside them. The same class and id is a new
   component from now on.

Source of these rules: phoenix_live_view, ``lib/phoenix_live_view/diff.ex`` and ``view.ts``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from .component import LiveComponent, attach
from .placed import Placed

if TYPE_CHECKING:
    from ..view.state import ViewState

ComponentClass = type[LiveComponent]


class ComponentTable:
    """The components of one view and join. Cids count up from 1 and are never used again.

    Args:
        view: the view's record.
    """

    def __init__(self, view: ViewState) -> None:
        self._view = view
        self._by_cid: dict[int, Placed] = {}
        self._by_key: dict[tuple[ComponentClass, Any], Placed] = {}
        self._last_cid = 0

    def __len__(self) -> int:
        return len(self._by_cid)

    def __contains__(self, cid: object) -> bool:
        return cid in self._by_cid

    def __iter__(self) -> Iterator[Placed]:
        return iter(self._by_cid.values())

    def at(self, cid: int) -> Placed | None:
        """Return the component with a cid, or None."""
        return self._by_cid.get(cid)

    def find(self, kind: ComponentClass, id: Any) -> Placed | None:
        """Return the component of a class with an id, or None."""
        return self._by_key.get((kind, id))

    def add(self, kind: ComponentClass, id: Any) -> Placed:
        """Add a new component, which is not mounted yet."""
        self._last_cid += 1
        placed = Placed(self._last_cid, kind())
        attach(placed.component, self._view, placed.cid, id)
        self._by_cid[placed.cid] = self._by_key[(kind, id)] = placed
        return placed

    def will_destroy(self, cids: Iterable[int]) -> None:
        """Mark components of which the browser has no elements any more."""
        for cid in cids:
            if placed := self._by_cid.get(cid):
                placed.marked = True

    def destroyed(self, cids: Iterable[int]) -> list[int]:
        """Forget marked components, as the browser confirms that they are gone. Return their cids.

        Those inside them go with them, also those that are not marked any more or were never in the page, as
        the outer ones were rendered once more between the two messages. Unknown cids are returned too.
        """
        gone: list[int] = []
        for cid in cids:
            placed = self._by_cid.get(cid)
            if placed is None:
                gone.append(cid)
            elif placed.marked:
                self._forget(placed, gone)
        return list(dict.fromkeys(gone))

    def _forget(self, placed: Placed, gone: list[int]) -> None:
        placed.stand_in(None)
        if (tasks := self._view.host.tasks) is not None:
            tasks.cancel_of(placed.component)
        if (uploads := self._view.host.uploads) is not None:
            uploads.release(placed.component)
        del self._by_cid[placed.cid]
        del self._by_key[(type(placed.component), placed.component.id)]
        gone.append(placed.cid)
        for inner in tuple(placed.inside):
            self._forget(inner, gone)

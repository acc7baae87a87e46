"""What is kept of one mounted view: restored before `mount`, written when it has changed.

A `ViewStash` compares the JSON text of each declared assign with what was last kept, so nothing is written
twice. What goes to the browser rides in the handler's own reply; what goes to a store on the server is
written by a task of its own (``store_writer.py``).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from .codec import CODEC, NotStashableError
from .declaration import BROWSER, Scope
from .join_params import JoinParams, slot
from .location import StashLocation
from .restore import Restored, restore
from .status import StashStatus, overall
from .store_writer import StoreWriter

if TYPE_CHECKING:
    from ..view.state import ViewState

log = logging.getLogger("quart_live.stash")

EVENT = "quart_live:stash"


class ViewStash:
    """Keeps the assigns of one view or component.

    Args:
        location: where they are kept.
        found: what was restored.
        keeps: whether changes are kept; not in the first render.
        element_id: id of a view's element; none for components.

    Attributes:
        values: what was restored.
        statuses: what became of each scope.
    """

    def __init__(
        self, location: StashLocation, found: Restored, *, keeps: bool = True, element_id: str = ""
    ) -> None:
        self.values: Mapping[str, Any] = found.values
        self.statuses: Mapping[Scope, StashStatus] = found.statuses
        self._location = location
        self._keeps = keeps
        self._element_id = element_id
        self._last = found.texts  # JSON text as last kept; None if it could not be
        self._rewrite = found.rewrite
        self._drop = found.drop
        self._cleared: set[str] = set()
        self._complained: set[str] = set()
        self._begun = False
        self._writer = StoreWriter(location.stashes, location.key)
        if keeps:
            for kept, owner, name in found.forget:
                self._writer.write(location.store_of(kept), owner, kept.max_age, name, None)

    @classmethod
    async def open(
        cls, location: StashLocation, params: JoinParams, *, keeps: bool, element_id: str = ""
    ) -> ViewStash:
        """Restore what there is, and return the stash; never raises an `Exception`."""
        return cls(location, await restore(location, params), keeps=keeps, element_id=element_id)

    @property
    def status(self) -> StashStatus:
        """The word for all scopes together."""
        return overall(self.statuses.values())

    def note(self, state: ViewState, changed: Collection[str]) -> None:
        """Keep what has changed. The first time, after mount, what was not restored is a default: not kept.

        Args:
            state: of the view or component, which pushes what goes to the browser.
            changed: names that were assigned since the last time.
        """
        values = state.assigns.values
        message: dict[str, Any] = {} if self._begun else self._begin(values)
        put: dict[str, str] = {}
        for name in self._location.stash.assigns.keys() & set(changed) | self._rewrite:
            if name not in values:
                continue
            text = self._text(name, values[name])
            is_same = name in self._last and self._last[name] == text and name not in self._rewrite
            self._last[name] = text
            if not is_same and name not in self._cleared:
                self._keep(name, text, put)
        if put:
            message["put"] = put
        if self._drop:
            message["drop"] = sorted(self._drop)
        if message:
            state.of_view.push_event(EVENT, message)
        self._rewrite, self._cleared, self._drop = set(), set(), set()

    def waits(self, changed: Collection[str]) -> bool:
        """Whether `note` would have anything to do."""
        nothing = self._location.stash.assigns.keys().isdisjoint(changed)
        return not nothing or bool(self._drop or self._rewrite or self._cleared)

    def clear(self, names: Collection[str]) -> None:
        """Forget what is kept.

        Args:
            names: of assigns; all if empty.
        """
        for name in names or self._location.stash.assigns:
            self._cleared.add(name)
            self._put(name, None)

    async def written(self) -> None:
        """Return when nothing waits to be written any more."""
        await self._writer.written()

    # -- in detail -----------------------------------------------------------------------------------------

    def _begin(self, values: Mapping[str, Any]) -> dict[str, Any]:
        self._begun = True
        stash = self._location.stash
        for name in stash.assigns.keys() - self._last.keys() - self._rewrite:
            if name in values:
                self._last[name] = self._text(name, values[name])
        in_browser = any(self._location.store_of(kept) == BROWSER for kept in stash.assigns.values())
        return {"bind": [self._element_id, self._location.key]} if self._element_id and in_browser else {}

    def _keep(self, name: str, text: str | None, put: dict[str, str]) -> None:
        kept = self._location.stash.assigns[name]
        owner = self._location.owner(kept)
        if owner is None:
            return
        seal = self._location.seal(name, kept, owner, text) if text is not None else None
        if self._location.store_of(kept) == BROWSER and seal is not None:
            put[slot(kept.scope, self._location.key, name)] = seal
        else:
            self._put(name, seal)

    def _put(self, name: str, seal: str | None) -> None:
        """Write to a store on the server; delete there or in the browser."""
        kept = self._location.stash.assigns[name]
        store, owner = self._location.store_of(kept), self._location.owner(kept)
        if store == BROWSER:
            self._drop.add(slot(kept.scope, self._location.key, name))
        elif owner is not None and self._keeps:
            self._writer.write(store, owner, kept.max_age, name, seal)

    def _text(self, name: str, value: object) -> str | None:
        """JSON text of a value, or ``None`` if it cannot be kept; the log says why, once."""
        limit = self._location.stash.max_bytes
        try:
            text = CODEC.encode(value)
        except NotStashableError as error:
            why = f"it {error}"
        else:
            if len(text) <= limit:
                return text
            why = f"{len(text)} bytes are more than max_bytes={limit}; keep less, or raise the limit"
        if name not in self._complained:
            self._complained.add(name)
            log.error("%s of %s is not kept: %s", name, self._location.key, why)
        return None

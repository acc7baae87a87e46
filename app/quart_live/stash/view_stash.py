"""The stash of one mounted view or component: restored before `mount`, written when it has changed.

A `ViewStash` compares the JSON text of each declared assign with the text that was kept last, so no value is
written twice. Values for the browser go with the handler's own reply; those for a store on the server are
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
    """The stash of one view or component.

    Args:
        location: the place of its values.
        found: the result of restoring.
        keeps: whether changes are kept; not in the first render.
        element_id: the id of a view's element; empty for components.

    Attributes:
        values: the restored values.
        statuses: the outcome for each scope.
    """

    def __init__(
        self, location: StashLocation, found: Restored, *, keeps: bool = True, element_id: str = ""
    ) -> None:
        self.values: Mapping[str, Any] = found.values
        self.statuses: Mapping[Scope, StashStatus] = found.statuses
        self._location = location
        self._keeps = keeps
        self._element_id = element_id
        self._last = found.texts  # JSON text of each value as kept last; None if it could not be kept
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
        """Restore the values, and return the stash. Never raises an `Exception`."""
        return cls(location, await restore(location, params), keeps=keeps, element_id=element_id)

    @property
    def status(self) -> StashStatus:
        """The outcome for all scopes together."""
        return overall(self.statuses.values())

    def note(self, state: ViewState, changed: Collection[str]) -> None:
        """Keep the values that have changed. After mount, those not restored are defaults, and not kept.

        Args:
            state: the record of the view or component, which pushes the event for the browser.
            changed: the names that were assigned since the last time.
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
        """Return whether `note` would have anything to do."""
        nothing = self._location.stash.assigns.keys().isdisjoint(changed)
        return not nothing or bool(self._drop or self._rewrite or self._cleared)

    def clear(self, names: Collection[str]) -> None:
        """Delete stashed values.

        Args:
            names: the names of the assigns; all if empty.
        """
        for name in names or self._location.stash.assigns:
            self._cleared.add(name)
            self._put(name, None)

    async def written(self) -> None:
        """Wait until all changes are written."""
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
        """Write a value to a store on the server, or delete it there or in the browser."""
        kept = self._location.stash.assigns[name]
        store, owner = self._location.store_of(kept), self._location.owner(kept)
        if store == BROWSER:
            self._drop.add(slot(kept.scope, self._location.key, name))
        elif owner is not None and self._keeps:
            self._writer.write(store, owner, kept.max_age, name, seal)

    def _text(self, name: str, value: object) -> str | None:
        """Return the JSON text of a value; None if it cannot be kept, which is logged once."""
        limit = self._location.stash.max_bytes
        try:
            text = CODEC.encode(value)
        except NotStashableError as error:
            why = f"it {error}"
        else:
            if len(text) <= limit:
                return text
            why = f"{len(text)} bytes are more than max_bytes={limit}; keep less, or raise max_bytes"
        if name not in self._complained:
            self._complained.add(name)
            log.error("%s of %s is not kept: %s", name, self._location.key, why)
        return None

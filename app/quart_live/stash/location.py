"""A `StashLocation`: all that is needed to find, and to open, what is kept of one view or component."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from .declaration import BROWSER, Kept, Scope, Stash
from .identity import Identity
from .seal import Place

if TYPE_CHECKING:
    from .seal import Seals
    from .stores import StashStore


class Stores(Protocol):
    """Stores and keys; see `Stashes`."""

    @property
    def seals(self) -> Seals:
        """Makes and opens what is kept."""

    @property
    def first_added(self) -> str:
        """Name of the store for the user scope where the declaration names none."""

    @property
    def who_is(self) -> Callable[[Mapping[str, Any]], object]:
        """Tells the user's id from a session."""

    def store(self, name: str, /) -> StashStore:
        """A store by its name."""


@dataclass(frozen=True, slots=True)
class StashLocation:
    """Where one view's values are.

    Attributes:
        stashes: stores and keys.
        stash: the declaration.
        key: of the view: class, and which one if the page has several; see `join_params.view_key`.
        identity: who looks at it.
    """

    stashes: Stores
    stash: Stash
    key: str
    identity: Identity

    def store_of(self, kept: Kept) -> str:
        """The store that a declaration means."""
        if kept.store is not None:
            return kept.store
        return self.stashes.first_added if kept.scope == "user" else BROWSER

    def stores(self, scope: Scope) -> list[str]:
        """The stores on the server that a scope uses."""
        used = {self.store_of(kept) for kept in self.stash.assigns.values() if kept.scope == scope}
        return sorted(used - {BROWSER})

    def owner(self, kept: Kept) -> str | None:
        """Whose value it is; ``None`` if there is nobody to keep it for."""
        if self.store_of(kept) == BROWSER:
            return self.identity.holder(kept.scope)
        return self.identity.owner(kept.scope)

    def declared(self, name: str, scope: Scope, store: str) -> Kept | None:
        """The declaration for something that was found; ``None`` if it is of no use any more.

        A migration gets to see names, too, that are not declared now. How they were kept can only be guessed:
        like others of the same scope and store.
        """
        kept = self.stash.assigns.get(name)
        if kept is None and self.stash.migrate is not None:
            same = (kept for kept in self.stash.assigns.values() if self._is_at(kept, scope, store))
            kept = next(same, None)
        return kept if kept is not None and self._is_at(kept, scope, store) else None

    def _is_at(self, kept: Kept, scope: Scope, store: str) -> bool:
        return kept.scope == scope and self.store_of(kept) == store

    def open(self, name: str, kept: Kept, owner: str, seal: str) -> tuple[int, str] | None:
        """Version and JSON text of what is in a seal; ``None`` if it is not one for this place."""
        place = Place(kept.scope, owner, self.key, name)
        opened = self.stashes.seals.open(place, seal, kept.max_age, encrypted=kept.encrypt)
        return (opened.version, opened.text) if opened is not None else None

    def seal(self, name: str, kept: Kept, owner: str, text: str) -> str:
        """Seal a value's JSON text."""
        place = Place(kept.scope, owner, self.key, name)
        return self.stashes.seals.seal(place, self.stash.version, text, encrypt=kept.encrypt)

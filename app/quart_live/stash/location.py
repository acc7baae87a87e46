"""`StashLocation`: the place of one view's or component's values: stores, keys, owners and seals."""

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
    """The stores and the seals of an app; see `Stashes`."""

    @property
    def seals(self) -> Seals:
        """The maker and opener of seals."""

    @property
    def first_added(self) -> str:
        """The name of the store for the user scope where the declaration names none."""

    @property
    def who_is(self) -> Callable[[Mapping[str, Any]], object]:
        """The function that returns the user's id of a session."""

    def store(self, name: str, /) -> StashStore:
        """Return a store by its name.

        Raises:
            LiveViewError: if there is none.
        """


@dataclass(frozen=True, slots=True)
class StashLocation:
    """The place of one view's values.

    Attributes:
        stashes: the stores and the seals.
        stash: the declaration.
        key: the key of the view; see `join_params.view_key`.
        identity: the identity of its user.
    """

    stashes: Stores
    stash: Stash
    key: str
    identity: Identity

    def store_of(self, kept: Kept) -> str:
        """Return the name of an assign's store."""
        if kept.store is not None:
            return kept.store
        return self.stashes.first_added if kept.scope == "user" else BROWSER

    def stores(self, scope: Scope) -> list[str]:
        """Return the names of the stores on the server that a scope uses."""
        used = {self.store_of(kept) for kept in self.stash.assigns.values() if kept.scope == scope}
        return sorted(used - {BROWSER})

    def owner(self, kept: Kept) -> str | None:
        """Return the owner of an assign's value; None if there is none, so that it is not kept."""
        if self.store_of(kept) == BROWSER:
            return self.identity.holder(kept.scope)
        return self.identity.owner(kept.scope)

    def declared(self, name: str, scope: Scope, store: str) -> Kept | None:
        """Return the declaration for a value that was found; None if it is not declared any more.

        A migration also gets names that are not declared now. Their declaration can only be guessed: it is
        taken to be that of another assign of the same scope and store.
        """
        kept = self.stash.assigns.get(name)
        if kept is None and self.stash.migrate is not None:
            same = (kept for kept in self.stash.assigns.values() if self._is_at(kept, scope, store))
            kept = next(same, None)
        return kept if kept is not None and self._is_at(kept, scope, store) else None

    def _is_at(self, kept: Kept, scope: Scope, store: str) -> bool:
        return kept.scope == scope and self.store_of(kept) == store

    def open(self, name: str, kept: Kept, owner: str, seal: str) -> tuple[int, str] | None:
        """Return version and JSON text of a sealed value; None if the seal is not valid for this place."""
        place = Place(kept.scope, owner, self.key, name)
        opened = self.stashes.seals.open(place, seal, kept.max_age, encrypted=kept.encrypt)
        return (opened.version, opened.text) if opened is not None else None

    def seal(self, name: str, kept: Kept, owner: str, text: str) -> str:
        """Return the seal of a value's JSON text."""
        place = Place(kept.scope, owner, self.key, name)
        return self.stashes.seals.seal(place, self.stash.version, text, encrypt=kept.encrypt)

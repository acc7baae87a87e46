"""The stash methods of views and components: two properties and one method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import LiveViewError
from ..view.state import HasState, ViewState, state_of
from .status import StashStatus
from .view_stash import ViewStash

if TYPE_CHECKING:
    from .declaration import Scope, Stash


_declared: list[Stash] = []


def any_has_stash() -> bool:
    """Return whether any view or component of this process declares a stash."""
    return bool(_declared)


class StashMethods(HasState):
    """The stash methods of views and components.

    Class attributes:
        stash: the declaration of the assigns that survive; see `Stash`.
    """

    stash: ClassVar[Stash | None] = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.stash is not None and not _declared:
            _declared.append(cls.stash)

    @property
    def stash_status(self) -> StashStatus:
        """The outcome of restoring the stash: ``new``, ``recovered``, ``not found`` or ``invalid``."""
        view_stash = _view_stash(self)
        return view_stash.status if view_stash is not None else StashStatus.NEW

    @property
    def stash_statuses(self) -> Mapping[Scope, StashStatus]:
        """The outcome for each scope that the declaration uses."""
        view_stash = _view_stash(self)
        return view_stash.statuses if view_stash is not None else {}

    def clear_stash(self, *names: str) -> None:
        """Delete the stashed values of these assigns, or of all. The assigns themselves stay as they are.

        Values that this handler has assigned are not kept either; those of later handlers are again. In
        `mount`, the next value of a cleared assign is no default, but counts.

        Args:
            names: the names of the assigns; all if there are none.

        Raises:
            LiveViewError: if an assign is not in the declaration.
        """
        if self.stash is None or not set(names) <= self.stash.assigns.keys():
            wrong = ", ".join(names) or "nothing"
            raise LiveViewError(
                f"{type(self).__name__} cannot clear {wrong}; its stash declares {self.stash!r}"
            )
        view_stash, restored = _view_stash(self), self._quart_live.restored
        if view_stash is not None:
            view_stash.clear(names)
        if restored is not None:
            restored -= set(names or self.stash.assigns)


def _view_stash(target: HasState) -> ViewStash | None:
    view_stash = state_of(target).stash
    assert view_stash is None or isinstance(view_stash, ViewStash)
    return view_stash


def keep_with(state: ViewState, view_stash: ViewStash) -> None:
    """Put restored values into the assigns before `mount`, and keep changes from now on."""
    state.stash = view_stash
    state.restored = set(view_stash.values)
    state.assigns.update(view_stash.values)


def without_defaults(restored: set[str], values: dict[str, Any]) -> dict[str, Any]:
    """Return the values that `mount` assigns without the defaults of restored assigns: the first of each.

    Args:
        restored: the names whose default is still to come; those that have come are removed from it.
        values: the values that are assigned.
    """
    defaults = restored & values.keys()
    restored -= defaults
    return {name: value for name, value in values.items() if name not in defaults}

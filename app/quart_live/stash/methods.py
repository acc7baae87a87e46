"""What a view or component has of its stash: two properties and one method."""

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
    """Whether any view or component of this process declares a stash."""
    return bool(_declared)


class StashMethods(HasState):
    """Base of views and components.

    Class attributes:
        stash: which assigns survive; see `Stash`.
    """

    stash: ClassVar[Stash | None] = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.stash is not None and not _declared:
            _declared.append(cls.stash)

    @property
    def stash_status(self) -> StashStatus:
        """What became of the stash: ``new``, ``recovered``, ``not found`` or ``invalid``."""
        view_stash = _keeper(self)
        return view_stash.status if view_stash is not None else StashStatus.NEW

    @property
    def stash_statuses(self) -> Mapping[Scope, StashStatus]:
        """The same for each scope that the declaration uses."""
        view_stash = _keeper(self)
        return view_stash.statuses if view_stash is not None else {}

    def clear_stash(self, *names: str) -> None:
        """Forget what is kept of these assigns, or of all. The assigns themselves stay as they are.

        What this handler has assigned is not kept either; what later ones assign is again. In `mount`, an
        assign cleared so is set like any other.

        Raises:
            LiveViewError: if an assign is not in the declaration.
        """
        if self.stash is None or not set(names) <= self.stash.assigns.keys():
            wrong = ", ".join(names) or "nothing"
            raise LiveViewError(f"{type(self).__name__} cannot clear {wrong}: its stash is {self.stash!r}")
        view_stash, restored = _keeper(self), self._quart_live.restored
        if view_stash is not None:
            view_stash.clear(names)
        if restored is not None:
            restored -= set(names or self.stash.assigns)


def _keeper(target: HasState) -> ViewStash | None:
    view_stash = state_of(target).stash
    assert view_stash is None or isinstance(view_stash, ViewStash)
    return view_stash


def keep_with(state: ViewState, view_stash: ViewStash) -> None:
    """Before `mount`: put in what was restored, and keep from now on."""
    state.stash = view_stash
    state.restored = set(view_stash.values)
    state.assigns.update(view_stash.values)


def without_defaults(restored: set[str], values: dict[str, Any]) -> dict[str, Any]:
    """Of what `mount` assigns, leave out the defaults of what was restored: the first value of each.

    Args:
        restored: the names whose default is still to come; those that have come are taken out.
        values: what is assigned.
    """
    defaults = restored & values.keys()
    restored -= defaults
    return {name: value for name, value in values.items() if name not in defaults}

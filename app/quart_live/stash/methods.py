"""What a view or component has of its stash: two properties and one method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import LiveViewError
from ..view.state import HasState, ViewState, state_of
from .keeper import Keeper
from .status import StashStatus

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
        keeper = _keeper(self)
        return keeper.status if keeper is not None else StashStatus.NEW

    @property
    def stash_statuses(self) -> Mapping[Scope, StashStatus]:
        """The same for each scope that the declaration uses."""
        keeper = _keeper(self)
        return keeper.statuses if keeper is not None else {}

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
        keeper, restored = _keeper(self), self._quart_live.restored
        if keeper is not None:
            keeper.clear(names)
        if restored is not None:
            restored -= set(names or self.stash.assigns)


def _keeper(target: HasState) -> Keeper | None:
    keeper = state_of(target).stash
    assert keeper is None or isinstance(keeper, Keeper)
    return keeper


def keep_with(state: ViewState, keeper: Keeper) -> None:
    """Before `mount`: put in what was restored, and keep from now on."""
    state.stash = keeper
    state.restored = set(keeper.values)
    state.assigns.update(keeper.values)


def without_defaults(restored: set[str], values: dict[str, Any]) -> dict[str, Any]:
    """Of what `mount` assigns, leave out the defaults of what was restored: the first value of each.

    Args:
        restored: the names whose default is still to come; those that have come are taken out.
        values: what is assigned.
    """
    defaults = restored & values.keys()
    restored -= defaults
    return {name: value for name, value in values.items() if name not in defaults}

"""What a view or component has of its stash: two properties and one method."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import LiveViewError
from .status import StashStatus

if TYPE_CHECKING:
    from ..view.assigns import AssignState
    from .declaration import Scope, Stash
    from .keeper import Keeper


_declared: list[Stash] = []


def any_has_stash() -> bool:
    """Whether any view or component of this process declares a stash."""
    return bool(_declared)


class StashMethods:
    """Base of views and components.

    Class attributes:
        stash: which assigns survive; see `Stash`.
    """

    stash: ClassVar[Stash | None] = None

    _assigns: AssignState
    _keeper: Keeper | None = None
    _gives_way: set[str] | None = None  # restored names whose default is still to come

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.stash is not None and not _declared:
            _declared.append(cls.stash)

    @property
    def stash_status(self) -> StashStatus:
        """What became of the stash: ``new``, ``recovered``, ``not found`` or ``invalid``."""
        return self._keeper.status if self._keeper is not None else StashStatus.NEW

    @property
    def stash_statuses(self) -> Mapping[Scope, StashStatus]:
        """The same for each scope that the declaration uses."""
        return self._keeper.statuses if self._keeper is not None else {}

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
        if self._keeper is not None:
            self._keeper.clear(names)
        if self._gives_way is not None:
            self._gives_way -= set(names or self.stash.assigns)

    # -- for the engine ------------------------------------------------------------------------------------

    def _keep_with(self, keeper: Keeper) -> None:
        """Before `mount`: put in what was restored, and keep from now on."""
        self._keeper = keeper
        self._gives_way = set(keeper.values)
        self._assigns.update(keeper.values)

    def _without_defaults(self, values: dict[str, Any]) -> dict[str, Any]:
        """Of what `mount` assigns, leave out the defaults of what was restored: the first value of each."""
        gives_way = self._gives_way or set()
        defaults = gives_way & values.keys()
        gives_way -= defaults
        return {name: value for name, value in values.items() if name not in defaults}

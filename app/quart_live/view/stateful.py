"""What a view and a live component have in common: a template, and assigns that it reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from ..addresses import AddressMethods
from ..errors import LiveViewError
from ..protocol.flash import Flash
from ..stash.methods import StashMethods
from ..uploads import UploadMethods
from .assigns import Assigns, AssignState
from .async_results import AsyncMethods
from .lifecycle_hooks import HookMethods
from .streams import StreamMethods

if TYPE_CHECKING:
    from ..rendering import LiveTemplate


class Stateful(AddressMethods, StreamMethods, AsyncMethods, UploadMethods, StashMethods, HookMethods):
    """Base of `LiveView` and `LiveComponent`.

    Class attributes:
        template: file name of the Jinja template; by default the class name in snake case plus ``.html``.
        inline_template: Jinja source, instead of a file.
        reserved: names of assigns that are the engine's own.
    """

    template: ClassVar[str | None] = None
    inline_template: ClassVar[str | None] = None
    reserved: ClassVar[frozenset[str]] = frozenset({"flash", "csrf_token", "streams"})

    def __init__(self) -> None:
        self._assigns = AssignState()
        self._new_flash = Flash()
        self._assigns.update({"flash": Flash()})

    def render(self) -> LiveTemplate | str | None:
        """Choose the template: a file name, a `LiveTemplate`, or ``None`` for the one named on the class."""
        return None

    @property
    def assigns(self) -> Assigns:
        """The state that the template reads. Change it with `assign`."""
        return self._assigns.reader

    def assign(self, **values: Any) -> None:
        """Set assigns; what the template shows of them is sent after the handler."""
        if not self.reserved.isdisjoint(values):
            names = " and ".join(repr(name) for name in sorted(self.reserved.intersection(values)))
            raise LiveViewError(f"the engine assigns {names} itself; for messages use put_flash")
        if self._gives_way:
            values = self._without_defaults(values)
        self._assigns.update(values)

    def assign_new(self, name: str, factory: Callable[[], Any]) -> None:
        """Set ``name`` to ``factory()`` unless it is already there."""
        if name not in self._assigns.values:
            self.assign(**{name: factory()})
        elif self._gives_way:
            self._gives_way.discard(name)

    def touch(self, name: str) -> None:
        """Say that the object assigned to ``name`` was changed in place.

        Raises:
            KeyError: if ``name`` was never assigned.
        """
        self._assigns.touch(name)

    def put_flash(self, kind: str, text: str) -> None:
        """Show ``text`` as flash message of ``kind`` (by custom ``info`` or ``error``)."""
        self._new_flash = self._new_flash.with_message(kind, text)
        self._assigns.update({"flash": self._assigns.values["flash"].with_message(kind, text)})

    def clear_flash(self, kind: str | None = None) -> None:
        """Take the flash of ``kind`` away, or all."""
        self._new_flash = self._new_flash.without(kind)
        self._assigns.update({"flash": self._assigns.values["flash"].without(kind)})

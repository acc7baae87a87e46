"""``send_update``: new assigns for a component, from wherever one is in its view.

    self.send_update(CounterComponent, id="apples", label="Pears")

It is a message in the view's mailbox like any other: it is handled when what is at work now is done, and
causes a diff of its own. If the component has gone by then, nothing happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ..mailbox.timers import Timer
from ..view.state import HasState

if TYPE_CHECKING:
    from ..mailbox.mailbox import Mailbox


class TakesUpdates(Protocol):
    """A live component, as far as one who addresses it by its class need know it."""

    async def update(self, assigns: dict[str, Any]) -> None:
        """Take new assigns."""


@dataclass(frozen=True, slots=True)
class ComponentUpdate:
    """A message: call a component's `update`.

    Attributes:
        component: its class, the class's name, or the component's cid.
        id: its id; ``None`` with a cid.
        assigns: what `update` gets.
    """

    component: type[TakesUpdates] | str | int
    id: Any
    assigns: Mapping[str, Any]


class SendsUpdates(HasState):
    """The methods of views and components that address a component."""

    @property
    def mailbox(self) -> Mailbox | None:
        """Where the view's messages go; ``None`` during the first render."""
        return self._quart_live.host.mailbox

    def send_update(
        self, component: type[TakesUpdates] | str | int, /, *, id: Any = None, **assigns: Any
    ) -> None:
        """Let a component of this view have new assigns. Nothing in the first render.

        Args:
            component: the class and, as ``id``, the component's id; or its ``myself`` alone.
            id: the id it was placed with.
            assigns: given to `LiveComponent.update`, with the id.
        """
        mailbox = self._quart_live.host.mailbox
        if mailbox is not None:
            mailbox.post(ComponentUpdate(component, id, assigns))

    def send_update_after(
        self, component: type[TakesUpdates] | str | int, seconds: float, /, *, id: Any = None, **assigns: Any
    ) -> Timer | None:
        """Do `send_update` after ``seconds``.

        Returns:
            The timer, with ``cancel()``; ``None`` during the first render, which no timer outlives.
        """
        timers = self._quart_live.host.timers
        return (
            timers.post_later(ComponentUpdate(component, id, assigns), seconds)
            if timers is not None
            else None
        )

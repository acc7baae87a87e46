"""``send_update``: new assigns for a component, from its view or another component there.

    self.send_update(CounterComponent, id="apples", label="Pears")

It is a message in the view's mailbox like any other: it is handled after the present turn, and causes a diff
of its own. If the component has gone by then, nothing happens.
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
    """A live component, as a sender of updates needs it."""

    async def update(self, assigns: dict[str, Any]) -> None:
        """Take new assigns."""


@dataclass(frozen=True, slots=True)
class ComponentUpdate:
    """A message that calls a component's `update`.

    Attributes:
        component: the component's class, the class's name, or the component's cid.
        id: the component's id; ``None`` with a cid.
        assigns: the assigns for `update`.
    """

    component: type[TakesUpdates] | str | int
    id: Any
    assigns: Mapping[str, Any]


class SendsUpdates(HasState):
    """The methods of views and components that send updates to a component."""

    @property
    def mailbox(self) -> Mailbox | None:
        """The view's mailbox; ``None`` during the first render."""
        return self._quart_live.host.mailbox

    def send_update(
        self, component: type[TakesUpdates] | str | int, /, *, id: Any = None, **assigns: Any
    ) -> None:
        """Send new assigns to a component of this view. Does nothing in the first render.

        Args:
            component: the class and, as ``id``, the component's id; or its ``myself`` alone.
            id: the id it was placed with.
            assigns: the assigns for `LiveComponent.update`, which gets the id as well.
        """
        mailbox = self._quart_live.host.mailbox
        if mailbox is not None:
            mailbox.post(ComponentUpdate(component, id, assigns))

    def send_update_after(
        self, component: type[TakesUpdates] | str | int, seconds: float, /, *, id: Any = None, **assigns: Any
    ) -> Timer | None:
        """Call `send_update` after ``seconds``.

        Args:
            component: the component, as for `send_update`.
            seconds: the delay.
            id: the id it was placed with.
            assigns: the assigns, as for `send_update`.

        Returns:
            The timer, with ``cancel()``; ``None`` during the first render, which no timer outlives.
        """
        timers = self._quart_live.host.timers
        return (
            timers.post_later(ComponentUpdate(component, id, assigns), seconds)
            if timers is not None
            else None
        )

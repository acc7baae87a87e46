"""Who belongs to whom on a socket: the channels around and inside a channel."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..errors import JoinRefused
from ..mailbox.endings import Part
from ..nested.placing import LivePlaces
from ..protocol.flash import Flash
from ..view.handle import ViewHandle
from ..view.navigation import Patch

if TYPE_CHECKING:
    from ..protocol.tokens import Tokens
    from ..view.registry import ViewRegistry
    from .base import BaseChannel, ChannelBrowser

PARENT_GONE = {"reason": "the parent has gone"}


@dataclass(frozen=True, slots=True)
class PatchFromInside:
    """A message to the root view: a view inside has called `push_patch`.

    Attributes:
        patch: the address.
        flash: what the view has put into the flash, for the root view to show.
    """

    patch: Patch
    flash: Flash


class Family:
    """The relatives of one channel.

    Args:
        channel: whose family it is.
        views: the app's view classes.
        tokens: signs what children join with.
        element_id: the channel's element id.

    Attributes:
        parent: the channel in whose template this one was placed; ``None`` for main and sticky views.
        children: the joined channels of nested views, by element id.
        places: what ``live_render`` writes into this channel's template.
        is_sticky: whether it was placed with ``sticky=True``.
        awaited: the children without which the browser does not show what this view's join has brought;
            see ``nested_failure.py``.
    """

    def __init__(self, channel: BaseChannel, views: ViewRegistry, tokens: Tokens, element_id: str) -> None:
        self._channel = channel
        self._id = element_id
        self.parent: BaseChannel | None = None
        self.children: dict[str, BaseChannel] = {}
        self.places = LivePlaces(views, tokens, element_id)
        self.is_sticky = False
        self.awaited: set[str] = set()
        self._handles: dict[str, ViewHandle] = {}
        channel.children = MappingProxyType(self._handles)

    def join(self, parent: BaseChannel) -> None:
        """Become a child of ``parent``, which has been joined."""
        _, rendering = parent.joined()
        self._channel.parent = _handle(parent)
        self._channel.inherited = rendering.state.assigns.values
        self.parent = parent
        parent.family.take(self._id, self._channel)
        self._channel.on_end(Part.FAMILY, self.leave)

    def take(self, element_id: str, child: BaseChannel) -> None:
        """Have the joined channel of a nested view as a child."""
        self.children[element_id], self._handles[element_id] = child, _handle(child)
        self._channel.on_end(Part.FAMILY, self.leave)

    def forget(self, element_id: str, child: BaseChannel) -> bool:
        """Forget a child that has ended. Returns whether it was one; by now another may have its id."""
        if self.children.get(element_id) is not child:
            return False
        del self.children[element_id], self._handles[element_id]
        return True

    @property
    def root(self) -> BaseChannel:
        """The outermost channel of the family: a main or a sticky view, or one in an ordinary page."""
        channel = self._channel
        while channel.family.parent is not None:
            channel = channel.family.parent
        return channel

    @property
    def stays(self) -> bool:
        """Whether the view outlives a live navigation: it is sticky, or inside a view that is."""
        return self.root.family.is_sticky

    @property
    def is_linked(self) -> bool:
        """Whether its failure is its parent's."""
        return self.parent is not None and self.parent.family.places.is_linked(self._id)

    def rendered(self, *, is_first: bool) -> None:
        """The view has been rendered for its join; the parent's page need not wait for it any longer.

        Args:
            is_first: whether the browser has not had it before.
        """
        around = self.parent.family if self.parent is not None else None
        if is_first and (around is None or self._id in around.awaited):
            self.awaited = self.places.nested()
        if around is not None and not self.awaited:
            around.awaited.discard(self._id)

    def leave(self) -> None:
        """The channel has ended: its children end too, and its parent forgets it."""
        for child in tuple(self.children.values()):
            child.end_soon("parent")
        self.children.clear()
        if self.parent is None:
            return
        relatives = self.parent.family
        if relatives.forget(self._id, self._channel) and self._channel.why == "left":
            relatives.places.forget(self._id)  # it has been taken out of the page

    def spread_crash(self) -> None:
        """The channel has crashed: a linked child takes its parent with it."""
        if self.parent is not None and self.is_linked:
            self.parent.crash(f"its linked child {self._id} crashed")


def _handle(channel: BaseChannel) -> ViewHandle:
    return ViewHandle(channel.topic.removeprefix("lv:"), channel.topic, channel.mailbox)


def parent_of(browser: ChannelBrowser, parent_id: str | None) -> BaseChannel | None:
    """The channel of the parent that a token names.

    Raises:
        JoinRefused: if it is not there. The reason is one that the client has no special plan for: it
            tries again a little later, or has already heard itself that the parent is gone. ``stale``
            would load the page anew.
    """
    if parent_id is None:
        return None
    channel: BaseChannel | None = browser.channels.get(f"lv:{parent_id}")
    if channel is None or channel.view is None:
        raise JoinRefused(PARENT_GONE)
    return channel

"""`Family`: the parent and the children of a channel."""

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
    """A message to the root view: a nested view has called `push_patch`.

    Attributes:
        patch: the patch.
        flash: the flash of the nested view's turn, for the root view to show.
    """

    patch: Patch
    flash: Flash


class Family:
    """The relatives of one channel.

    Args:
        channel: the channel.
        views: the app's view classes.
        tokens: the signer of the children's tokens.
        element_id: the channel's element id.

    Attributes:
        parent: the channel in whose template this one was placed; ``None`` for main and sticky views.
        children: the joined channels of nested views, by element id.
        places: the places that ``live_render`` writes into this channel's template.
        is_sticky: whether the view was placed with ``sticky=True``.
        awaited: the children for which the browser waits before it shows this view's join; see
            ``nested_failure.py``.
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
        """Add the joined channel of a nested view as a child."""
        self.children[element_id], self._handles[element_id] = child, _handle(child)
        self._channel.on_end(Part.FAMILY, self.leave)

    def forget(self, element_id: str, child: BaseChannel) -> bool:
        """Forget a child that has ended. Return whether it was one; by now another may have its id."""
        if self.children.get(element_id) is not child:
            return False
        del self.children[element_id], self._handles[element_id]
        return True

    @property
    def root(self) -> BaseChannel:
        """The outermost channel of the family, of a main or sticky view or of one in an ordinary page."""
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
        """Whether a crash of this channel crashes its parent."""
        return self.parent is not None and self.parent.family.places.is_linked(self._id)

    def rendered(self, *, is_first: bool) -> None:
        """Note that the view was rendered for its join; the parent's page need not wait for it any longer.

        Args:
            is_first: whether the browser has not had the view before.
        """
        around = self.parent.family if self.parent is not None else None
        if is_first and (around is None or self._id in around.awaited):
            self.awaited = self.places.nested()
        if around is not None and not self.awaited:
            around.awaited.discard(self._id)

    def leave(self) -> None:
        """End the children of a channel that has ended, and let its parent forget it."""
        for child in tuple(self.children.values()):
            child.end_soon("parent")
        self.children.clear()
        if self.parent is None:
            return
        relatives = self.parent.family
        if relatives.forget(self._id, self._channel) and self._channel.why == "left":
            relatives.places.forget(self._id)  # its element has been removed from the page

    def spread_crash(self) -> None:
        """Crash the parent of a linked child that has crashed."""
        if self.parent is not None and self.is_linked:
            self.parent.crash(f"its linked child {self._id} crashed")


def _handle(channel: BaseChannel) -> ViewHandle:
    return ViewHandle(channel.topic.removeprefix("lv:"), channel.topic, channel.mailbox)


def parent_of(browser: ChannelBrowser, parent_id: str | None) -> BaseChannel | None:
    """Return the channel of the parent that a token names; None without a name.

    Raises:
        JoinRefused: if the parent is not joined. The client does not know this reason: it tries again a
            little later, or has already heard that the parent is gone. ``stale`` would load the page anew.
    """
    if parent_id is None:
        return None
    channel: BaseChannel | None = browser.channels.get(f"lv:{parent_id}")
    if channel is None or channel.view is None:
        raise JoinRefused(PARENT_GONE)
    return channel

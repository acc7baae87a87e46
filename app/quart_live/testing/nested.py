"""Nested and sticky views of a page under test."""

from __future__ import annotations

from typing import Protocol, TypeVar

from .bindings import BoundPage
from .dom import Element, parse, quoted
from .errors import JoinRefusedError, ViewCrashedError
from .page import OpenPage


class NestedPage(OpenPage):
    """A view inside another one, with the same page and socket.

    Args:
        around: the page or view around it.
        element: the view's element there.
    """

    __test__ = False

    def __init__(self, around: OpenPage, element: Element) -> None:
        super().__init__(around.app, around.url, client=around.client, element_id=element.get("id"))
        self._around = around
        self.element = element
        self.csrf = around.csrf
        self.mounts = around.mounts - 1
        self.page_html, self.status, self.socket = around.page_html, around.status, around.socket

    async def leave(self) -> None:
        """Leave the view, as the browser does when its element has gone from the page.

        Raises:
            LiveViewError: if the view is not connected.
        """
        channel = self.channel
        ref = self.socket.next_ref()
        self.socket.send(self.join_ref, ref, self.topic, "phx_leave", {})
        await self.socket.reply_to(ref)
        await channel.ended()

    async def navigate(self, url: str, *, flash: str | None = None) -> None:
        """Navigate with the whole page."""
        await self._around.navigate(url, flash=flash)

    def _address(self) -> dict[str, str]:
        return {}


Page = TypeVar("Page", bound=OpenPage, covariant=True)


class Nesting(Protocol[Page]):
    """A maker of the page of a nested view."""

    def __call__(self, around: OpenPage, element: Element) -> Page:
        """Make the page of a view from the page around it and the view's element there."""


async def join_nested(make: Nesting[Page], around: BoundPage, element_id: str) -> Page:
    """Join the view whose element is in the HTML of ``around``.

    Args:
        make: the maker of its page.
        around: the page around it.
        element_id: the id of the view's element.

    Raises:
        LookupError: if there is no such element.
        JoinRefusedError: if the view redirects, or is one too many.
        ViewCrashedError: if the view could not mount.
    """
    selector = f"[id={quoted(element_id)}]"
    element = around.find(f"{selector}[data-phx-session]")
    dead = parse(around.page_html).find_all(f"{selector}[data-phx-static]")
    if dead and not element.get("data-phx-static"):
        element.attributes["data-phx-static"] = dead[0].get("data-phx-static")
    nested = make(around, element)
    around.inside[:] = [view for view in around.inside if view.topic != nested.topic]
    around.inside.append(nested)
    try:
        await nested.rejoin()
    except JoinRefusedError as refusal:
        if refusal.response.get("reason") != "join crashed":
            raise
        raise ViewCrashedError(f"{nested.topic} could not mount; see the log") from None
    if nested.channel_or_none() is None:
        raise ViewCrashedError(f"{nested.topic} could not mount; see the log")
    return nested

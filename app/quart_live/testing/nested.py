"""Nested and sticky views of a page under test."""

from __future__ import annotations

from .dom import Element, parse, quoted
from .view import JoinRefusedError, LiveViewTest, ViewCrashedError


class NestedViewTest(LiveViewTest):
    """A view inside another one; made by `LiveViewTest.child`.

    Args:
        around: the page or view in whose HTML it is.
        element: its element there.
    """

    __test__ = False

    def __init__(self, around: LiveViewTest, element: Element) -> None:
        super().__init__(around.app, around.url, client=around.client, element_id=element.get("id"))
        self._around = around
        self._element = element
        self._csrf = around._csrf
        self._mounts = around._mounts - 1
        self.page_html, self.status, self.socket = around.page_html, around.status, around.socket

    async def leave(self) -> None:
        """Leave the view, as the browser does when its element has gone from the page."""
        channel = self.channel
        ref = self.socket.next_ref()
        self.socket.send(self._join_ref, ref, self.topic, "phx_leave", {})
        await self.socket.reply_to(ref)
        await channel.ended()

    async def navigate(self, url: str, *, flash: str | None = None) -> None:
        """The whole page goes."""
        await self._around.navigate(url, flash=flash)

    def _address(self) -> dict[str, str]:
        return {}


async def join_nested(around: LiveViewTest, element_id: str) -> LiveViewTest:
    """Join the view whose element is in the HTML of ``around``.

    Raises:
        LookupError: if there is no such element.
        JoinRefusedError: if the view goes elsewhere, or is one too many.
        ViewCrashedError: if the view could not mount.
    """
    selector = f"[id={quoted(element_id)}]"
    element = around.find(f"{selector}[data-phx-session]")
    dead = parse(around.page_html).find_all(f"{selector}[data-phx-static]")
    if dead and not element.get("data-phx-static"):
        element.attributes["data-phx-static"] = dead[0].get("data-phx-static")
    nested = NestedViewTest(around, element)
    around._inside[:] = [view for view in around._inside if view.topic != nested.topic]
    around._inside.append(nested)
    try:
        await nested.rejoin()
    except JoinRefusedError as refusal:
        if refusal.response.get("reason") != "join crashed":
            raise
        raise ViewCrashedError(f"{nested.topic} could not mount; see the log") from None
    if nested._channel_or_none() is None:
        raise ViewCrashedError(f"{nested.topic} could not mount; see the log")
    return nested

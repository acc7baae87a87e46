"""The browser's end of one view's channel: it sends messages and handles each frame."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from ..errors import LiveViewError
from .errors import ViewCrashedError
from .merge import Tree
from .removal import Removals
from .socket import TestSocket
from .stash import BrowserStash


class ViewWire:
    """The messages of a view, in both directions.

    Args:
        url: the address shown by the browser.
        stash: the stash that the browser keeps for its views.

    Attributes:
        socket: the socket.
        redirected_to: the address to which the server redirects.
        crashed: whether the view has crashed since it was joined last.
        removals: the components whose elements the page has lost; may be muted.
        join_ref: the ref of the last join, which all its frames have.
        tree: the client's tree of the view; None before the join.
        inside: the views inside it that were joined over the same socket.
    """

    def __init__(self, url: str, stash: BrowserStash) -> None:
        self.url = url
        self.stash = stash
        self.redirected_to: str | None = None
        self.crashed = False
        self.socket: TestSocket
        self.join_ref = ""
        self.tree: Tree | None = None
        self.removals = Removals(self._push)
        self._changed = asyncio.Event()
        self.inside: list[ViewWire] = []

    @property
    def topic(self) -> str:
        """The view's topic."""
        raise NotImplementedError

    async def navigate(self, url: str, *, flash: str | None = None) -> None:
        """Navigate to another live view."""
        raise NotImplementedError

    def _why_not_joined(self) -> str:
        return "it is not open"

    async def exchange(self, event: str, payload: object, *, whole: bool = False) -> Any:
        """Send a message and wait for its reply. Return the handler's reply, or the `whole` response.

        Raises:
            LiveViewError: if it was refused, or the view is not joined.
            ViewCrashedError: if the view crashed on it.
            SocketClosedError: if the server closes the socket first.
        """
        ref = self._push(event, payload)
        while True:
            frame = await self.socket.receive()
            if frame[3] == "phx_error" and frame[0] == self.join_ref:
                raise ViewCrashedError(f"{self.topic} crashed on {event} {payload}; see the log")
            if frame[1] == ref and frame[3] == "phx_reply":
                break
        if frame[4]["status"] != "ok":
            raise LiveViewError(f"{event} {payload} was answered with {frame[4]}")
        response = frame[4]["response"]
        await self._follow(response)
        return response if whole else (response.get("diff") or {}).get("r")

    async def _follow(self, response: Mapping[str, Any]) -> None:
        if "live_patch" in response:
            self.url = urljoin(self.url, response["live_patch"]["to"])
        if "redirect" in response:
            self.redirected_to = response["redirect"]["to"]
        if "live_redirect" in response:
            target = response["live_redirect"]
            await self.navigate(target["to"], flash=target.get("flash"))

    def _push(self, event: str, payload: object) -> str:
        if not hasattr(self, "socket"):
            raise LiveViewError(f"{self.url} was not joined: {self._why_not_joined()}")
        ref = self.socket.next_ref()
        self.socket.send(self.join_ref, ref, self.topic, event, payload)
        return ref

    def take(self, frame: list[Any]) -> None:
        """Take a frame from the server. Every frame passes here, in order, whatever a test waits for."""
        join_ref, ref, topic, event, payload = frame
        if topic == self.topic and join_ref == self.join_ref:
            self.stash.take(_events(event, payload))
            if event == "phx_reply" and payload["status"] == "ok":
                self._take_reply(ref, payload["response"])
            elif event == "diff":
                self._merge(payload)
            elif event == "live_patch":
                self.url = urljoin(self.url, payload["to"])
            elif event in ("redirect", "live_redirect"):
                self.redirected_to = payload["to"]
            elif event == "phx_error":
                self.crashed = True
        self._changed.set()
        for view in self.inside:
            view.take(frame)

    def _take_reply(self, ref: str | None, response: dict[str, Any]) -> None:
        if "rendered" in response:
            self.tree = Tree(response["rendered"])
            self.removals.clear()
        elif "diff" in response:
            self._merge(response["diff"])
        if self.tree is not None:
            self.removals.answered(self.tree, ref, response)

    def _merge(self, diff: dict[str, Any]) -> None:
        if self.tree is not None:
            self.removals.merge(self.tree, diff)


def _events(event: str, payload: Any) -> list[Any]:
    """Return the events that the server has pushed with a frame."""
    if event == "phx_reply":
        response = payload["response"]
        carrier = response.get("rendered") or response.get("diff") or {}
        return [*response.get("events", ()), *carrier.get("e", ())]
    return list(payload.get("e", ())) if event == "diff" else []

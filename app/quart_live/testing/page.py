"""A page that is open in no browser: requested over HTTP, joined over a socket, its diffs merged.

`OpenPage` does what the client's script does without being asked; `LiveViewTest` adds what a user does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin

from quart import Quart
from quart.typing import TestClientProtocol

from ..channel import Channel
from ..errors import LiveViewError
from ..extension import QuartLive
from ..stash.sent import PARAM as STASH_PARAM
from .dom import Element, parse
from .merge import Tree
from .socket import TestSocket
from .stash import BrowserStash

ORIGIN = "http://localhost"


class JoinRefusedError(Exception):
    """The join was answered with an error, in ``response``."""

    def __init__(self, response: dict[str, Any]) -> None:
        super().__init__(f"the join was refused: {response}")
        self.response = response


class ViewCrashedError(Exception):
    """The view crashed; the server's log has the traceback.

    `rejoin` does what a browser would do.
    """


class OpenPage:
    """A page with a live view, opened by ``async with`` or by `open`.

    Args:
        app: the Quart app.
        path: the page's address, for example ``/rooms/1?sort=new``.
        client: a test client to share cookies with, for example after signing in.
        element_id: the view to join, if the page has several; by default its main view.

    Attributes:
        status: HTTP status of the page. Only a page with status 200 is joined.
        page_html: the whole page as first rendered.
        url: the address shown by the browser.
        redirected_to: where the server wants a full page load of; the test follows by opening another page.
        socket: the socket, with all its ``frames``.
        stash: what the browser keeps for its views; another page of the same tab may be given it.
    """

    __test__ = False

    def __init__(
        self,
        app: Quart,
        path: str,
        *,
        client: TestClientProtocol | None = None,
        element_id: str | None = None,
    ) -> None:
        self.app = app
        self.client = client or app.test_client()
        self.url = urljoin(ORIGIN, path)
        self.status = 0
        self.page_html = ""
        self.redirected_to: str | None = None
        self.crashed = False
        self.socket: TestSocket
        self._element_id = element_id
        self._element: Element
        self._tree: Tree | None = None
        self._removals: dict[str, tuple[str, set[int]]] = {}
        self._join_ref = ""
        self.stash = BrowserStash(self.client)
        self._mounts = 0
        self._navigated = False
        self._changed = asyncio.Event()
        self._inside: list[OpenPage] = []

    # -- opening and closing ---

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Request the page and join its view.

        Raises:
            JoinRefusedError: if the page came but the join was refused.
        """
        response = await self.client.get(self.url.removeprefix(ORIGIN) or "/", headers={"Host": "localhost"})
        self.status = response.status_code
        self.page_html = await response.get_data(as_text=True)
        if 300 <= self.status < 400:
            self.redirected_to = response.headers["Location"]
        if self.status == 200:
            await self.connect()

    async def connect(self) -> None:
        """Open the socket and join. Called by `open`; call it again after `close` to come back."""
        page = parse(self.page_html)
        selector = f"#{self._element_id}" if self._element_id else "[data-phx-main]"
        self._element = page.find(f"{selector}[data-phx-session]")
        metas = page.find_all("meta[name=csrf-token]")
        self._csrf = metas[0].get("content") if metas else ""
        self.socket = TestSocket(
            self.app,
            path=f"{self.live.path}/websocket",
            cookies={cookie.name: cookie.value or "" for cookie in self.client.cookie_jar or ()},
            query={"_csrf_token": self._csrf},
        )
        await self.socket.connect()
        self.socket.on_frame = self._take
        await self.rejoin()

    async def close(self) -> None:
        """Close the socket, as when the tab is closed, and wait until the server has cleaned up."""
        if hasattr(self, "socket"):
            channel = self._channel_or_none()
            await self.socket.close()
            if channel is not None:
                await channel.ended()

    async def rejoin(self, *, flash: str | None = None) -> None:
        """Join the view, as the client does at first and after a crash."""
        self._join_ref = self.socket.next_ref()
        self.crashed = False
        payload = {
            **self._address(),
            "params": {
                "_csrf_token": self._csrf,
                "_mounts": self._mounts,
                "_mount_attempts": 0,
                STASH_PARAM: self.stash.to_send(self.id),
            },
            "session": self._element.get("data-phx-session"),
            "static": self._element.get("data-phx-static") or None,
            "sticky": "data-phx-sticky" in self._element.attributes,
        }
        if flash is not None:
            payload["flash"] = flash
        self.socket.send(self._join_ref, self._join_ref, self.topic, "phx_join", payload)
        answer = await self.socket.reply_to(self._join_ref)
        if answer["status"] != "ok":
            raise JoinRefusedError(answer["response"])
        self._mounts += 1
        await self._follow(answer["response"])

    @property
    def live(self) -> QuartLive:
        """The extension of the app."""
        live: QuartLive = self.app.extensions["quart_live"]
        return live

    @property
    def id(self) -> str:
        """The view's element id."""
        return self._element.get("id")

    @property
    def topic(self) -> str:
        """The view's topic."""
        return f"lv:{self.id}"

    @property
    def channel(self) -> Channel:
        """The server's side of this page."""
        channel = self._channel_or_none()
        if channel is None:
            raise LiveViewError(f"{self.topic} is not connected")
        return channel

    # -- wire ---

    async def navigate(self, url: str, *, flash: str | None = None) -> None:
        """Go to another live view over the socket: leave, and join the same topic at the new address."""
        self.url = urljoin(self.url, url)
        self.socket.send(self._join_ref, self.socket.next_ref(), self.topic, "phx_leave", {})
        self._mounts, self._navigated = 0, True
        self.stash.leave()
        await self.rejoin(flash=flash)

    def _address(self) -> dict[str, str]:
        """What a join says of the address."""
        return {"redirect" if self._navigated else "url": self.url}

    async def _send(self, event: str, payload: object, *, whole: bool = False) -> Any:
        ref = self.socket.next_ref()
        self.socket.send(self._join_ref, ref, self.topic, event, payload)
        while True:
            frame = await self.socket.receive()
            if frame[3] == "phx_error" and frame[0] == self._join_ref:
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

    def _take(self, frame: list[Any]) -> None:
        """Every frame from the server passes here, in order, whoever waits for what."""
        join_ref, ref, topic, event, payload = frame
        if topic == self.topic and join_ref == self._join_ref:
            self.stash.take(_events(event, payload))
            if event == "phx_reply" and payload["status"] == "ok":
                response = payload["response"]
                if "rendered" in response:
                    self._tree = Tree(response["rendered"])
                    self._removals.clear()
                elif "diff" in response:
                    self._merge(response["diff"])
                self._follow_removal(ref, response)
            elif event == "diff":
                self._merge(payload)
            elif event == "live_patch":
                self.url = urljoin(self.url, payload["to"])
            elif event in ("redirect", "live_redirect"):
                self.redirected_to = payload["to"]
            elif event == "phx_error":
                self.crashed = True
        self._changed.set()
        for view in self._inside:
            view._take(frame)

    def _merge(self, diff: dict[str, Any]) -> None:
        """Merge a diff, and tell the server of components whose elements are gone with it."""
        if self._tree is None:
            return
        before = self._tree.shown_components()
        self._tree.merge(diff)
        self._push_cids("cids_will_destroy", before - self._tree.shown_components())

    def _follow_removal(self, ref: str | None, response: Mapping[str, Any]) -> None:
        """The second and the third step: confirm what is still gone; forget what the server has forgotten."""
        step, cids = self._removals.pop(ref or "", ("", set()))
        assert self._tree is not None
        if step == "cids_will_destroy":
            self._push_cids("cids_destroyed", cids - self._tree.shown_components())
        elif step == "cids_destroyed":
            self._tree.prune(response["cids"])

    def _push_cids(self, event: str, cids: set[int]) -> None:
        if cids:
            ref = self.socket.next_ref()
            self._removals[ref] = (event, cids)
            self.socket.send(self._join_ref, ref, self.topic, event, {"cids": sorted(cids)})

    def _channel_or_none(self) -> Channel | None:
        for channel in self.live.channels:
            if channel.topic == self.topic and channel.join_ref == self._join_ref:
                return channel
        return None


def _events(event: str, payload: Any) -> list[Any]:
    """The events that the server has pushed with a frame."""
    if event == "phx_reply":
        response = payload["response"]
        carrier = response.get("rendered") or response.get("diff") or {}
        return [*response.get("events", ()), *carrier.get("e", ())]
    return list(payload.get("e", ())) if event == "diff" else []

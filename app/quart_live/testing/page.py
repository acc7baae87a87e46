"""A page that is open in no browser: requested over HTTP, joined over a socket, its diffs merged.

`OpenPage` acts as the client's script does by itself; `LiveViewTest` adds the actions of a user.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin

from quart import Quart
from quart.signals import got_request_exception
from quart.typing import TestClientProtocol

from ..channel.channel import Channel
from ..errors import LiveViewError
from ..extension.extension import QuartLive
from ..stash.join_params import PARAM as STASH_PARAM
from .dom import Element, parse, quoted
from .errors import JoinRefusedError, PageFailedError
from .socket import TestSocket
from .stash import BrowserStash
from .wire import ViewWire

ORIGIN = "http://localhost"


class OpenPage(ViewWire):
    """A page with a live view, opened by ``async with`` or by `open`.

    Args:
        app: the Quart app.
        path: the page's address, for example ``/rooms/1?sort=new``.
        client: a test client to share cookies with, for example after signing in.
        element_id: the view to join, if the page has several; by default its main view.
        connect_params: the ``params`` of the page's LiveSocket, besides the CSRF token.
        root_path: the prefix under which the app is mounted; ``path`` begins with it.

    Attributes:
        status: the HTTP status of the page. Only a page with status 200 is joined; a server error is raised.
        page_html: the whole page as first rendered.
        url: the address shown by the browser.
        redirected_to: the address to which the server redirects; open another page to follow.
        socket: the socket, with all its ``frames``.
        stash: the stash that the browser keeps for its views; another page of the same tab may be given it.
        element: the view's element in the page as first rendered.
        csrf: the page's CSRF token.
        mounts: the number of joins of the view, as the client counts.
    """

    __test__ = False

    def __init__(
        self,
        app: Quart,
        path: str,
        *,
        client: TestClientProtocol | None = None,
        element_id: str | None = None,
        connect_params: Mapping[str, Any] | None = None,
        root_path: str = "",
    ) -> None:
        self.app = app
        self.root_path = root_path
        self.client = client or app.test_client()
        super().__init__(urljoin(ORIGIN, path), BrowserStash(self.client))
        self.status = 0
        self.page_html = ""
        self._element_id = element_id
        self._connect_params = dict(connect_params or {})
        self.element: Element
        self.csrf = ""
        self.mounts = 0
        self._navigated = False

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
            PageFailedError: if the server answered with a server error.
            LookupError: if the page has no such view.
        """
        path = self.url.removeprefix(ORIGIN) or "/"
        raised: list[BaseException] = []

        async def note(app: Quart, exception: BaseException) -> None:
            raised.append(exception)

        with got_request_exception.connected_to(note, self.app):
            response = await self.client.get(path, headers={"Host": "localhost"}, root_path=self.root_path)
        self.status = response.status_code
        self.page_html = await response.get_data(as_text=True)
        if self.status >= 500:
            cause = raised[-1] if raised else None
            raise PageFailedError(path, self.status, cause) from cause
        if 300 <= self.status < 400:
            self.redirected_to = response.headers["Location"]
        if self.status == 200:
            await self.connect()

    async def connect(self) -> None:
        """Open the socket and join. `open` calls it; call it again after `close` to come back.

        Raises:
            JoinRefusedError: if the join was refused.
            LookupError: if the page has no such view.
            SocketClosedError: if the server refuses the handshake.
        """
        page = parse(self.page_html)
        selector = f"[id={quoted(self._element_id)}]" if self._element_id else "[data-phx-main]"
        self.element = page.find(f"{selector}[data-phx-session]")
        metas = page.find_all("meta[name=csrf-token]")
        self.csrf = metas[0].get("content") if metas else ""
        self.socket = TestSocket(
            self.app,
            path=f"{self.root_path}{self.live.path}/websocket",
            root_path=self.root_path,
            cookies={cookie.name: cookie.value or "" for cookie in self.client.cookie_jar or ()},
            query={"_csrf_token": self.csrf},
        )
        await self.socket.connect()
        self.socket.on_frame = self.take
        await self.rejoin()

    async def close(self) -> None:
        """Close the socket, as when the tab is closed, and wait until the server has cleaned up."""
        if hasattr(self, "socket"):
            channel = self.channel_or_none()
            await self.socket.close()
            if channel is not None:
                await channel.ended()

    async def rejoin(self, *, flash: str | None = None) -> None:
        """Join the view, as the client does at first and after a crash.

        Raises:
            JoinRefusedError: if the join was refused.
        """
        self.join_ref = self.socket.next_ref()
        self.crashed = False
        payload = {
            **self._address(),
            "params": {
                **self._connect_params,
                "_csrf_token": self.csrf,
                "_mounts": self.mounts,
                "_mount_attempts": 0,
                STASH_PARAM: self.stash.to_send(self.id),
            },
            "session": self.element.get("data-phx-session"),
            "static": self.element.get("data-phx-static") or None,
            "sticky": "data-phx-sticky" in self.element.attributes,
        }
        if flash is not None:
            payload["flash"] = flash
        self.socket.send(self.join_ref, self.join_ref, self.topic, "phx_join", payload)
        answer = await self.socket.reply_to(self.join_ref)
        if answer["status"] != "ok":
            raise JoinRefusedError(answer["response"])
        self.mounts += 1
        await self._follow(answer["response"])

    @property
    def live(self) -> QuartLive:
        """The app's extension."""
        live: QuartLive = self.app.extensions["quart_live"]
        return live

    @property
    def id(self) -> str:
        """The view's element id."""
        return self.element.get("id")

    @property
    def topic(self) -> str:
        """The view's topic."""
        return f"lv:{self.id}"

    @property
    def channel(self) -> Channel:
        """The page's channel on the server.

        Raises:
            LiveViewError: if it is not connected.
        """
        channel = self.channel_or_none()
        if channel is None:
            raise LiveViewError(f"{self.topic} is not connected")
        return channel

    # -- wire ---

    async def navigate(self, url: str, *, flash: str | None = None) -> None:
        """Navigate to another live view over the socket: leave, and join the same topic at the new address.

        Raises:
            JoinRefusedError: if the join was refused.
        """
        self.url = urljoin(self.url, url)
        self.socket.send(self.join_ref, self.socket.next_ref(), self.topic, "phx_leave", {})
        self.mounts, self._navigated = 0, True
        self.stash.leave()
        await self.rejoin(flash=flash)

    def _why_not_joined(self) -> str:
        if self.redirected_to is not None:
            return f"the page redirects to {self.redirected_to}"
        return f"the page has status {self.status}" if self.status else "open it first (async with)"

    def _address(self) -> dict[str, str]:
        """Return the address in the payload of a join."""
        return {"redirect" if self._navigated else "url": self.url}

    def channel_or_none(self) -> Channel | None:
        """Return the page's channel on the server, or None if it is not joined."""
        for channel in self.live.channels:
            if channel.topic == self.topic and channel.join_ref == self.join_ref:
                return channel
        return None

"""A page with its tokens, and its socket, for tests that write frames themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from quart import Quart

from quart_live.testing import Element, TestSocket, parse


@dataclass
class Page:
    """A page as the browser got it, and the socket that its script would open."""

    app: Quart
    root: Element
    socket: TestSocket

    def element(self, selector: str = "[data-phx-main]") -> Element:
        """Return a view's element."""
        return self.root.find(selector)

    def payload(self, path: str, selector: str = "[data-phx-main]", /, **more: Any) -> dict[str, Any]:
        """Return the payload of a join, as the client builds it; ``...`` removes a member."""
        element = self.element(selector)
        payload = {
            "url": f"http://localhost{path}",
            "params": {"_mounts": 0, "_mount_attempts": 0},
            "session": element.get("data-phx-session"),
            "static": element.get("data-phx-static"),
            "sticky": False,
        }
        return {key: value for key, value in {**payload, **more}.items() if value is not ...}

    def topic(self, selector: str = "[data-phx-main]") -> str:
        """Return a view's topic."""
        return "lv:" + self.element(selector).get("id")

    async def join(self, path: str, selector: str = "[data-phx-main]", /, **more: Any) -> tuple[str, Any]:
        """Join a view. Return the join_ref and the reply's payload."""
        ref = self.socket.next_ref()
        self.socket.send(ref, ref, self.topic(selector), "phx_join", self.payload(path, selector, **more))
        return ref, await self.socket.reply_to(ref)

    async def event(
        self, join_ref: str, event: str, value: Any = None, selector: str = "[data-phx-main]"
    ) -> Any:
        """Send a click. Return the payload of its reply."""
        ref = self.socket.next_ref()
        payload = {"type": "click", "event": event, "value": value or {}}
        self.socket.send(join_ref, ref, self.topic(selector), "event", payload)
        return await self.socket.reply_to(ref)


async def open_page(app: Quart, path: str, *, csrf: str | None = None, **socket: Any) -> Page:
    """Request a page and open its socket."""
    client = app.test_client()
    response = await client.get(path, headers={"Host": "localhost"})
    root = parse(await response.get_data(as_text=True))
    if csrf is None:
        csrf = root.find("meta[name=csrf-token]").get("content")
    cookies = {cookie.name: cookie.value or "" for cookie in client.cookie_jar or ()}
    page = Page(app, root, TestSocket(app, cookies=cookies, query={"_csrf_token": csrf}, **socket))
    await page.socket.connect()
    return page

"""A live page without a browser: requested over HTTP, with the frames that its script would send."""

from __future__ import annotations

import http.client
import json
import re
import uuid
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlencode


@dataclass
class LivePage:
    """A page as it was requested.

    Attributes:
        host: host and port of the server.
        path: the page's address.
        cookie: the cookies of its browser for this server.
        html: the page.
        topic: the topic of its main view.
        mounts: the number of joins of the view.
        join_ref: the ref of the last join.
    """

    host: str
    path: str
    cookie: str
    html: str
    topic: str = ""
    mounts: int = 0
    join_ref: str = ""
    _ref: int = 0
    _csrf: str = ""
    _tokens: dict[str, str | None] = field(default_factory=dict)
    _tab: str = field(default_factory=lambda: uuid.uuid4().hex)

    @classmethod
    def request(cls, host: str, path: str, cookie: str = "") -> LivePage:
        """Get a page, as a browser that comes for the first time.

        Raises:
            RuntimeError: if the status is not 200, or there is no live view in the page.
        """
        html, cookies = request(host, path, cookie)
        element = re.search(r"<div[^>]*data-phx-main[^>]*>", html)
        csrf = re.search(r'name="csrf-token"[^>]*content="([^"]*)"', html)
        csrf = csrf or re.search(r'content="([^"]*)"[^>]*name="csrf-token"', html)
        if element is None or csrf is None:
            raise RuntimeError(f"no live view in {path}: {html[:300]}")
        given = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', element[0])}
        tokens = {"session": given.get("data-phx-session"), "static": given.get("data-phx-static")}
        cookie = "; ".join([cookie, *cookies] if cookie else cookies)
        topic = f"lv:{given['id']}"
        return cls(host, path, cookie, html, topic, _csrf=unescape(csrf[1]), _tokens=tokens)

    @property
    def socket(self) -> str:
        """The path and the query of the socket."""
        return f"/live/websocket?{urlencode({'_csrf_token': self._csrf, 'vsn': '2.0.0'})}"

    def join(self, **params: Any) -> str:
        """Return the frame that joins the view.

        Args:
            params: the params of the page besides the token.
        """
        payload = {
            "url": f"http://{self.host}{self.path}",
            "params": {
                "_csrf_token": self._csrf,
                **params,
                "_stash": {"tab": self._tab, "kept": {}},
                "_mounts": self.mounts,
                "_mount_attempts": 0,
            },
            **self._tokens,
            "sticky": False,
        }
        self.mounts += 1
        self.join_ref = self._next_ref()
        return compact([self.join_ref, self.join_ref, self.topic, "phx_join", payload])

    def hook_event(self, event: str, value: Any) -> tuple[str, str]:
        """Return the ref and the frame of a hook's `pushEvent`."""
        ref = self._next_ref()
        payload = {"type": "hook", "event": event, "value": value}
        return ref, compact([self.join_ref, ref, self.topic, "event", payload])

    def _next_ref(self) -> str:
        self._ref += 1
        return str(self._ref)


def compact(frame: Any) -> str:
    """Return a frame as JSON, written like a browser."""
    return json.dumps(frame, separators=(",", ":"), ensure_ascii=False)


# The params of static/joining.js for a page that was just opened.
TOLD = {"windows": "", "time_zone": "Europe/London", "notifications": False, "line_at": 0}


def request(host: str, path: str, cookie: str = "") -> tuple[str, list[str]]:
    """Get a page on a connection of its own. Return it, and the cookies that it sets.

    Raises:
        RuntimeError: if the status is not 200.
    """
    connection = http.client.HTTPConnection(host, timeout=60)
    try:
        headers = {"Connection": "close", **({"Cookie": cookie} if cookie else {})}
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        body = response.read().decode()
    finally:
        connection.close()
    if response.status != 200:
        raise RuntimeError(f"{path} was answered with {response.status}: {body[:300]}")
    return body, [value.split(";")[0] for value in response.headers.get_all("Set-Cookie") or ()]

"""The messenger on a real port, and visitors who write requests and frames themselves, without a browser."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http.client import HTTPMessage
from http.cookiejar import CookieJar
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

import pytest
from quart import Quart
from support.servers import Server, serving
from websockets.asyncio.client import ClientConnection, connect

from course.lab.messenger.sign_in import PASSWORD, HiddenFields, email_of
from course.source.model import Course
from messenger import create_app
from messenger.accounts import passwords
from messenger.migrations import migrate
from messenger.seeds import seed
from quart_live import QuartLive
from quart_live.testing import parse

KEY = "the key of these tests"
LIGHT = "1,1024,1"
SECONDS = 20


class StaysHere(HTTPRedirectHandler):
    """A handler that follows no redirect."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


@dataclass
class Answer:
    """The server's response to a request."""

    status: int
    html: str
    location: str


@dataclass
class LivePage:
    """The tokens of a page for its main view, and of the page itself."""

    path: str
    element_id: str
    session: str
    static: str
    csrf: str


class Site:
    """A running messenger."""

    def __init__(self, app: Quart, server: Server) -> None:
        self.app = app
        self.live: QuartLive = app.extensions["quart_live"]
        self.address = server.address

    def visitor(self, **headers: str) -> Visitor:
        """Return a visitor without cookies, who sends these headers with each request."""
        return Visitor(self.address, headers)

    async def member(self, name: str) -> Visitor:
        """Return a visitor who has signed in as one of the seeded people."""
        visitor = self.visitor()
        answer = await visitor.submit("/sign-in", email=email_of(name), password=PASSWORD)
        assert answer.status == 302, answer
        return visitor


class Visitor:
    """A visitor: cookies, and the requests made with them."""

    def __init__(self, address: str, headers: Mapping[str, str]) -> None:
        self.address = address
        self.headers = dict(headers)
        self.jar = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self.jar), StaysHere)

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies by name."""
        return {cookie.name: cookie.value or "" for cookie in self.jar}

    async def get(self, path: str) -> Answer:
        """Request a page."""
        return await self._ask(Request(self.address + path, headers=self.headers))

    async def post(self, path: str, **fields: str) -> Answer:
        """Send only these form fields."""
        return await self._ask(Request(self.address + path, urlencode(fields).encode(), self.headers))

    async def submit(self, path: str, *, at: str | None = None, **fields: str) -> Answer:
        """Send a form with its hidden fields; it stands on the page ``at``, by default its own address."""
        hidden = HiddenFields.of((await self.get(at or path)).html, path)
        return await self.post(path, **{**hidden, **fields})

    async def _ask(self, request: Request) -> Answer:
        def ask() -> Answer:
            try:
                answer = self._opener.open(request, timeout=SECONDS)
            except HTTPError as error:
                answer = error
            with answer:
                html = answer.read().decode()
                return Answer(answer.status, html, answer.headers.get("Location", ""))

        return await asyncio.to_thread(ask)

    async def page(self, path: str) -> LivePage:
        """Request a page with a live view."""
        answer = await self.get(path)
        assert answer.status == 200, answer
        root = parse(answer.html)
        element = root.find("[data-phx-main]")
        csrf = root.find("meta[name=csrf-token]").get("content")
        return LivePage(
            path,
            element.get("id"),
            element.get("data-phx-session"),
            element.get("data-phx-static"),
            csrf,
        )

    @asynccontextmanager
    async def socket(self, csrf: str, **cookies: str) -> AsyncIterator[Wire]:
        """Open a socket with the visitor's cookies, replaced where others are given."""
        query = urlencode({"_csrf_token": csrf, "vsn": "2.0.0"})
        held = {**self.cookies, **cookies}
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in held.items()), "Origin": self.address}
        address = f"{self.address.replace('http', 'ws')}/live/websocket?{query}"
        async with connect(address, additional_headers=headers, proxy=None) as connection:
            yield Wire(connection, self.address)


class Wire:
    """A socket, to write and read frames by hand."""

    def __init__(self, connection: ClientConnection, address: str) -> None:
        self.connection = connection
        self.address = address
        self._ref = 0

    async def join(self, page: LivePage, **changed: Any) -> Any:
        """Join a page's view. Return the reply's payload. ``changed`` replaces members of the payload."""
        payload = {
            "url": self.address + page.path,
            "params": {"_csrf_token": page.csrf, "_mounts": 0, "_mount_attempts": 0},
            "session": page.session,
            "static": page.static,
            "sticky": False,
        }
        return await self.ask(f"lv:{page.element_id}", "phx_join", {**payload, **changed})

    async def say(self, page: LivePage, text: str) -> Any:
        """Submit the composer with this text. Return the reply's payload."""
        payload = {"type": "form", "event": "send", "value": urlencode({"content": text})}
        return await self.ask(f"lv:{page.element_id}", "event", payload)

    async def ask(self, topic: str, event: str, payload: Any) -> Any:
        """Send a message. Return the payload of its reply. Later messages belong to the last join."""
        self._ref += 1
        ref = str(self._ref)
        if event == "phx_join":
            self._join_ref = ref
        await self.connection.send(json.dumps([self._join_ref, ref, topic, event, payload]))
        while True:
            frame = await self.receive()
            if frame[1] == ref and frame[3] == "phx_reply":
                return frame[4]

    async def receive(self) -> list[Any]:
        """Return the next frame."""
        async with asyncio.timeout(SECONDS):
            frame: list[Any] = json.loads(await self.connection.recv())
            return frame

    async def closed(self) -> int:
        """Wait until the server closes the socket. Return the code."""
        async with asyncio.timeout(SECONDS):
            await self.connection.wait_closed()
        assert self.connection.close_code is not None
        return self.connection.close_code

    _join_ref = "1"


@asynccontextmanager
async def open_site(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """Serve the finished messenger with its seeds, on a database in ``folder``."""
    monkeypatch.setenv("PARLEY_SECRET_KEY", KEY)
    monkeypatch.setenv("PARLEY_DATABASE_URL", f"sqlite:///{(folder / 'site.db').as_posix()}")
    monkeypatch.setenv("PARLEY_ARGON2", LIGHT)
    monkeypatch.setenv("QUART_LIVE_CLIENT_DIR", str(Course.here().static_dir / "node_modules"))
    passwords.hasher.cache_clear()
    app = create_app()
    await migrate()
    await seed()
    async with serving(app) as server:
        yield Site(app, server)
    passwords.hasher.cache_clear()

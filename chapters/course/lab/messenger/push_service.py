"""A push service on this machine, in the place of those that browsers have at Google, Mozilla or Apple.

What is real: the app encrypts, signs and posts as to any other; here it is verified and decrypted, with keys
that only this browser would have; the browser's service worker gets the text as a push event, and shows a
notification. What is not: the browser itself asks its own service for an address, which takes the internet.
In its place it gets one from here, and what comes to that address is handed over by DevTools.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from playwright.async_api import Error as PlaywrightError

from course.lab.errors import LabError
from course.lab.messenger.notifications import SECONDS
from course.lab.messenger.push_subscribers import Subscriber, decrypted, verified
from course.lab.person.person import Person
from course.lab.tables import CELL, NUMBER, WIDE, Table

BINDING = "labPush"

# What `pushManager` does in a browser that reaches its push service.
STAND_IN_JS = """(() => {
  if (!self.PushManager) return;
  const NAME = "lab-push";
  const plain = text => atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const bytes = text => Uint8Array.from(plain(text), letter => letter.charCodeAt(0));
  const subscription = data => data && {
    endpoint: data.endpoint,
    options: {userVisibleOnly: true, applicationServerKey: bytes(data.key).buffer},
    toJSON: () => ({endpoint: data.endpoint, expirationTime: null, keys: data.keys}),
    unsubscribe: async () => { localStorage.removeItem(NAME); return true; },
  };
  PushManager.prototype.getSubscription = async () => subscription(JSON.parse(localStorage.getItem(NAME)));
  PushManager.prototype.subscribe = async ({applicationServerKey: key}) => {
    const data = await self.labPush(key);
    localStorage.setItem(NAME, JSON.stringify(data));
    return subscription(data);
  };
})()"""


@dataclass(frozen=True)
class Push:
    """One push that was taken, verified and decrypted.

    Attributes:
        to: whose browser it was for.
        body: what was posted.
        claims: what its signature vouches for: for which push service (`aud`), until when, from whom.
        headers: of the request.
        text: what the browser reads.
    """

    to: str
    body: bytes
    claims: dict[str, Any]
    headers: dict[str, str]
    text: str

    @property
    def service(self) -> str:
        """The host and port it came by."""
        return str(urlsplit(self.claims["aud"]).netloc)

    @property
    def words(self) -> str:
        """What the notification will say; the whole text where it is no note."""
        try:
            note = json.loads(self.text)
            return f"{note['title']}: {note['body']}"
        except (ValueError, KeyError, TypeError):
            return self.text


class PushService:
    """Takes pushes, and hands them to the browsers of the Lab.

    Attributes:
        received: every push that was in order, the oldest first.
        refused: why others were not.
        answers: statuses to give to the next requests; with 0 the request is taken. The last one stays.
        requests: how many came.
        elsewhere: the address that browsers get from now on, instead of one from here.
    """

    def __init__(self) -> None:
        self.received: list[Push] = []
        self.refused: list[str] = []
        self.answers: list[int] = []
        self.requests = 0
        self.elsewhere = ""
        self._subscribers: dict[str, Subscriber] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def open(self) -> None:
        """Listen on a free port of this machine."""
        app = web.Application()
        app.router.add_post("/{name}", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"

    async def close(self) -> None:
        """End."""
        for task in self._tasks:
            task.cancel()
        if self._runner is not None:
            await self._runner.cleanup()

    async def serve(self, person: Person) -> None:
        """Be the push service of this person's browser, from the next page that they load."""

        async def subscribe(_source: Any, server_key: str) -> dict[str, Any]:
            name = f"{person.name.lower().replace(' ', '-')}-{len(self._subscribers) + 1}"
            subscriber = self._subscribers[name] = Subscriber(person, server_key)
            endpoint = self.elsewhere or f"{self.url}/{name}"
            return {"endpoint": endpoint, "key": server_key, "keys": subscriber.keys()}

        await person.context.expose_binding(BINDING, subscribe)
        await person.context.add_init_script(STAND_IN_JS)

    async def _take(self, request: web.Request) -> web.Response:
        self.requests += 1
        if self.answers and (status := self.answers.pop(0) if self.answers[1:] else self.answers[0]):
            return web.Response(status=status)
        subscriber = self._subscribers.get(request.match_info["name"])
        if subscriber is None:
            return web.Response(status=404)
        body = await request.read()
        try:
            claims = verified(request.headers.get("Authorization", ""), subscriber, self.url)
            text = decrypted(body, request.headers.get("Content-Encoding", ""), subscriber)
        except (ValueError, KeyError, AssertionError) as problem:
            self.refused.append(str(problem))
            return web.Response(status=403, text=str(problem))
        push = Push(subscriber.person.name, body, claims, dict(request.headers), text)
        self.received.append(push)
        task = asyncio.create_task(deliver(subscriber.person, text))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return web.Response(status=201)

    def table(self) -> Table:
        """One row for each push: what anybody on the way could see, and what the browser reads."""
        rows = tuple(
            (
                push.to,
                urlsplit(push.claims["aud"]).netloc,
                f"{len(push.body)}",
                push.body[-8:].hex(" "),
                push.words,
            )
            for push in self.received
        )
        headers = ("to", "by way of", "bytes", "on the way", "in the browser")
        return Table(headers, (CELL, CELL, NUMBER, CELL, WIDE), rows, "Nothing was pushed.")


async def deliver(person: Person, text: str) -> None:
    """Give a text to the service worker of this person's browser as a push event.

    Raises:
        LabError: there is no service worker.
    """
    session = await person.context.new_cdp_session(person.page)
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def look(event: dict[str, Any]) -> None:
        for one in event["registrations"]:
            if one["scopeURL"].startswith(person.url) and not one["isDeleted"] and not found.done():
                found.set_result(one["registrationId"])

    session.on("ServiceWorker.workerRegistrationUpdated", look)
    try:
        await session.send("ServiceWorker.enable")
        registration = await asyncio.wait_for(found, SECONDS)
        push = {"origin": person.url, "registrationId": registration, "data": text}
        await session.send("ServiceWorker.deliverPushMessage", push)
    except TimeoutError:
        raise LabError(f"{person.name}'s browser has no service worker.", "Enable notifications.") from None
    finally:
        # With a page that has been left meanwhile its session has gone.
        with contextlib.suppress(PlaywrightError):
            await session.detach()

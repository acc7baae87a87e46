"""A push service on this machine, instead of those of Google, Mozilla or Apple.

Most is real: the app encrypts, signs and posts as to any other service; here the push is verified and
decrypted, with keys that only this browser would have; the browser's service worker gets the text as a push
event, and shows a notification. One part is not: a browser gets its address from its own service on the
internet. Here it gets one of this service, and DevTools hands the text of each push to the browser.
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

# The methods of `pushManager`, as in a browser that reaches its push service.
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
    """One push that was accepted, verified and decrypted.

    Attributes:
        to: the name of the person whose browser it was for.
        body: the body of the request, encrypted.
        claims: the signed claims: the push service (`aud`), the time until which it is valid, and a contact.
        headers: the headers of the request.
        text: the decrypted text.
    """

    to: str
    body: bytes
    claims: dict[str, Any]
    headers: dict[str, str]
    text: str

    @property
    def service(self) -> str:
        """The host and port of the push service."""
        return str(urlsplit(self.claims["aud"]).netloc)

    @property
    def words(self) -> str:
        """Title and body of the notification; the whole text if it has none."""
        try:
            note = json.loads(self.text)
            return f"{note['title']}: {note['body']}"
        except (ValueError, KeyError, TypeError):
            return self.text


class PushService:
    """A push service that hands the pushes to the browsers of the Lab.

    Attributes:
        received: every accepted push, the oldest first.
        refused: the reasons for which others were refused.
        answers: the statuses of the next answers; with 0 the request is accepted. The last one stays.
        requests: the number of requests.
        elsewhere: the address that browsers get from now on, instead of one of this service.
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
        """Start listening on a free port of this machine."""
        app = web.Application()
        app.router.add_post("/{name}", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"

    async def close(self) -> None:
        """Stop listening, and cancel the pushes on their way."""
        for task in self._tasks:
            task.cancel()
        if self._runner is not None:
            await self._runner.cleanup()

    async def serve(self, person: Person) -> None:
        """Make this the push service of a person's browser, from the next page that they load."""

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
        """Return a table with one row for each push: what others could read, and the browser's text."""
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
        LabError: if there is no service worker.
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
        # If the page was left meanwhile, its session is gone.
        with contextlib.suppress(PlaywrightError):
            await session.detach()

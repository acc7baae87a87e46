"""Pushing: what arrives, who gets nothing, and what a push service may answer."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from support.devices import endpoints, signed_in
from support.seeded_messenger import user_of

from course.lab.messenger.push_subscribers import Subscriber, decrypted, verified
from messenger import accounts, chat, notifications
from messenger.notifications import Address, Note, Pusher, push_settings
from messenger.notifications.pushing import PAUSES
from messenger.push_key import new_key

database = pytest.mark.usefixtures("database")

NOTE = Note("message-1-0", "Market", "Alice: Bread?", "/conversations/1")


class Service:
    """A push service that answers as it is told to, and one browser that has subscribed to it."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.bodies: list[bytes] = []
        self.headers: list[Any] = []
        self.paths: list[str] = []
        self.hangs: set[str] = set()
        self.most_at_once = self._now = 0
        self.freed = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        self.paths.append(request.path)
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            if request.path in self.hangs:
                await self.freed.wait()
            self.bodies.append(await request.read())
            self.headers.append(request.headers)
        finally:
            self._now -= 1
        status = self.statuses.pop(0) if self.statuses else 201
        return web.Response(status=status, headers={"Location": f"{self.url}/elsewhere"})

    async def open(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{name}", self.take)
        self.runner = web.AppRunner(app)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}"


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    opened = Service()
    await opened.open()
    yield opened
    opened.freed.set()
    await opened.runner.cleanup()


@pytest.fixture
async def sender(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pusher]:
    """A pusher that waits for nothing."""
    monkeypatch.setenv("PARLEY_PUSH_KEY", new_key())
    monkeypatch.setenv("PARLEY_PUSH_CONTACT", "mailto:you@example.com")
    monkeypatch.setenv("PARLEY_PUSH_HOSTS", "127.0.0.1")
    monkeypatch.setenv("PARLEY_PUSH_AFTER", "0")
    monkeypatch.setattr("messenger.notifications.pushing.PAUSES", (0, 0))
    made = Pusher()
    made.connect(push_settings())
    yield made
    await made.disconnect()


async def subscribed(service: Service, *names: str) -> tuple[chat.Conversation, list[Subscriber]]:
    """Alice's conversation with people of these names, each with a browser."""
    alice = await accounts.create_user("Alice")
    others, browsers = [], []
    for name in names:
        user, device = await signed_in(name)
        browser = Subscriber(SimpleNamespace(name=name), "")  # type: ignore[arg-type]
        keys = browser.keys()
        address = Address(f"{service.url}/{name}", keys["p256dh"], keys["auth"])
        await notifications.keep_device(device, address)
        others.append(user)
        browsers.append(browser)
    talk = await chat.create_conversation("Market", owner=alice, others=others)
    return talk, browsers


async def until(reached: Callable[[], bool]) -> None:
    """Wait for a state of the service."""
    async with asyncio.timeout(10):
        while not reached():  # noqa: ASYNC110  (there is nothing that could tell us)
            await asyncio.sleep(0.01)


async def all_told() -> None:
    """Wait until all pushes are over."""
    while pushes := [task for task in asyncio.all_tasks() if task.get_name().startswith("push ")]:
        await asyncio.wait(pushes)


async def told(sender: Pusher, talk: chat.Conversation, read_below: int = 1) -> None:
    """Tell everyone, and wait until all of it is over."""
    sender.tell(NOTE, talk.id, besides=0, read_below=read_below)
    await all_told()


@database
async def test_what_arrives_is_for_one_browser_alone_and_signed(service: Service, sender: Pusher) -> None:
    talk, [bob, carol] = await subscribed(service, "Bob", "Carol")
    await told(sender, talk)
    by_name = dict(zip(service.paths, zip(service.bodies, service.headers, strict=True), strict=True))
    body, headers = by_name["/Bob"]
    assert decrypted(body, headers["Content-Encoding"], bob) == NOTE.json
    with pytest.raises(ValueError, match="decrypted"):
        decrypted(body, "aes128gcm", carol)
    assert b"Bread" not in body
    bob.server_key = sender.public_key
    claims = verified(headers["Authorization"], bob, service.url)
    assert claims["sub"] == "mailto:you@example.com"
    with pytest.raises(ValueError, match="signed for"):
        verified(headers["Authorization"], bob, "https://elsewhere.example.com")
    assert int(headers["TTL"]) > 0


@database
async def test_another_key_of_ours_is_not_the_one_they_subscribed_to(
    service: Service, sender: Pusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk, [bob] = await subscribed(service, "Bob")
    bob.server_key = sender.public_key
    monkeypatch.setenv("PARLEY_PUSH_KEY", new_key())
    sender.connect(push_settings())
    await told(sender, talk)
    with pytest.raises(ValueError, match="another key"):
        verified(service.headers[0]["Authorization"], bob, service.url)


@database
@pytest.mark.parametrize(
    ("statuses", "requests", "left"),
    [
        ([201], 1, 1),
        ([404], 1, 0),
        ([410], 1, 0),
        ([429, 201], 2, 1),
        ([500, 503, 201], 3, 1),
        ([503] * 5, 1 + len(PAUSES), 1),
        ([503, 410], 2, 0),
        ([400], 1, 1),
        ([413], 1, 1),
        # A redirect is no answer, and is not followed.
        ([301], 1, 1),
        ([307], 1, 1),
    ],
)
async def test_what_a_push_service_may_answer(
    statuses: list[int], requests: int, left: int, service: Service, sender: Pusher
) -> None:
    talk, _ = await subscribed(service, "Bob")
    service.statuses = list(statuses)
    await told(sender, talk)
    assert service.paths == ["/Bob"] * requests
    assert len(await endpoints()) == left


@database
async def test_one_that_hangs_holds_up_nobody(
    service: Service, sender: Pusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk, _ = await subscribed(service, "Bob", "Carol")
    service.hangs = {"/Bob"}
    sender.tell(NOTE, talk.id, besides=0, read_below=1)
    await until(lambda: bool(service.bodies))
    assert set(service.paths) == {"/Bob", "/Carol"}
    began = asyncio.get_running_loop().time()
    await sender.disconnect()
    assert asyncio.get_running_loop().time() - began < 5, "stopping waits for no push service"


@database
async def test_so_many_at_once_and_no_more(
    service: Service, sender: Pusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("messenger.notifications.pushing.AT_ONCE", 3)
    sender.connect(sender.settings)
    names = [f"Walker{number}" for number in range(12)]
    talk, _ = await subscribed(service, *names)
    service.hangs = {f"/{name}" for name in names}
    sender.tell(NOTE, talk.id, besides=0, read_below=1)
    await until(lambda: len(service.paths) == 3)
    service.freed.set()
    await all_told()
    assert len(service.bodies) == 12
    assert service.most_at_once == 3


@database
async def test_what_has_been_read_meanwhile_is_not_pushed(service: Service, sender: Pusher) -> None:
    talk, _ = await subscribed(service, "Bob", "Carol")
    bob = await user_of("Bob")
    await chat.mark_read(talk.id, bob.id, 1)
    await told(sender, talk, read_below=1)
    assert service.paths == ["/Carol"]


@database
async def test_a_host_that_is_trusted_no_more_gets_nothing(
    service: Service, sender: Pusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk, _ = await subscribed(service, "Bob")
    monkeypatch.delenv("PARLEY_PUSH_HOSTS")
    sender.connect(push_settings())
    await told(sender, talk)
    assert service.paths == []
    assert await endpoints() == []


@database
async def test_nobody_answers_and_the_log_does_not_say_where(
    sender: Pusher, service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    talk, _ = await subscribed(service, "Bob")
    await service.runner.cleanup()
    caplog.set_level(logging.DEBUG, logger="messenger")
    await told(sender, talk)
    assert "No answer to a push" in caplog.text
    assert "/Bob" not in caplog.text, "whoever has the address and our key can push"
    assert len(await endpoints()) == 1


@database
async def test_too_many_waiting_are_dropped_and_told(
    service: Service, sender: Pusher, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("messenger.notifications.pushing.MOST_WAITING", 1)
    talk, _ = await subscribed(service, "Bob")
    sender.tell(NOTE, talk.id, besides=0, read_below=1)
    sender.tell(NOTE, talk.id, besides=0, read_below=1)
    assert "Too many pushes" in caplog.text
    await all_told()
    assert service.paths == ["/Bob"]

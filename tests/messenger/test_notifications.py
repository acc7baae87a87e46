"""The context `notifications`: which addresses, which devices, and what a push service may answer."""

import asyncio
import base64
import logging
import os
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select, update

from course.lab.subscribers import Subscriber, decrypted, verified
from messenger import accounts, chat, notifications
from messenger.accounts.models import UserSession
from messenger.db import db
from messenger.errors import Invalid
from messenger.notifications import Address, Device, Note, Pusher, check_endpoint, push_settings
from messenger.notifications.pushing import PAUSES
from messenger.push_key import new_key
from messenger.times import now

database = pytest.mark.usefixtures("database")

NOTE = Note("message-1-0", "Market", "Alice: Bread?", "/conversations/1")


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def point() -> str:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return base64url(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


SECRET = base64url(b"s" * 16)


# Addresses


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
        "https://db5p.notify.windows.com/w/?token=abc",
        "https://web.push.apple.com/QGd",
        "https://fcm.googleapis.com:443/fcm/send/abc",
        "http://127.0.0.1:9999/of-our-own",
    ],
)
def test_a_push_service_is_trusted(endpoint: str) -> None:
    check_endpoint(endpoint, {"127.0.0.1"})


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "fcm.googleapis.com",
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://fcm.googleapis.com.example.com/",
        "https://example.com/fcm.googleapis.com",
        "https://xfcm.googleapis.com/",
        "https://fcm.googleapis.com@10.0.0.1/",
        "https://user:password@fcm.googleapis.com/",
        "https://fcm.googleapis.com:22/",
        "https://fcm.googleapis.com:notaport/",
        "https://fcm.googleapis.com\\@10.0.0.1/",
        "https://fcm.googleapis.com/\r\nHost: 10.0.0.1",
        "https://fcm.googleapis.com/ü",
        "https://[::1]/",
        "https://[fcm.googleapis.com/",
        "https://169.254.169.254/latest",
        "https://localhost/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "https://fcm.googleapis.com/" + "x" * 1000,
    ],
)
def test_nothing_else_is(endpoint: str) -> None:
    with pytest.raises(Invalid):
        check_endpoint(endpoint, {"127.0.0.1"})


@pytest.mark.parametrize(
    "keys",
    [
        None,
        [],
        {},
        {"p256dh": "", "auth": SECRET},
        {"p256dh": point(), "auth": ""},
        {"p256dh": point(), "auth": base64url(b"short")},
        {"p256dh": base64url(b"\4" + b"x" * 64), "auth": SECRET},
        {"p256dh": point() + "!" * 100, "auth": SECRET},
        {"p256dh": "ü", "auth": SECRET},
        {"p256dh": 7, "auth": ["x"]},
    ],
)
def test_keys_that_nothing_can_be_encrypted_with_are_refused(keys: Any) -> None:
    params = {"endpoint": "https://fcm.googleapis.com/fcm/send/abc", "keys": keys}
    with pytest.raises(Invalid):
        Address.in_params(params, ())


# Settings


def test_without_a_key_nothing_is_pushed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARLEY_PUSH_KEY", raising=False)
    assert push_settings() is None


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("PARLEY_PUSH_KEY", "abc"),
        ("PARLEY_PUSH_KEY", "A" * 43),
        ("PARLEY_PUSH_KEY", "ü" * 43),
        ("PARLEY_PUSH_CONTACT", ""),
        ("PARLEY_PUSH_CONTACT", "you@example.com"),
        ("PARLEY_PUSH_AFTER", "soon"),
    ],
)
def test_a_wrong_setting_is_named(name: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_PUSH_KEY", new_key())
    monkeypatch.setenv("PARLEY_PUSH_CONTACT", "mailto:you@example.com")
    monkeypatch.setenv(name, wrong)
    with pytest.raises(RuntimeError, match=name):
        push_settings()


# Devices


async def signed_in(name: str) -> tuple[accounts.User, int]:
    """Somebody, and the id of their session."""
    user = await accounts.create_user(name)
    device = await notifications.device_of(await accounts.start_session(user.id))
    assert device is not None
    return user, device


def address(name: str = "abc") -> Address:
    return Address(f"https://fcm.googleapis.com/fcm/send/{name}", point(), SECRET)


async def endpoints() -> list[str]:
    async with db.session() as session:
        return list(await session.scalars(select(Device.endpoint).order_by(Device.id)))


@database
async def test_a_session_has_one_device_and_an_address_one_session() -> None:
    _, one = await signed_in("Alice")
    _, two = await signed_in("Bob")
    await notifications.keep_device(one, address("old"))
    await notifications.keep_device(one, address("new"))
    assert await endpoints() == [address("new").endpoint]
    await notifications.keep_device(two, address("new"))
    assert await endpoints() == [address("new").endpoint]
    await notifications.forget_device(one)
    assert await endpoints() == [address("new").endpoint]
    await notifications.forget_device(two)
    assert await endpoints() == []


@database
async def test_the_same_twice_writes_nothing_and_at_once_one_of_two_is_refused() -> None:
    _, one = await signed_in("Alice")
    same = address()
    await notifications.keep_device(one, same)
    async with db.session() as session:
        before = await session.scalar(select(Device.id))
    await notifications.keep_device(one, same)
    async with db.session() as session:
        assert await session.scalar(select(Device.id)) == before
    outcomes = await asyncio.gather(
        *(notifications.keep_device(one, address(str(number))) for number in range(5)), return_exceptions=True
    )
    assert all(outcome is None or isinstance(outcome, Invalid) for outcome in outcomes)
    assert len(await endpoints()) == 1


@database
async def test_a_device_goes_with_its_session() -> None:
    user, device = await signed_in("Alice")
    await notifications.keep_device(device, address())
    await accounts.end_sessions(user.id)
    assert await endpoints() == []
    with pytest.raises(Invalid):
        await notifications.keep_device(device, address())


@database
async def test_whose_devices_are_told() -> None:
    (alice, a), (bob, b), (carol, c), (_, d) = [await signed_in(name) for name in ("A", "B", "C", "D")]
    for device in (a, b, c, d):
        await notifications.keep_device(device, address(str(device)))
    talk = await chat.create_conversation("Market", owner=alice, others=[bob, carol])
    message = await chat.send_message(talk.id, alice.id, "Bread?")

    async def told(read_below: int) -> set[int]:
        devices = await notifications.devices_to_tell(talk.id, alice.id, read_below)
        return {device.session_id for device in devices}

    assert await told(message.id) == {b, c}
    assert await told(0) == {b, c}
    await chat.mark_read(talk.id, bob.id, 0)
    assert await told(message.id) == {b, c}
    assert await told(0) == {c}
    await chat.mark_read(talk.id, bob.id, message.id)
    assert await told(message.id) == {c}
    async with db.transaction() as session:
        await session.execute(
            update(UserSession).where(UserSession.id == c).values(created_at=now() - accounts.LASTS)
        )
    assert await told(message.id) == set()


# Pushing


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


async def told(sender: Pusher, talk: chat.Conversation, read_below: int = 1) -> None:
    """Tell everyone, and wait until all of it is over."""
    sender.tell(NOTE, talk.id, besides=0, read_below=read_below)
    while sender._tasks:
        await asyncio.wait(sender._tasks)


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
    while sender._tasks:
        await asyncio.wait(sender._tasks)
    assert len(service.bodies) == 12
    assert service.most_at_once == 3


@database
async def test_what_has_been_read_meanwhile_is_not_pushed(service: Service, sender: Pusher) -> None:
    talk, _ = await subscribed(service, "Bob", "Carol")
    bob = await accounts.find_user_by_nickname("Bob")
    assert bob is not None
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
    while sender._tasks:
        await asyncio.wait(sender._tasks)
    assert service.paths == ["/Bob"]


def test_a_long_message_fits_into_a_push() -> None:
    author = accounts.User(id=1, nickname="日" * 40)
    message = chat.Message(
        id=1, conversation_id=1, user_id=1, content="界" * 9000, created_at=now(), author=author
    )
    note = notifications.note_of_message(message, "語" * 100)
    assert len(note.json.encode()) < 3000
    assert note.body.endswith("…")


def test_the_command_makes_a_key_of_the_right_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_PUSH_CONTACT", "mailto:you@example.com")
    for _ in range(50):
        monkeypatch.setitem(os.environ, "PARLEY_PUSH_KEY", new_key())
        settings = push_settings()
        assert settings is not None
        assert len(settings.public_key) == 87

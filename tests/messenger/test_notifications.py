"""The context `notifications`: which addresses, which keys, which devices, and what a note holds."""

import asyncio
import os
from typing import Any

import pytest
from sqlalchemy import select, update
from support.devices import SECRET, address, base64url, endpoints, point, signed_in
from support.sessions import a_session

from messenger import accounts, chat, notifications
from messenger.accounts.models import UserSession
from messenger.errors import Invalid
from messenger.notifications import Address, Device, check_endpoint, push_settings
from messenger.push_key import new_key
from messenger.times import now

database = pytest.mark.usefixtures("database")


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
    async with a_session() as session:
        before = await session.scalar(select(Device.id))
    await notifications.keep_device(one, same)
    async with a_session() as session:
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
    async with a_session() as session:
        await session.execute(
            update(UserSession).where(UserSession.id == c).values(created_at=now() - accounts.LASTS)
        )
    assert await told(message.id) == set()


# Notes and keys


def test_a_long_message_fits_into_a_push() -> None:
    message = chat.Posted(1, 1, 1, "界" * 9000, now(), None, chat.Author(1, "日" * 40))
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

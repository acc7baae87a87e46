"""Chapter 8: Web Push, and pages without a connection."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

from course.checks import CheckContext, check, since
from course.lab.messenger import notifications
from course.lab.messenger.push_service import PushService
from course.lab.person.person import Person

PUSHING = "messenger/notifications/pushing.py"
SENDING = "messenger/notifications/sending.py"
ENDPOINTS = "messenger/notifications/endpoints.py"
DEVICES = "messenger/notifications/devices.py"
SETTINGS = "messenger/notifications/settings.py"
KEY = "messenger/push_key.py"
SAMPLE = "messenger/env.sample"
COMPONENT = "messenger/notifications_component.py"
PAGES = "messenger/notification_pages.py"
WORKER = "static/service-worker.js"
BUTTON = "static/hooks/notifications.js"
OFFLINE = "static/offline.html"

ALWAYS = "also when Parley is closed"
NEVER = "this browser cannot be reached"


def devices(c: CheckContext) -> list[str]:
    """Return the endpoints of devices in the database."""
    with closing(sqlite3.connect(c.lab.data / "parley.db")) as connection:
        return [row[0] for row in connection.execute("SELECT endpoint FROM notifications_devices")]


async def reachable(c: CheckContext, name: str) -> tuple[Person, PushService]:
    """Sign a person in whose browser subscribes to the Lab's push service. Return both."""
    person = await c.person(name)
    service = await c.lab.push_service(person)
    c.done(f"{name} allowed notifications")
    await notifications.allow(person)
    await c.sign_in(person, name)
    await c.visit(person, "/")
    await c.enable(person, ALWAYS)
    return person, service


async def leave(c: CheckContext, person: Person) -> None:
    """Close the app in a person's browser."""
    c.done(f"{person.name} closed the page")
    await notifications.leave(person)


@check(
    "8.14",
    "A push reaches the service worker with no page open, and is encrypted on its way",
    files=[PUSHING, SENDING, WORKER, BUTTON],
    fresh=True,
)
@since(8)
async def pushed(c: CheckContext) -> None:
    bob, service = await reachable(c, "Bob")
    alice = await c.signed_in("Alice", "/conversations/2")
    await leave(c, bob)
    text = "Meet me at the “old” bridge – 八時"
    await c.say(alice, text)
    await c.expect_told(bob, ("Saturday hike", f"Alice: {text}"))
    [push] = service.received
    c.expect(not service.refused, expected="a valid push", seen=str(service.refused))
    c.expect(json.loads(push.text)["url"] == "/conversations/2", expected="where it leads", seen=push.text)
    readable = [word for word in (b"bridge", b"Alice", b"hike") if word in push.body]
    c.expect(not readable, expected="a body that nobody on the way can read", seen=f"{readable} in it")
    # This message comes after any second push of the first.
    await c.say(alice, "I wait there.")
    await c.expect_told(bob, ("Saturday hike", f"Alice: {text}"), ("Saturday hike", "Alice: I wait there."))
    await c.visit(bob, "/")
    await c.visit(alice, "/")
    await c.click(alice, "Bob")
    await c.expect_visible(alice.button("Remove Bob"))
    await c.click(alice, "Create")
    told = [("Saturday hike", f"Alice: {text}"), ("Saturday hike", "Alice: I wait there.")]
    await c.expect_told(bob, *told, ("Alice, Bob", "You are in a new conversation."))
    await c.expect_soon(
        lambda: len(service.received) == 3,
        expected="a push as well as the page's own notification",
        seen="none",
    )
    await c.expect_told(bob, *told, ("Alice, Bob", "You are in a new conversation."))


@check(
    "8.15",
    "A device that no longer exists is forgotten; a busy push service is tried again",
    files=[PUSHING, DEVICES],
    fresh=True,
)
@since(8)
async def gone(c: CheckContext) -> None:
    bob, service = await reachable(c, "Bob")
    await leave(c, bob)
    alice = await c.signed_in("Alice", "/conversations/2")
    c.done("the push service answered 503, then 201")
    service.answers = [503, 0]
    await c.say(alice, "You are busy?")
    await c.expect_told(bob, ("Saturday hike", "Alice: You are busy?"))
    for number, status in enumerate((410, 404)):
        if number:
            await c.visit(bob, "/")
            await c.expect_text(bob.page.get_by_role("region", name="Notifications"), ALWAYS)
            await leave(c, bob)
        c.expect(len(devices(c)) == 1, expected="one device", seen="none, or more")
        c.done(f"the push service answered {status}")
        service.answers, before = [status], service.requests
        await c.say(alice, f"Are you there? ({status})")
        await c.expect_soon(lambda: service.requests > before, expected="a push", seen="none")  # noqa: B023

        await c.expect_soon(
            lambda: not devices(c), expected="the device forgotten", seen="a device that still gets pushes"
        )


# Addresses that a signed-in user could give as the push service of their browser.
ELSEWHERE = (
    "https://169.254.169.254/latest/meta-data",
    "https://localhost:5432/",
    "http://fcm.googleapis.com/fcm/send/plain",
    "https://fcm.googleapis.com.example.com/send",
    "https://user@fcm.googleapis.com/send",
    "https://fcm.googleapis.com:8443/send",
)


@check(
    "8.16",
    "The server posts to push services only, and to nobody who has signed out",
    files=[ENDPOINTS, DEVICES, COMPONENT],
    fresh=True,
)
@since(8)
async def elsewhere(c: CheckContext) -> None:
    bob, service = await reachable(c, "Bob")
    panel = bob.page.get_by_role("region", name="Notifications")
    for address in ELSEWHERE:
        await c.click(bob, "Turn off")
        await c.expect_visible(bob.button("Enable notifications"))
        service.elsewhere = address
        c.done(f"Bob's browser named {address}")
        await c.click(bob, "Enable notifications")
        await c.expect_text(panel, NEVER)
    stored = devices(c)
    c.expect(not stored, expected="none of these addresses stored", seen=str(stored))
    service.elsewhere = ""
    await c.click(bob, "Turn off")
    await c.enable(bob, ALWAYS)
    c.expect(len(devices(c)) == 1, expected="one device", seen="none, or more")
    alice = await c.signed_in("Alice", "/conversations/2")
    await c.click(bob, "Sign out")
    await c.expect_visible(bob.heading("Sign in"))
    await c.say(alice, "Only for members")
    c.expect(not devices(c), expected="no device of a session that has ended", seen="Bob's")
    c.expect(not service.received, expected="no push", seen=f"{len(service.received)} of them")


MAKE_KEYS = """
import json, os, runpy, sys, io, contextlib
from messenger.notifications import push_settings
out = io.StringIO()
with contextlib.redirect_stdout(out):
    runpy.run_module("messenger.push_key", run_name="__main__")
made = dict(line.split("=", 1) for line in out.getvalue().splitlines() if line.startswith("PARLEY_"))
found = [sorted(made)]
os.environ.pop("PARLEY_PUSH_KEY")
found.append(push_settings() is None)
os.environ.update(made)
found.append(len(push_settings().public_key))
for name, wrong in (("PARLEY_PUSH_KEY", "abc"), ("PARLEY_PUSH_CONTACT", "nobody")):
    os.environ.update(made)
    os.environ[name] = wrong
    try:
        push_settings()
        found.append("taken")
    except RuntimeError as refusal:
        found.append(name in str(refusal))
print(json.dumps(found))
"""


@check(
    "8.17",
    "The key comes from the environment; a command makes one",
    files=[KEY, SETTINGS, SAMPLE],
)
@since(8)
async def keys(c: CheckContext) -> None:
    c.done("made a key with `python -m messenger.push_key`")
    names, none, length, *refused = await c.in_app(
        MAKE_KEYS, "messenger.push_key and messenger.notifications"
    )
    c.expect(names == ["PARLEY_PUSH_CONTACT", "PARLEY_PUSH_KEY"], expected="lines for .env", seen=f"{names}")
    c.expect(none, expected="no Web Push without a key", seen="settings")
    c.expect(length == 87, expected="a public key for browsers", seen=f"{length} letters")
    c.expect(refused == [True, True], expected="a wrong setting refused by name", seen=str(refused))
    sample = (c.lab.state.folder / "messenger" / "env.sample").read_text(encoding="utf-8")
    c.expect("PARLEY_PUSH_KEY=" in sample, expected="PARLEY_PUSH_KEY in env.sample", seen="nothing about it")


@check(
    "8.18",
    "Without a connection an open page stays; a new page says so, and can be tried again",
    files=[WORKER, OFFLINE, PAGES],
)
@since(8)
async def offline(c: CheckContext) -> None:
    bob = await c.notified("Bob", "/conversations/2")
    await c.fill(bob, "Message", "Half a sen")
    c.done("Bob's line was cut")
    await c.lab.cut(bob)
    await c.expect_value(bob.textbox("Message"), "Half a sen")
    c.done("Bob loaded the page again")
    await bob.page.reload()
    await c.expect_visible(bob.heading("No connection"))
    c.done("Bob's line was fixed, and he clicked Try again")
    await c.lab.fix(bob)
    await bob.link("Try again").click()
    await c.expect_visible(bob.heading("Saturday hike"))
    await bob.live()

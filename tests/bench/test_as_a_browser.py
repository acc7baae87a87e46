"""A member of the bench says what a browser says: the same frames, but for what is in them."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from course.lab import Lab, find_chromium
from course.lab.messenger.sign_in import sign_in_unseen
from course.lab.person.person import Person

# The bench's scripts are run where they lie, and find each other there.
sys.path.append(str(Path(__file__).parent))

import member

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`"),
]

PATH = "/conversations/2"
WANTED = ("phx_join", "send", "read")


async def test_a_member_joins_sends_and_reads_as_a_browser_does() -> None:
    async with await Lab.open("finished") as lab:
        alice = await lab.person("Alice")
        assert await sign_in_unseen(alice, "Alice") is None
        cookies = {cookie["name"]: cookie["value"] for cookie in await alice.context.cookies()}
        signed_in = "; ".join(f"{name}={value}" for name, value in cookies.items() if name != "session")
        browser = await said_by_a_browser(alice)
        ours = await said_by_a_member(lab, signed_in)
    assert list(browser) == list(ours) == list(WANTED)
    assert {name: shape(payload) for name, payload in ours.items()} == {
        name: shape(payload) for name, payload in browser.items()
    }
    # One conversation, one person: the same outbox.
    assert ours["send"]["value"]["to"] == browser["send"]["value"]["to"]


async def said_by_a_browser(alice: Person) -> dict[str, Any]:
    """Return the frames of a browser that opens the conversation and writes."""
    await alice.goto(PATH)
    await alice.live()
    box = alice.textbox("Message")
    await box.fill("Hello")
    await box.press("Enter")
    newest = alice.log("Messages").get_by_role("listitem").last
    await newest.get_by_text("Sent").wait_for(state="attached")
    await asyncio.sleep(1.5)
    return frames_in([[frame.event, frame.payload] for frame in alice.frames if frame.direction == "sent"])


async def said_by_a_member(lab: Lab, cookie: str) -> dict[str, Any]:
    """Return the frames of a member that does the same."""
    arrived = asyncio.Event()
    one = member.Member(
        lab.url.removeprefix("http://"), PATH, cookie, lambda *_: arrived.set(), member.Trouble()
    )
    await asyncio.to_thread(one.fetch)
    said: list[list[Any]] = []

    class Listening(member.Viewer):  # type: ignore[misc]
        def send(self, text: str) -> None:
            said.append(json.loads(text)[3:])
            super().send(text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(member, "Viewer", Listening)
        await one.come()
    one.say(1)
    await asyncio.wait_for(arrived.wait(), 10)
    await asyncio.sleep(1.5)
    one.drop()
    return frames_in(said)


def frames_in(said: list[list[Any]]) -> dict[str, Any]:
    """The last payload of each kind, in the order of `WANTED`."""
    named = {payload["event"] if event == "event" else event: payload for event, payload in said}
    return {name: named[name] for name in WANTED if name in named}


def shape(value: Any) -> Any:
    """Of which types something is made, and how its texts look."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    if isinstance(value, str):
        return re.sub(r"[0-9a-f]", "0", value) if re.fullmatch(r"[0-9a-f-]{32,36}", value) else "text"
    return type(value).__name__

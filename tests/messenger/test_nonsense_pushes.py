"""Pushes that carry nothing, or nonsense: a browser shows something for each, and a click stays with us."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from course.lab import Lab, find_chromium
from course.lab.messenger import notifications
from course.lab.messenger.push_service import deliver

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`"),
    pytest.mark.timeout(120),
]

SOMETHING = ("Parley", "There is something new.", "/")
NOTE = {"tag": "message-1", "title": "Hike", "body": "Alice: Hello", "url": "/conversations/2"}
NONSENSE = [
    "",
    "not JSON",
    "null",
    "5",
    "[]",
    "{}",
    json.dumps({"title": "An older one", "message": "without a tag"}),
    json.dumps(NOTE | {"tag": ""}),
    json.dumps(NOTE | {"title": {"no": "text"}}),
    json.dumps(NOTE | {"url": 5}),
    json.dumps(NOTE | {"body": None}),
]
ELSEWHERE = ["https://example.com/conversations/2", "//example.com/", "/\\example.com/", "/.//example.com/",
             "javascript:alert(1)", "data:text/html,hello", "http://[", ""]  # fmt: skip
ODD_TAGS = ["?", "#", "..", "message 1/2", "x" * 2000]


@pytest_asyncio.fixture(loop_scope="module")
async def lab() -> AsyncIterator[Lab]:
    async with await Lab.open("finished") as opened:
        yield opened


async def test_every_push_is_seen_and_leads_to_a_page_of_ours(lab: Lab) -> None:
    bob = await lab.person("Bob")
    await notifications.allow(bob)
    await lab.sign_in(bob)
    await bob.goto("/")
    await bob.button("Enable notifications").click()
    await expect(bob.page.get_by_role("region", name="Notifications")).to_contain_text("Notifications are on")
    await notifications.count(bob)
    # In view of a page that shows it all, nothing would be said.
    await bob.goto("/profile")
    told: list[tuple[str, str, str]] = []

    async def push(text: str, *wanted: tuple[str, str, str]) -> None:
        await deliver(bob, text)
        told.extend(wanted)
        calls = await notifications.so_many(notifications.calls, bob, len(told))
        assert [(one.title, one.body, one.url) for one in calls] == told, text

    for text in NONSENSE:
        await push(text, SOMETHING)
    for number, url in enumerate(ELSEWHERE):
        note = NOTE | {"tag": f"elsewhere-{number}", "url": url}
        await push(json.dumps(note), (NOTE["title"], NOTE["body"], "/"))
    for tag in ODD_TAGS:
        await push(json.dumps(NOTE | {"tag": tag}), (NOTE["title"], NOTE["body"], NOTE["url"]))
    # What is in order is still told, once.
    await push(json.dumps(NOTE), (NOTE["title"], NOTE["body"], NOTE["url"]))
    await push(json.dumps(NOTE))
    await push("", SOMETHING)

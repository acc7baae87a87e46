"""A page that has to go twice: what it hands on is what stands in it, not what the first one handed on."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from course.lab import Lab, find_chromium

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(120),
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`"),
]


@pytest_asyncio.fixture(loop_scope="module")
async def lab() -> AsyncIterator[Lab]:
    async with await Lab.open("finished") as opened:
        yield opened


async def test_what_is_kept_for_the_next_page_is_the_newest(lab: Lab) -> None:
    alice = await lab.person("Alice")
    await lab.sign_in(alice)
    await alice.page.clock.install()
    await alice.goto("/conversations/2")
    title, message = alice.page.locator("#rename-title"), alice.textbox("Message")
    for said in ("First", "Second", "Third"):
        # Its dialog is closed, so nobody could click there.
        await title.evaluate("(field, text) => { field.value = text; }", f"{said} title")
        await title.dispatch_event("input")
        await message.fill(f"{said} message")
        await lab.cut(alice)
        # The page does not come back by itself: its clock stands still.
        await alice.page.clock.run_for(16_000)
        await alice.network.mend()
        loads = alice.loads
        await alice.button("Refresh page").click()
        await alice.page.wait_for_event("load")
        assert alice.loads > loads
        await alice.live()
        await expect(title).to_have_value(f"{said} title")
        await expect(message).to_have_value(f"{said} message")

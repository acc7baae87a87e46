"""Presence in real browsers: two tabs are one person, and nobody has to say good-bye."""

from __future__ import annotations

from engine.browser.site import Serve
from engine.presence.presence_app import PRESENCES, TOPIC, make_presence_app
from playwright.async_api import Page, expect


async def shows(page: Page, *people: str) -> None:
    """Wait until the page shows exactly these people."""
    await expect(page.get_by_role("listitem")).to_have_text([*people])


async def test_two_tabs_are_one_person_and_a_cut_link_removes_them(serve: Serve) -> None:
    app = make_presence_app()
    site = await serve(app)
    presence = PRESENCES[site.live.pubsub]
    assert site.context.browser is not None
    elsewhere = await site.context.browser.new_context()

    bob = await site.open("/?as=bob", context=elsewhere)
    await shows(bob, "bob calm")
    ann = await site.open("/?as=ann")
    second = await site.open("/?as=ann")
    for page in (ann, second, bob):
        await shows(page, "ann calm calm", "bob calm")

    await second.get_by_role("button", name="Glad").click()
    await shows(bob, "ann calm glad", "bob calm")

    await second.close()
    await shows(bob, "ann calm", "bob calm")

    await ann.goto("about:blank")
    await shows(bob, "bob calm")

    ann = await site.open("/?as=ann")
    await shows(bob, "ann calm", "bob calm")
    [channel] = [each for each in site.live.channels if each.view and each.view.assigns.me == "ann"]
    channel.crash("to see it leave")
    await channel.ended()
    await site.connected(ann)
    await shows(bob, "ann calm", "bob calm")
    assert len(presence.get(TOPIC, "ann")) == 1

    site.link.cut()
    await site.disconnected(bob)
    await site.live.runtime.open_hosts.wait_until_empty()
    assert presence.list(TOPIC) == {}
    await site.link.fix()
    await shows(bob, "ann calm", "bob calm")
    await ann.close()
    await shows(bob, "bob calm")
    site.problems.clear()  # the browser complains about the sockets that could not be opened
    await elsewhere.close()

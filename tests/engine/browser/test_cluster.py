"""Several processes on one real Redis, as browsers see them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
from engine.browser import sign_in_app
from engine.browser.site import NODE_MODULES, Serve
from playwright.async_api import Browser, expect
from support.listener import until
from support.redis_server import RedisServer, redis_server, running_redis
from support.server_process import ServerProcess, server_processes

from quart_live import RedisPubSub

__all__ = ["redis_server", "running_redis"]


@pytest.fixture
def process(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], ServerProcess]]:
    """Starts processes with the presence page; ends them."""
    monkeypatch.setenv("QUART_LIVE_CLIENT_DIR", str(NODE_MODULES))
    with server_processes(redis_server) as start:
        yield start


async def test_a_killed_process_takes_its_people_with_it(
    browser: Browser, process: Callable[[], ServerProcess]
) -> None:
    one, two = process(), process()
    await asyncio.gather(one.ready(), two.ready())
    context = await browser.new_context()
    bob, ann = await context.new_page(), await context.new_page()
    await bob.goto(f"{one.address}/?as=bob")
    await expect(bob.get_by_role("listitem")).to_have_text(["bob calm"])
    await ann.goto(f"{two.address}/?as=ann")
    for page in (ann, bob):
        await expect(page.get_by_role("listitem")).to_have_text(["ann calm", "bob calm"])
    await ann.get_by_role("button", name="Glad").click()
    await expect(bob.get_by_role("listitem")).to_have_text(["ann glad", "bob calm"])
    two.process.kill()
    two.process.wait()
    await expect(bob.get_by_role("listitem")).to_have_text(["bob calm"])
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def pubsubs(redis_server: RedisServer) -> AsyncIterator[list[RedisPubSub]]:
    """The PubSubs of two processes; Redis must be empty again after them."""
    made = [RedisPubSub(redis_server.url, retry=(0.01, 0.05)) for _ in range(2)]
    yield made
    for pubsub in made:
        await pubsub.close()
    await until(lambda: redis_server.channels() == [])


async def test_sign_out_everywhere_reaches_all_processes(serve: Serve, pubsubs: list[RedisPubSub]) -> None:
    sites = [await serve(sign_in_app.app(pubsub)) for pubsub in pubsubs]
    phone, laptop = [await site.open("/sign-in/alice") for site in sites]
    bob = await sites[1].open("/sign-in/bob", context=await sites[0].context.browser.new_context())  # type: ignore[union-attr]
    await bob.click("button")
    await expect(bob.locator("h1")).to_have_text("1")
    sign_in_app.REVOKED.add("alice")
    try:
        await sites[0].live.disconnect("users_socket:alice")
        for page in (phone, laptop):
            await expect(page.locator("h1")).to_have_text("Sign in")
    finally:
        sign_in_app.REVOKED.clear()
    await expect(bob.locator("h1")).to_have_text("1")
    await bob.context.close()

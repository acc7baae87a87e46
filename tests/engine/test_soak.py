"""The short soak of `make test`; ``make soak MINUTES=30`` is the long one."""

from __future__ import annotations

import asyncio
import logging

import pytest
from engine.soak import LeftBehindError, Soak

from quart_live import LiveViewTest

pytestmark = pytest.mark.filterwarnings("ignore:coroutine 'sleep' was never awaited")


async def test_nothing_is_left_behind_by_random_operations(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL + 1, "quart_live")  # kept log records would keep tracebacks, and views
    soak = Soak(seed=1)
    await soak.run(seconds=8)
    worked = [name for name in soak.OPERATIONS if soak.done[name] > soak.done[f"{name}: refused or crashed"]]
    assert set(soak.OPERATIONS) - set(worked) <= {"malformed", "event crash"}, "operations that never worked"


async def test_the_soak_notices_what_is_left() -> None:
    soak = Soak()
    page = LiveViewTest(soak.app, "/soak")
    await page.open()
    with pytest.raises(LeftBehindError, match=r"sockets.*channels.*subscriptions"):
        soak.check(set())
    await page.close()
    soak.check(set())
    task = asyncio.ensure_future(asyncio.sleep(3600))
    with pytest.raises(LeftBehindError, match="tasks"):
        soak.check({task})
    task.cancel()
    await soak.live.shutdown()

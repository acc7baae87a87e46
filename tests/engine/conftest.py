"""Fixtures of the engine's tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from engine.app import make_app
from hypothesis import settings
from quart import Quart
from support.client_merge import client_merge
from support.clock import LoopClock
from support.leftovers import assert_nothing_left

from quart_live import QuartLive

settings.register_profile("engine", deadline=None)  # how long an example takes says nothing here
settings.load_profile("engine")

__all__ = ["client_merge"]


@pytest.fixture
async def app() -> AsyncIterator[Quart]:
    """A fresh app. After the test nothing of it may be left running."""
    before = asyncio.all_tasks()
    app = make_app()
    yield app
    live: QuartLive = app.extensions["quart_live"]
    await live.shutdown()
    assert_nothing_left(live)
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not left, f"tasks left behind: {left}"


@pytest.fixture
async def clock() -> LoopClock:
    """The event loop's clock."""
    return LoopClock()


@pytest.fixture
def live(app: Quart) -> QuartLive:
    """The app's extension."""
    extension: QuartLive = app.extensions["quart_live"]
    return extension

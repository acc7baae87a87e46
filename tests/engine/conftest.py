"""Fixtures of the engine's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from engine.app import make_app
from hypothesis import settings
from quart import Quart
from support.client_merge import client_merge
from support.clock import LoopClock
from support.leftovers import shut_down_at_the_end

from quart_live import QuartLive

settings.register_profile("engine", deadline=None)  # how long an example takes says nothing here
settings.load_profile("engine")

__all__ = ["client_merge"]


@pytest.fixture
async def app() -> AsyncIterator[Quart]:
    """A fresh app. After the test nothing of it may be left running."""
    async with shut_down_at_the_end(make_app()) as app:
        yield app


@pytest.fixture
async def clock() -> LoopClock:
    """The event loop's clock."""
    return LoopClock()


@pytest.fixture
def live(app: Quart) -> QuartLive:
    """The app's extension."""
    extension: QuartLive = app.extensions["quart_live"]
    return extension

"""What the collector is told while the server runs, and that it finds what pages leave behind."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest

from messenger import create_app
from messenger.garbage import PYTHONS_OWN, SELDOM


class Circle:
    """Holds itself, so only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


async def test_what_was_there_before_is_left_alone_while_it_serves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PARLEY_SECRET_KEY", "for this test")
    monkeypatch.setenv("PARLEY_DATABASE_URL", f"sqlite:///{tmp_path}/parley.db")
    app = create_app()
    gc.disable()  # it shall not come by itself meanwhile
    dropped = weakref.ref(Circle())
    async with app.test_app():
        gc.enable()
        assert dropped() is None, "garbage was kept for good"
        assert gc.get_freeze_count() > 10_000
        assert gc.get_threshold() == SELDOM
        assert not any(each is app for each in gc.get_objects())
        later = weakref.ref(Circle())
        assert later() is not None
        gc.collect()
        assert later() is None, "garbage of open pages was not found"
    assert gc.get_freeze_count() == 0
    assert gc.get_threshold() == PYTHONS_OWN
    assert any(each is app for each in gc.get_objects())

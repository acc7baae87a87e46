"""The finished messenger with its seeds, and pages of it without a browser."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from quart import Quart

from messenger import accounts, create_app
from messenger.db import db
from messenger.migrations import migrate
from messenger.seeds import EMAILS, PASSWORD, seed
from quart_live.testing import LiveViewTest


@asynccontextmanager
async def messenger_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Quart]:
    """Make the app, with a database of its own in this folder, until the block ends."""
    monkeypatch.setenv("PARLEY_DATABASE_URL", f"sqlite:///{(folder / 'test.db').as_posix()}")
    monkeypatch.setenv("PARLEY_SECRET_KEY", "a key for tests only")
    monkeypatch.setenv("PARLEY_ARGON2", "1,1024,1")
    app = create_app()
    await migrate()
    await seed()
    yield app
    await db.disconnect()


async def page_of(app: Quart, name: str, path: str, **params: object) -> LiveViewTest:
    """Sign in and return a page that is not opened yet; its join has the ``params``."""
    client = app.test_client()
    html = await (await client.get("/sign-in")).get_data(as_text=True)
    token = re.search(r'name="_csrf_token"[^>]*value="([^"]+)"', html)
    assert token is not None
    form = {"_csrf_token": token[1], "email": EMAILS[name], "password": PASSWORD}
    answer = await client.post("/sign-in", form=form)
    assert answer.status_code == 302
    return LiveViewTest(app, path, client=client, connect_params=params)


async def user_of(name: str) -> accounts.User:
    """Return the account of a nickname."""
    user = await accounts.find_user_by_nickname(name)
    assert user is not None
    return user

"""When the database is locked, full, read-only or away: what people see, and that nothing is half done."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from quart import Quart, Response
from quart.typing import TestClientProtocol as Client
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from support.seeded_messenger import user_of

from messenger import accounts, chat, create_app
from messenger.accounts import passwords
from messenger.db import Database, db
from messenger.errors import TRY_AGAIN, Unavailable, is_down
from messenger.migrations import migrate
from messenger.seeds import PASSWORD, seed
from messenger.stores import SQLite
from quart_live.testing import LiveViewTest

NEW = "quite another one"
HIKE = "/conversations/2"
INTERNAL = re.compile(r"locked|readonly|disk is full|sqlite|Internal Server Error|Traceback", re.IGNORECASE)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "test.db"


@pytest.fixture
async def app(database: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Quart]:
    monkeypatch.setenv("PARLEY_DATABASE_URL", f"sqlite:///{database.as_posix()}")
    monkeypatch.setenv("PARLEY_SECRET_KEY", "a key for tests only")
    monkeypatch.setenv("PARLEY_ARGON2", "1,1024,1")
    # Nobody waits for a lock here: whoever meets one is turned away at once.
    monkeypatch.setattr(Database.connect, "__defaults__", (0.0,))
    passwords.hasher.cache_clear()
    app = create_app()
    await migrate()
    await seed()
    yield app
    await db.disconnect()
    passwords.hasher.cache_clear()


def engines() -> list[Engine]:
    """All that the app has."""
    assert isinstance(db.store, SQLite)
    return [db.engine.sync_engine, db.store.engine]


@asynccontextmanager
async def locked(database: Path) -> AsyncIterator[None]:
    """Somebody else writes, and does not come to an end."""
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@asynccontextmanager
async def full(database: Path) -> AsyncIterator[None]:
    """No page more fits on the disk."""
    with closing(sqlite3.connect(database)) as other:
        pages = other.execute("PRAGMA page_count").fetchone()[0]
    async with each_connection(f"PRAGMA max_page_count = {pages}"):
        yield
    # A connection keeps this limit. A disk on which there is room again has none.
    await db.disconnect()


@asynccontextmanager
async def read_only(_database: Path) -> AsyncIterator[None]:
    """Nothing can be written, and a connection that was opened then will never write."""
    async with each_connection("PRAGMA query_only = ON"):
        yield


@asynccontextmanager
async def each_connection(pragma: str) -> AsyncIterator[None]:
    """Say this to all connections that are opened meanwhile."""
    now = True

    def say(connection: Any, _record: object) -> None:
        if now:
            cursor = connection.cursor()
            cursor.execute(pragma)
            cursor.close()

    await db.disconnect()
    for engine in engines():
        event.listen(engine, "connect", say)
    yield
    now = False


TROUBLES = [locked, full, read_only]
Trouble = Callable[[Path], Any]


def token_in(html: str) -> str:
    found = re.search(r'name="_csrf_token"[^>]*value="([^"]+)"', html)
    assert found is not None
    return found[1]


async def post(client: Client, path: str, **fields: str) -> tuple[Response, str]:
    """Fill the form of this page and send it."""
    page = await (await client.get(path)).get_data(as_text=True)
    answer = await client.post(path, form={"_csrf_token": token_in(page), **fields})
    return answer, await answer.get_data(as_text=True)


async def signed_in(app: Quart, name: str, password: str = PASSWORD) -> Client:
    """The browser of somebody who has signed in."""
    client = app.test_client()
    email = f"{name.lower()}@example.com"
    answer, _ = await post(client, "/sign-in", email=email, password=password)
    assert answer.status_code == 302
    return client


# What people see


@pytest.mark.parametrize("trouble", [locked, read_only])
async def test_signing_in_says_what_is_wrong_and_keeps_what_was_typed(
    app: Quart, database: Path, trouble: Trouble
) -> None:
    client = app.test_client()
    fields = {"email": "alice@example.com", "password": PASSWORD}
    async with trouble(database):
        answer, html = await post(client, "/sign-in", **fields)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert TRY_AGAIN in html
        assert INTERNAL.search(html) is None
        if 'name="email"' in html:
            assert 'value="alice@example.com"' in html
    answer, _ = await post(client, "/sign-in", **fields)
    assert answer.status_code == 302


@contextmanager
def away(database: Path) -> Iterator[None]:
    """The file is not where it should be."""
    elsewhere = database.with_name("away.db")
    database.rename(elsewhere)
    database.mkdir()
    yield
    database.rmdir()
    elsewhere.rename(database)


async def test_a_database_that_is_away_gives_a_page_that_tries_again(app: Quart, database: Path) -> None:
    client = await signed_in(app, "Alice")
    await db.disconnect()
    with away(database):
        answer = await client.get("/")
        html = await answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert '<meta http-equiv="refresh" content="5">' in html
    assert TRY_AGAIN in html
    assert INTERNAL.search(html) is None
    assert (await client.get("/")).status_code == 200


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_a_conversation_is_shown_and_loses_nothing(
    app: Quart, database: Path, trouble: Trouble
) -> None:
    client = await signed_in(app, "Alice")
    page = LiveViewTest(app, HIKE, client=client, connect_params={"draft": "Half a sent"})
    async with trouble(database), page as alice:
        # It needs no write to be shown, although the tab brings a draft along.
        view = alice.view
        key = {"content": "A long one. " * 800, "key": str(uuid4())}
        assert await alice.hook("send", key) == {"later": 5}
        await alice.hook("rename", {"title": "Sunday hike" * 9})
        await alice.hook("draft", {"content": "x" * 15_000})
        await alice.hook("read", {"to": 10**6})
        assert TRY_AGAIN in alice.text or trouble is full
        assert INTERNAL.search(alice.text) is None
        assert alice.view is view, "the view has crashed and was joined again"
    async with LiveViewTest(app, HIKE, client=client) as alice:
        sent = await alice.hook("send", key)
        assert sent is not None
        assert "sent" in sent
        await alice.hook("rename", {"title": "Sunday hike"})
        assert "Renamed." in alice.text


@pytest.mark.parametrize("trouble", [locked, read_only])
async def test_forms_of_live_pages_keep_what_was_written(
    app: Quart, database: Path, trouble: Trouble
) -> None:
    client = await signed_in(app, "Alice")
    bob = await user_of("Bob")
    async with (
        LiveViewTest(app, "/", client=client) as home,
        LiveViewTest(app, HIKE, client=client, connect_params={"windows": "poll"}) as hike,
    ):
        views = home.view, hike.view
        await home.hook("add", {"id": bob.id})
        form = {"conversation[title]": "To the lake"}
        question = {"question": "Which day?", "choices": "Saturday\nSunday"}
        async with trouble(database):
            await home.submit("#new-conversation", form)
            assert TRY_AGAIN in home.find("#new-conversation").text
            await hike.submit("#ask", question)
            assert TRY_AGAIN in hike.find("#poll").text
        assert "To the lake" not in [talk.title for talk in await chat.all_conversations()]
        await home.submit("#new-conversation", form)
        await hike.submit("#ask", question)
        assert "To the lake" in [talk.title for talk in await chat.all_conversations()]
        assert [question.content for question in await chat.questions_in(2)] == ["Which day?"]
        assert (home.view, hike.view) == views, "a view has crashed and was joined again"


async def test_what_has_no_form_to_say_it_in_says_it_on_a_page(app: Quart, database: Path) -> None:
    client = await signed_in(app, "Alice")
    async with locked(database):
        page = await (await client.get("/profile")).get_data(as_text=True)
        form = {"_csrf_token": token_in(page)}
        answer = await client.post("/sign-out", form=form)
        html = await answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert TRY_AGAIN in html
    # A page that sends something is not loaded again by itself.
    assert "http-equiv" not in html
    assert "Load this page again" in html
    assert (await client.get("/profile")).status_code == 200
    assert (await client.post("/sign-out", form=form)).status_code == 302
    assert (await client.get("/profile")).status_code == 302


async def test_a_connection_of_a_read_only_time_does_not_outlive_it(app: Quart, database: Path) -> None:
    alice = await user_of("Alice")
    async with read_only(database):
        with pytest.raises(Unavailable):
            await chat.send_message(2, alice.id, "Not now")
    assert (await chat.send_message(2, alice.id, "Now")).content == "Now"


# One act, or nothing


@contextmanager
def locked_at(database: Path, number: int) -> Iterator[list[int]]:
    """Somebody else takes the lock just before the transaction of this number. Tells how many have begun."""
    begun: list[int] = []
    with closing(sqlite3.connect(database, isolation_level=None, check_same_thread=False)) as other:

        def before(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
            if statement == "BEGIN IMMEDIATE":
                begun.append(len(begun) + 1)
                if len(begun) == number:
                    other.execute("BEGIN IMMEDIATE")

        for engine in engines():
            event.listen(engine, "before_cursor_execute", before)
        yield begun
        for engine in engines():
            event.remove(engine, "before_cursor_execute", before)


async def test_an_account_is_deleted_or_as_it_was(app: Quart, database: Path) -> None:
    refused = 0
    for number in range(1, 20):
        name = f"Dora {number}"
        dora = await accounts.register(name, f"dora{number}@example.com", PASSWORD)
        assert dora is not None
        bob = await user_of("Bob")
        talk = await chat.create_conversation("Dora's", owner=dora, others=[bob])
        client = await signed_in(app, f"dora{number}")
        with locked_at(database, number) as begun:
            answer, html = await post(client, "/profile/delete", current=PASSWORD)
        assert INTERNAL.search(html) is None
        if len(begun) < number:
            break
        user = await accounts.find_user(dora.id)
        here = await chat.find_conversation(talk.id)
        assert user is not None
        assert here is not None
        gone = user.email is None
        # The name, the ownership and the sessions: all of them are there, or none.
        assert (user.nickname == name) is not gone
        assert ([member.user_id for member in here.members if member.owner] == [dora.id]) is not gone
        if not gone:
            refused += 1
            assert answer.status_code == 503
            answer, _ = await post(client, "/profile/delete", current=PASSWORD)
            assert answer.status_code == 302
        assert (await client.get("/profile")).status_code == 302
    else:
        pytest.fail("it never came to an end")
    assert refused >= 2


async def test_a_new_password_ends_other_sessions_or_is_not_the_new_one(app: Quart, database: Path) -> None:
    for number in range(1, 20):
        name = f"dora{number}"
        await accounts.register(name, f"{name}@example.com", PASSWORD)
        here, elsewhere = await signed_in(app, name), await signed_in(app, name)
        fields = {"nickname": name, "email": f"{name}@example.com", "password": NEW, "confirm": NEW}
        with locked_at(database, number) as begun:
            _, html = await post(here, "/profile", current=PASSWORD, **fields)
        assert INTERNAL.search(html) is None
        if len(begun) < number:
            break
        is_new = await accounts.authenticate(fields["email"], NEW, "192.0.2.9") is not None
        still_in = (await elsewhere.get("/profile")).status_code == 200
        assert still_in is not is_new
    else:
        pytest.fail("it never came to an end")
    assert number > 3


async def test_one_connection_writes_whatever_is_written(app: Quart) -> None:
    """Also what the engine keeps for a view."""
    seen: list[str] = []
    writers: set[int] = set()

    def before(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("WITH", "INSERT", "UPDATE", "DELETE")):
            seen.append(statement)
            writers.add(id(connection.connection.dbapi_connection))

    client = await signed_in(app, "Alice")
    event.listen(Engine, "before_cursor_execute", before)
    try:
        async with LiveViewTest(app, "/search", client=client) as page:
            await page.submit("#search", {"words": "rope", "within": ""})
        async with LiveViewTest(app, HIKE, client=client) as page:
            await page.hook("send", {"content": "Ready?", "key": str(uuid4())})
        async with LiveViewTest(app, "/search", client=client) as page:
            assert page.find("#recent").text.strip() == "rope"
        await app.extensions["quart_live"].stash.forget_user("1")
    finally:
        event.remove(Engine, "before_cursor_execute", before)
    for begin in ("INSERT INTO live_stash", "INSERT INTO chat_messages", "DELETE FROM live_stash"):
        assert any(statement.startswith(begin) for statement in seen)
    assert len(writers) == 1


# PostgreSQL says it in other ways


class TooManyConnectionsError(Exception):
    """As asyncpg raises it, when there is no connection yet that SQLAlchemy could wrap it for."""

    __module__ = "asyncpg.exceptions"


@pytest.mark.parametrize(
    ("error", "down"),
    [
        (TooManyConnectionsError("sorry, too many clients already"), True),
        (ConnectionRefusedError(111, "Connect call failed"), True),
        (DBAPIError("SELECT 1", {}, Exception("connection is closed"), connection_invalidated=True), True),
        (DBAPIError("SELECT 1", {}, Exception("a defect")), False),
        (KeyError("a defect"), False),
    ],
)
def test_which_errors_are_nobodys_fault(error: Exception, down: bool) -> None:
    assert is_down(error) is down


async def test_a_mistake_in_a_statement_is_no_trouble_of_the_database(app: Quart) -> None:
    with pytest.raises(OperationalError, match="no such table"):
        await db.read(lambda session: session.execute(text("SELECT * FROM no_such_table")))


# Drafts, and texts that have an end


async def test_kept_is_only_said_of_a_draft_that_is(app: Quart, database: Path) -> None:
    client = await signed_in(app, "Alice")
    async with LiveViewTest(app, HIKE, client=client) as alice:
        async with locked(database):
            assert await alice.hook("draft", {"content": "Half a sent"}) == {"kept": False}
        assert await alice.hook("draft", {"content": "Half a sent"}) == {"kept": True}
    async with LiveViewTest(app, HIKE, client=client) as again:
        assert again.find("#composer-keeps").get("data-kept") == "Half a sent"


async def test_a_page_that_is_left_sends_its_last_letters(app: Quart) -> None:
    client, stranger = await signed_in(app, "Alice"), app.test_client()
    html = await (await client.get(HIKE)).get_data(as_text=True)
    token = re.search(r'name="csrf-token" content="([^"]+)"', html)
    assert token is not None
    me = await user_of("Alice")
    last = {"content": "The last\r\nletters"}
    assert (await client.post(f"{HIKE}/draft", form=last)).status_code == 400
    assert (await stranger.post(f"{HIKE}/draft", form=last)).status_code == 302
    assert await chat.draft_of(2, me.id) == ""
    good = {**last, "_csrf_token": token[1]}
    assert (await client.post("/conversations/999/draft", form=good)).status_code == 409
    assert (await client.post(f"{HIKE}/draft", form=good)).status_code == 204
    assert await chat.draft_of(2, me.id) == "The last\nletters"


async def test_what_is_too_long_is_refused_in_words_and_lists_are_short(app: Quart) -> None:
    client = await signed_in(app, "Alice")
    too_long = {"refused": "This is too long: 10,000 characters at most."}
    async with LiveViewTest(app, HIKE, client=client) as alice:
        send = {"content": "x" * (chat.LONGEST_MESSAGE + 1), "key": str(uuid4())}
        assert await alice.hook("send", send) == too_long
        sent = await alice.hook("send", {"content": "y" * chat.LONGEST_MESSAGE, "key": str(uuid4())})
        assert "sent" in (sent or {})
    for path, times in (("/", 0), (HIKE, 1)):
        html = await (await client.get(path)).get_data(as_text=True)
        assert "yyy…" in html, "the beginning of the last line"
        assert html.count("y" * chat.LONGEST_MESSAGE) == times, "it stands in its own log, and nowhere else"


async def test_a_search_says_and_keeps_no_more_than_is_looked_for(app: Quart) -> None:
    client = await signed_in(app, "Alice")
    async with LiveViewTest(app, "/search", client=client) as page:
        await page.submit("#search", {"words": "e " * 450_000})
        assert len(page.html) < 10_000
        assert len(page.find("#search-words").get("value") or "") == chat.LONGEST_SEARCH
        assert page.find("#recent-1").text.startswith("e e e")

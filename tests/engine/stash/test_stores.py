"""Stores: memory, a real SQLite through SQLAlchemy, a real Redis. All do the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from engine.stash.pages import NotesLive, stash_app
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis
from sqlalchemy import MetaData, event, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from support.redis_server import RedisServer, redis_server, running_redis

from quart_live import LiveViewTest, QuartLive
from quart_live.stash import MemoryStash, RedisStash, SQLAlchemyStash, StashStore, stash_table

__all__ = ["redis_server", "running_redis"]

DAY = 24 * 3600.0

T = TypeVar("T")


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def sqlite(folder: Path) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(f"sqlite+aiosqlite:///{folder / 'stash.db'}")
    yield engine
    await engine.dispose()


@asynccontextmanager
async def connected(server: RedisServer, **options: Any) -> AsyncIterator[Redis]:
    async with Redis.from_url(server.url, **options) as client:
        yield client
        await client.flushall()


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    async with sqlite(tmp_path) as engine:
        yield engine


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    async with connected(redis_server) as client:
        yield client


@pytest.fixture(params=["memory", "sql", "sessions", "redis"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[StashStore]:
    if request.param == "memory":
        yield MemoryStash()
    elif request.param == "sql":
        async with sqlite(tmp_path) as engine:
            store = SQLAlchemyStash(engine)
            await store.create_table()
            yield store
    elif request.param == "sessions":
        async with sqlite(tmp_path) as engine:

            async def run(work: Callable[[Session], T]) -> T:
                async with AsyncSession(engine) as session, session.begin():
                    return await session.run_sync(work)

            # Not one statement without a session.
            nothing = create_async_engine("sqlite+aiosqlite:////nowhere/stash.db")
            store = SQLAlchemyStash(nothing, read=run, write=run)
            await store.create_table()
            yield store
    else:
        async with connected(request.getfixturevalue("redis_server")) as client:
            yield RedisStash(client)


async def test_keep_change_delete(store: StashStore) -> None:
    assert dict(await store.read("user:1", "notes")) == {}
    await store.write("user:1", "notes", {"a": "1", "b": "2", "c": "3"}, DAY)
    await store.write("user:1", "notes", {"b": "22", "c": None, "d": None}, DAY)
    assert dict(await store.read("user:1", "notes")) == {"a": "1", "b": "22"}


async def test_owners_and_views_are_apart(store: StashStore) -> None:
    await store.write("user:1", "notes", {"a": "1"}, DAY)
    await store.write("user:2", "notes", {"a": "2"}, DAY)
    await store.write("user:1", "rooms", {"a": "3"}, DAY)
    await store.forget("user:1")
    assert dict(await store.read("user:1", "notes")) == dict(await store.read("user:1", "rooms")) == {}
    assert dict(await store.read("user:2", "notes")) == {"a": "2"}
    await store.forget("user:1")


async def test_odd_names(store: StashStore) -> None:
    view, name = 'a:b>c#"1%2F', "näme"
    await store.write("user:o'neill", view, {name: "1"}, DAY)
    assert dict(await store.read("user:o'neill", view)) == {name: "1"}


async def test_many_at_once(store: StashStore) -> None:
    """Several tabs write the same new name at the same time."""
    await asyncio.gather(*(store.write("user:1", "notes", {"a": str(n)}, DAY) for n in range(8)))
    assert dict(await store.read("user:1", "notes"))["a"] in set("01234567")


@pytest.mark.parametrize("races", [1, 2])
async def test_sql_that_loses_a_race_tries_again_once(engine: AsyncEngine, races: int) -> None:
    store = SQLAlchemyStash(engine)
    await store.create_table()
    attempts: list[str] = []

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def another_is_quicker(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("INSERT"):
            attempts.append(statement)
            if len(attempts) <= races:
                raise IntegrityError("insert", {}, Exception("another was quicker"))

    if races == 1:
        await store.write("o", "v", {"a": "1"}, DAY)
    else:
        with pytest.raises(IntegrityError):
            await store.write("o", "v", {"a": "1"}, DAY)
    assert await store.read("o", "v") == ({"a": "1"} if races == 1 else {})
    assert len(attempts) == 2


async def test_memory_forgets_what_is_old() -> None:
    clock = Clock()
    store = MemoryStash(now=clock)
    await store.write("o", "v", {"short": "1"}, 10)
    await store.write("o", "v", {"long": "2"}, 100)
    clock.now += 10
    assert await store.read("o", "v") == {"long": "2"}
    await store.write("o", "v", {"new": "3"}, 10)
    assert len(store) == 2


async def test_memory_has_a_limit() -> None:
    store = MemoryStash(max_entries=2)
    for name in "abc":
        await store.write(f"owner {name}", "v", {"x": name}, DAY)
    await store.write("owner b", "v", {"x": "again"}, DAY)
    await store.write("owner d", "v", {"x": "d"}, DAY)
    assert len(store) == 2
    assert [await store.read(f"owner {name}", "v") for name in "abcd"] == [{}, {"x": "again"}, {}, {"x": "d"}]


operations = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from("ab"), st.sampled_from("vw"),
                  st.dictionaries(st.sampled_from("xyz"), st.none() | st.text(max_size=2))),
        st.tuples(st.just("forget"), st.sampled_from("ab")),
    ),
    max_size=15,
)  # fmt: skip


@given(operations)
async def test_memory_is_a_dict_of_dicts(operations: list[tuple[Any, ...]]) -> None:
    store, model = MemoryStash(), dict[tuple[str, str], dict[str, str]]()
    for operation in operations:
        match operation:
            case ("write", owner, view, changes):
                await store.write(owner, view, changes, DAY)
                entry = {**model.get((owner, view), {}), **changes}
                model[owner, view] = {name: seal for name, seal in entry.items() if seal is not None}
            case ("forget", owner):
                await store.forget(owner)
                model = {key: entry for key, entry in model.items() if key[0] != owner}
    for owner in "ab":
        for view in "vw":
            assert await store.read(owner, view) == model.get((owner, view), {})
    assert len(store) == sum(len(entry) for entry in model.values())
    assert store.owners() == {owner for (owner, _), entry in model.items() if entry}


async def test_sql_age_and_purge(engine: AsyncEngine) -> None:
    clock = Clock()
    store = SQLAlchemyStash(engine, now=clock)
    await store.create_table()
    await store.create_table()
    await store.write("o", "v", {"short": "1"}, 10)
    await store.write("o", "v", {"long": "2"}, 100)
    clock.now += 10
    assert await store.read("o", "v") == {"long": "2"}
    assert await store.purge() == 1
    async with engine.connect() as connection:
        assert (await connection.execute(text("select count(*) from live_stash"))).scalar() == 1


async def test_sql_table_belongs_to_the_apps_metadata(engine: AsyncEngine) -> None:
    metadata = MetaData()
    table = stash_table(metadata, "kept")
    assert stash_table(metadata, "kept") is table
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert names == ["kept"]
    store = SQLAlchemyStash(engine, table)
    await store.write("o", "v", {"a": "1"}, DAY)
    assert await store.read("o", "v") == {"a": "1"}


async def test_redis_keeps_the_longest_age(redis: Redis) -> None:
    store = RedisStash(redis)
    await store.write("o", "v", {"a": "1"}, DAY)
    await store.write("o", "v", {"b": "2"}, 10)
    assert DAY - 10 < await redis.ttl("live_stash:o") <= DAY
    await store.write("o", "v", {"b": "2"}, 2 * DAY)
    assert await redis.ttl("live_stash:o") > DAY
    await store.write("o", "v", {"a": None, "b": None}, DAY)
    assert not await redis.exists("live_stash:o")


async def test_redis_that_decodes_by_itself(redis_server: RedisServer) -> None:
    async with connected(redis_server, decode_responses=True) as client:
        store = RedisStash(client, prefix="other:")
        await store.write("o", "v", {"a": "1"}, DAY)
        assert await store.read("o", "v") == {"a": "1"}


async def test_a_user_finds_it_on_another_device_after_a_restart(store: StashStore) -> None:
    app = stash_app(store=store)
    client = app.test_client()
    await client.get("/sign-in/ann")
    async with LiveViewTest(app, "/notes", client=client) as page:
        await page.click("#unread")
    again = stash_app(store=store)  # another process
    device = again.test_client()
    await device.get("/sign-in/ann")
    async with LiveViewTest(again, "/notes", client=device) as page:
        assert 'id="filter">unread<' in page.page_html  # already over HTTP
        assert page.find("#filter").text == "unread"
        assert page.find("#status").text == "recovered"
    stranger = again.test_client()
    await stranger.get("/sign-in/ben")
    async with LiveViewTest(again, "/notes", client=stranger) as page:
        assert page.find("#filter").text == "none"
        assert page.find("#status").text == "new"
    await again.extensions["quart_live"].stash.forget_user("ann")
    async with LiveViewTest(again, "/notes", client=device) as page:
        assert page.find("#filter").text == "none"


class BrokenStore:
    """A store that is out of order."""

    async def read(self, owner: str, view: str) -> Mapping[str, str]:
        raise ConnectionError("no way to the store")

    async def write(self, owner: str, view: str, changes: Mapping[str, str | None], max_age: float) -> None:
        raise ConnectionError("no way to the store")

    async def forget(self, owner: str) -> None:
        raise ConnectionError("no way to the store")


async def test_a_broken_store_does_not_break_the_page(caplog: pytest.LogCaptureFixture) -> None:
    app = stash_app(store=BrokenStore())
    client = app.test_client()
    await client.get("/sign-in/ann")
    async with LiveViewTest(app, "/notes", client=client) as page:
        await page.click("#unread")
        assert page.find("#filter").text == "unread"
        await page.push("clear")
    assert "could not be read from 'store'" in caplog.text
    assert "could not be kept in 'store'" in caplog.text
    await client.get("/sign-out")
    assert "could not forget" in caplog.text


class SlowStore(MemoryStash):
    """A store that waits to be let go, and counts."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.writes: list[dict[str, str | None]] = []
        self.when_written: Callable[[], int] = lambda: 0
        self.counts: list[int] = []

    async def write(self, owner: str, view: str, changes: Mapping[str, str | None], max_age: float) -> None:
        self.writes.append(dict(changes))
        await self.gate.wait()
        await super().write(owner, view, changes, max_age)
        self.counts.append(self.when_written())


async def test_handlers_do_not_wait_for_the_store_and_changes_are_joined() -> None:
    store = SlowStore()
    app = stash_app(store=store)
    client = app.test_client()
    await client.get("/sign-in/ann")
    async with LiveViewTest(app, "/notes", client=client) as page:
        for n in range(10):
            await page.push("set", {"filter": str(n)})
        assert len(store.writes) == 1
        store.gate.set()
    assert (
        len(store.writes) == 2
    )  # the first, and the last of the others; all written when the view has ended
    async with LiveViewTest(app, "/notes", client=client) as page:
        assert page.find("#filter").text == "9"


async def test_a_view_ends_when_all_is_written() -> None:
    store = SlowStore()
    app = stash_app(store=store)
    live: QuartLive = app.extensions["quart_live"]

    class LeavingLive(NotesLive):
        async def terminate(self, reason: str) -> None:
            store.gate.set()

    live.route("/leaving", LeavingLive)
    client = app.test_client()
    await client.get("/sign-in/ann")
    async with LiveViewTest(app, "/leaving", client=client) as page:
        await page.click("#unread")
        store.when_written = lambda: len(tuple(live.runtime.open_hosts))
    assert store.counts == [1]

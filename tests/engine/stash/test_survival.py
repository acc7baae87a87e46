"""What survives what: lost connections, crashes, restarts, deploys; over the real protocol."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any

import pytest
from engine.stash.pages import NotesLive, PickyLive, stash_app
from quart import Quart
from quart.typing import TestClientProtocol as Client

from quart_live import LiveViewError, LiveViewTest, Stash
from quart_live.stash import MemoryStash, reconnect, register_type, session, user
from quart_live.stash.join_params import view_key
from quart_live.testing import BrowserStash, JoinRefusedError, PageFailedError, ViewCrashedError


def shown(page: LiveViewTest) -> tuple[str, str, str, str]:
    """Draft, tab, filter, status."""
    one, two, three, four = (page.find(f"#{name}").text for name in ("draft", "tab", "filter", "status"))
    return one, two, three, four


async def come_back(page: LiveViewTest) -> None:
    """The connection is lost, and a new one made."""
    await page.close()
    await page.connect()


def moved(client: Client, app: Quart) -> Client:
    """The same browser, at a server that was started anew."""
    other = app.test_client()
    for cookie in client.cookie_jar or ():
        other.cookie_jar.set_cookie(cookie)  # type: ignore[union-attr]
    return other


async def restarted(page: LiveViewTest, app: Quart) -> None:
    """The server is started anew while the page stays open."""
    await page.close()
    page.app, page.client = app, moved(page.client, app)
    await page.connect()


def seals(page: LiveViewTest) -> dict[str, str]:
    """Return the seals that the browser keeps."""
    return {**page.stash.tab, **page.stash.shared}


# -- what survives -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/notes", "/server", "/secret"])
async def test_lost_connection(path: str) -> None:
    async with LiveViewTest(stash_app(), path) as page:
        assert shown(page) == ("", "all", "none", "new")
        await page.change("#f", draft="hello")
        await page.click("#news")
        await come_back(page)
        assert shown(page) == ("hello", "news", "none", "recovered")


@pytest.mark.parametrize("path", ["/notes", "/server", "/secret"])
async def test_crash(path: str) -> None:
    async with LiveViewTest(stash_app(), path) as page:
        await page.change("#f", draft="hello")
        with pytest.raises(ViewCrashedError):
            await page.click("#crash")
        await page.rejoin()
        assert shown(page) == ("hello", "all", "none", "recovered")


@pytest.mark.parametrize("path", ["/notes", "/secret"])
async def test_new_process_with_the_same_key(path: str) -> None:
    async with LiveViewTest(stash_app(), path) as page:
        await page.change("#f", draft="hello")
        await page.click("#news")
        await restarted(page, stash_app())
        assert shown(page) == ("hello", "news", "none", "recovered")


async def test_memory_does_not_survive_a_new_process() -> None:
    async with LiveViewTest(stash_app(), "/server") as page:
        await page.change("#f", draft="hello")
        await restarted(page, stash_app())
        assert shown(page) == ("", "all", "none", "not found")


async def test_key_rotation() -> None:
    async with LiveViewTest(stash_app(), "/notes") as page:
        await page.change("#f", draft="hello")
        page.app = stash_app(secret_key="new", SECRET_KEY_FALLBACKS=["for tests"])
        await restarted(page, page.app)
        assert shown(page) == ("hello", "all", "none", "recovered")


async def test_values_are_there_in_mount_and_in_the_join_reply() -> None:
    """No flicker: nothing but the restored values is ever sent."""
    async with LiveViewTest(stash_app(), "/notes") as page:
        await page.change("#f", draft="hello")
        await come_back(page)
        (join,) = [json.loads(text) for way, text in page.socket.frames if way == "<"]
        assert "hello" in json.dumps(join[4]["response"]["rendered"])
        assert page.view.assigns.seen == ("hello", "all")


async def test_messages_and_touched_objects_are_kept_too() -> None:
    async with LiveViewTest(stash_app(), "/notes") as page:
        await page.send_info(["from handle_info", date(2026, 5, 4), {1, 2}])
        await page.push("append", {"item": "more"})
        await come_back(page)
        assert page.view.assigns.draft == ["from handle_info", date(2026, 5, 4), {1, 2}, "more"]


async def test_what_changed_before_a_navigation_is_kept() -> None:
    async with LiveViewTest(stash_app(), "/notes") as page:
        await page.push("go", {"set": {"tab": "late"}})
        assert "Other" in page.text
        await page.navigate("/notes")
        assert shown(page) == ("", "late", "none", "recovered")


# -- scopes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/notes", "/server"])
async def test_reconnect_ends_with_the_visit_and_session_does_not(path: str) -> None:
    async with LiveViewTest(stash_app(), path) as page:
        await page.change("#f", draft="hello")
        await page.click("#news")
        await page.navigate("/other")
        await page.navigate(path)
        assert shown(page) == ("", "news", "none", "recovered")
        await come_back(page)  # what was left behind does not come back either
        assert shown(page) == ("", "news", "none", "recovered")


async def test_the_server_ends_a_visit_even_if_the_browser_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    async with LiveViewTest(stash_app(), "/notes") as page:
        await page.change("#f", draft="hello")
        monkeypatch.setattr(BrowserStash, "leave", lambda self: self._views.clear())
        await page.navigate("/other")
        assert page.stash.tab
        await page.navigate("/notes")
        assert shown(page)[0] == ""
        assert not page.stash.tab


@pytest.mark.parametrize("path", ["/notes", "/server"])
async def test_reload_goes_on_with_the_visit(path: str) -> None:
    app = stash_app()
    async with LiveViewTest(app, path) as page:
        await page.change("#f", draft="hello")
        await page.close()
        again = LiveViewTest(app, path, client=page.client)
        again.stash = page.stash
        async with again:
            assert shown(again) == ("hello", "all", "none", "recovered")


async def test_session_values_on_the_server_are_in_the_first_render() -> None:
    app = stash_app()
    async with LiveViewTest(app, "/server") as page:
        await page.click("#news")
    again = LiveViewTest(app, "/server", client=page.client)
    async with again:
        assert 'id="tab">news<' in again.page_html
        assert 'id="status">recovered<' in again.page_html


async def test_the_first_render_writes_nothing_and_deletes_nothing() -> None:
    memory = MemoryStash()
    app = stash_app(memory=memory)
    client = app.test_client()
    await client.get("/server")
    assert len(memory) == 0


@pytest.mark.parametrize("path", ["/notes", "/server", "/secret"])
async def test_another_session_gets_nothing(path: str) -> None:
    app = stash_app()
    async with LiveViewTest(app, path) as page:
        await page.click("#news")
        await page.change("#f", draft="hello")
        thief = LiveViewTest(app, path)
        thief.stash = BrowserStash()
        thief.stash.tab, thief.stash.shared = dict(page.stash.tab), dict(page.stash.shared)
        thief.stash.id = page.stash.id
        async with thief:
            expected = "new" if path == "/server" else "invalid"
            assert shown(thief) == ("", "all", "none", expected)
            assert seals(thief) == {}


@pytest.mark.parametrize("path", ["/notes", "/server", "/secret"])
@pytest.mark.parametrize("way", ["/sign-out", "/sign-out-only", "/sign-in/ben"])
async def test_another_user_of_this_browser_gets_nothing(path: str, way: str) -> None:
    app = stash_app()
    client = app.test_client()
    await client.get("/sign-in/ann")
    async with LiveViewTest(app, path, client=client) as page:
        await page.click("#news")
        await page.click("#unread")
        await page.change("#f", draft="hello")
    await client.get(way)
    again = LiveViewTest(app, path, client=client)
    again.stash = page.stash
    async with again:
        assert shown(again)[:3] == ("", "all", "none")
        assert seals(again) == {}


async def test_sign_out_deletes_what_is_on_the_server_and_tells_the_browser() -> None:
    memory = MemoryStash()
    app = stash_app(memory=memory)
    client = app.test_client()
    await client.get("/sign-in/ann")
    async with LiveViewTest(app, "/server", client=client) as page:
        await page.click("#news")
        await page.click("#unread")
        assert len(memory) == 2
    response = await client.get("/sign-out")
    assert any("__live_stash_clear__=1" in cookie for cookie in response.headers.getlist("Set-Cookie"))
    assert len(memory) == 1  # the user's own stays


async def test_user_scope_without_a_user_keeps_nothing() -> None:
    memory = MemoryStash()
    async with LiveViewTest(stash_app(memory=memory), "/server") as page:
        await page.click("#unread")
        await come_back(page)
        assert shown(page) == ("", "all", "none", "not found")
        assert len(memory) == 0


async def test_who_the_user_is_can_be_configured() -> None:
    app = stash_app(store=MemoryStash())
    app.extensions["quart_live"].stash.user_id(lambda session: 7)
    async with LiveViewTest(app, "/notes") as page:
        await page.click("#unread")
    async with LiveViewTest(app, "/notes") as page:
        assert shown(page) == ("", "all", "unread", "recovered")


async def test_statuses_of_each_scope() -> None:
    async with LiveViewTest(stash_app(), "/notes") as page:
        assert page.view.stash_statuses == {"reconnect": "new", "session": "new", "user": "new"}
        await page.click("#news")
        await page.change("#f", draft="hello")
        slot = next(iter(page.stash.tab))
        page.stash.tab[slot] = page.stash.tab[slot][:-1] + "!"
        await come_back(page)
        statuses = {"reconnect": "invalid", "session": "recovered", "user": "not found"}
        assert page.view.stash_statuses == statuses
        assert page.view.stash_status == "invalid"
        assert shown(page) == ("", "news", "none", "invalid")


async def test_a_view_without_stash() -> None:
    async with LiveViewTest(stash_app(), "/other") as page:
        assert page.view.stash_status == "new"
        assert page.view.stash_statuses == {}
        with pytest.raises(LiveViewError, match="cannot clear"):
            page.view.clear_stash()


# -- what is written, and when -----------------------------------------------------------------------------


async def test_only_changes_are_sent_and_within_the_reply() -> None:
    async with LiveViewTest(stash_app(), "/notes") as page:
        page.socket.frames.clear()
        await page.click("#news")
        (reply,) = [json.loads(text) for way, text in page.socket.frames if way == "<"]
        ((name, payload),) = reply[4]["response"]["diff"]["e"]
        assert name == "quart_live:stash"
        assert [slot.split("/")[::2] for slot in payload["put"]] == [["session", "tab"]]
        page.socket.frames.clear()
        await page.click("#news")
        await page.push("nothing")
        assert "quart_live:stash" not in str(page.socket.frames)


async def test_defaults_are_not_kept() -> None:
    async with LiveViewTest(stash_app(), "/notes") as page:
        assert seals(page) == {}
        await page.click("#news")
        assert len(seals(page)) == 1


async def test_clear() -> None:
    async with LiveViewTest(stash_app(), "/notes") as page:
        await page.change("#f", draft="hello")
        await page.click("#news")
        await page.push("set and clear", {"draft": "bye", "names": ["draft"]})
        assert [slot.split("/")[0] for slot in seals(page)] == ["session"]
        await come_back(page)
        assert shown(page) == ("", "news", "none", "recovered")
        await page.change("#f", draft="again")
        assert len(seals(page)) == 2
        await page.click("#clear")
        assert seals(page) == {}
        await come_back(page)
        assert shown(page) == ("", "all", "none", "not found")


async def test_clear_on_the_server() -> None:
    memory = MemoryStash()
    async with LiveViewTest(stash_app(memory=memory), "/server") as page:
        await page.change("#f", draft="hello")
        await page.click("#clear")
        await page.close()
        assert len(memory) == 0


async def test_clear_names_only_what_is_declared() -> None:
    async with LiveViewTest(stash_app(), "/notes") as page:
        with pytest.raises(LiveViewError, match="cannot clear seen"):
            page.view.clear_stash("seen")


async def test_too_long(caplog: pytest.LogCaptureFixture) -> None:
    async with LiveViewTest(stash_app(), "/notes") as page:
        await page.send_info("short")
        await page.send_info("x" * 20_000)
        await page.send_info("y" * 20_000)
        assert caplog.text.count("bytes are more than max_bytes=16384") == 1
        assert seals(page) == {}  # rather nothing than an old value
        await page.send_info("short again")
        assert len(seals(page)) == 1


async def test_what_cannot_be_kept(caplog: pytest.LogCaptureFixture) -> None:
    async with LiveViewTest(stash_app(), "/notes") as page:
        await page.send_info(["fine", object()])
        assert "draft of engine.stash.pages:NotesLive is not kept: it holds a builtins.object" in caplog.text
        assert seals(page) == {}


# -- mount -------------------------------------------------------------------------------------------------


class ChoosyLive(NotesLive):
    """Looks at what came back, in the ways that the documentation names."""

    stash = Stash(draft="reconnect", tab="session", filter="reconnect")
    handled = "kept"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign_new("draft", lambda: "new")
        if self.assigns.draft == "reset":
            self.assign(draft="new")
        self.assign(tab="all")
        if self.assigns.tab == "gone":
            self.assign(tab="all")  # the second time counts
        self.clear_stash("filter")
        self.assign(filter="none", status=str(self.stash_status))

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        if "draft" in params:
            self.assign(draft=params["draft"])


def choosy_app() -> Quart:
    app = stash_app()
    app.extensions["quart_live"].route("/choosy", ChoosyLive)
    return app


async def test_first_assign_is_a_default_and_the_second_counts() -> None:
    async with LiveViewTest(choosy_app(), "/choosy") as page:
        await page.push("set", {"tab": "news", "draft": "old", "filter": "x"})
        await come_back(page)
        assert shown(page) == ("old", "news", "none", "recovered")
        await page.push("set", {"tab": "gone", "draft": "reset"})
        await come_back(page)
        assert shown(page)[:2] == ("new", "all")
        assert [slot.split("/")[-1] for slot in page.stash.tab] == ["draft"]


class LateLive(NotesLive):
    """Says nothing of the draft in mount."""

    stash = Stash(draft="reconnect")

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(tab="", filter="", status=str(self.stash_status))

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        if "draft" in params or "draft" not in self.assigns:
            self.assign(draft=params.get("draft", "none"))


async def test_only_what_mount_assigns_gives_way() -> None:
    app = stash_app()
    app.extensions["quart_live"].route("/late", LateLive)
    async with LiveViewTest(app, "/late") as page:
        await page.push("set", {"draft": "kept"})
        await come_back(page)
        assert shown(page)[0] == "kept"
        await page.push("set", {"draft": "first after mount"})
        assert shown(page)[0] == "first after mount"
        await page.navigate("/late?draft=address")
        await page.push("set", {"draft": "kept"})
        await come_back(page)
        assert shown(page)[0] == "address"


async def test_the_address_wins() -> None:
    async with LiveViewTest(choosy_app(), "/choosy?draft=mine") as page:
        await page.push("set", {"draft": "other"})
        await come_back(page)
        assert shown(page)[0] == "mine"


# -- versions ----------------------------------------------------------------------------------------------


@pytest.fixture
async def declared() -> AsyncIterator[None]:
    before = NotesLive.stash
    yield
    NotesLive.stash = before


@pytest.mark.usefixtures("declared")
async def test_another_version_without_migration_starts_clean() -> None:
    async with LiveViewTest(stash_app(), "/notes") as page:
        await page.change("#f", draft="hello")
        NotesLive.stash = Stash(draft="reconnect", version=2)
        await restarted(page, stash_app())
        assert shown(page) == ("", "all", "none", "invalid")
        assert seals(page) == {}


@pytest.mark.usefixtures("declared")
async def test_migration() -> None:
    seen = []

    def migrate(values: dict[str, Any], version: int) -> dict[str, Any]:
        seen.append((values, version))
        return {"draft": [values["draft"]], "filter": values["tab"], "unknown": 1}

    async with LiveViewTest(stash_app(), "/notes") as page:
        await page.change("#f", draft="hello")
        await page.click("#news")
        NotesLive.stash = Stash(draft="reconnect", filter="session", version=2, migrate=migrate)
        await restarted(page, stash_app())
        assert seen == [({"draft": "hello", "tab": "news"}, 1)]
        assert (page.view.assigns.draft, page.view.assigns.filter) == (["hello"], "news")
        assert page.view.stash_status == "recovered"
        assert sorted(slot.split("/")[-1] for slot in seals(page)) == ["draft", "filter"]
        await come_back(page)  # kept in the new version by now
        assert page.view.assigns.draft == ["hello"]
        assert len(seen) == 1


@pytest.mark.usefixtures("declared")
async def test_a_migration_that_fails_starts_clean(caplog: pytest.LogCaptureFixture) -> None:
    async with LiveViewTest(stash_app(), "/notes") as page:
        await page.change("#f", draft="hello")
        NotesLive.stash = Stash(draft="reconnect", version=2, migrate=lambda values, version: 1 / 0)  # type: ignore[arg-type, return-value]
        await restarted(page, stash_app())
        assert shown(page) == ("", "all", "none", "invalid")
    assert "The migration of engine.stash.pages:NotesLive from version 1 failed" in caplog.text


@pytest.mark.usefixtures("declared")
async def test_values_of_a_type_that_has_gone_are_invalid() -> None:
    class Passing:
        pass

    register_type(Passing, "tests.Passing", lambda value: 1, lambda value: Passing())
    async with LiveViewTest(stash_app(), "/notes") as page:
        await page.send_info(Passing())
        register_type(str, "tests.Passing", str, lambda value: [][1], replace=True)
        await come_back(page)
        assert shown(page) == ("", "all", "none", "invalid")


@pytest.mark.usefixtures("declared")
async def test_another_store_starts_clean() -> None:
    async with LiveViewTest(stash_app(), "/notes") as page:
        await page.change("#f", draft="hello")
        NotesLive.stash = Stash(draft=reconnect(store="memory"))
        await come_back(page)
        assert shown(page) == ("", "all", "none", "not found")


# -- forged and foreign ------------------------------------------------------------------------------------

DRAFT = "reconnect/engine.stash.pages:NotesLive/draft"
ODD: list[Any] = [
    None,
    7,
    "x",
    [],
    {"kept": 7},
    {"kept": {"a": 1}},
    {"tab": ["x"], "skip": 3},
    {"tab": "../../x"},
    {"kept": {DRAFT: "AAAA.BBBB.CCCC"}},
    {"kept": {DRAFT.replace("draft", "__class__"): "x", "////": "y", "": "z"}},
    {"before": {}, "skip": [[], None]},
]


@pytest.mark.parametrize("odd", ODD, ids=str)
@pytest.mark.parametrize("path", ["/notes", "/server"])
async def test_whatever_a_browser_sends(path: str, odd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BrowserStash, "to_send", lambda self, element_id: odd)
    async with LiveViewTest(stash_app(), path) as page:
        assert shown(page)[:3] == ("", "all", "none")
        assert shown(page)[3] in ("new", "invalid")


async def test_a_seal_for_one_assign_is_not_one_for_another() -> None:
    async with LiveViewTest(stash_app(), "/notes") as page:
        await page.click("#news")
        (slot,) = page.stash.shared
        page.stash.tab[slot.replace("session", "reconnect").replace("/tab", "/draft")] = page.stash.shared[
            slot
        ]
        await come_back(page)
        assert shown(page) == ("", "news", "none", "invalid")


async def test_changed_key() -> None:
    """The page itself is refused then, and loaded anew; what it kept is invalid."""
    async with LiveViewTest(stash_app(), "/notes") as page:
        await page.change("#f", draft="hello")
        stash = page.stash
    again = LiveViewTest(stash_app(secret_key="another"), "/notes")
    again.stash = stash
    async with again:
        assert shown(again) == ("", "all", "none", "invalid")
        assert seals(again) == {}


async def test_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    app = stash_app()
    async with LiveViewTest(app, "/notes") as page:
        await page.change("#f", draft="hello")
        await page.click("#news")
        stashes = app.extensions["quart_live"].stash
        stashes.seals.clock = lambda: time.time() + 24 * 3600 + 2
        await come_back(page)
        assert shown(page) == ("", "news", "none", "invalid")


# -- values that their view cannot bear --------------------------------------------------------------------


async def test_a_value_that_cannot_be_rendered_is_not_kept() -> None:
    async with LiveViewTest(stash_app(), "/picky") as page:
        await page.push("set", {"value": 3})
        with pytest.raises(ViewCrashedError):
            await page.push("set", {"value": 0})  # 12 // 0
        await page.rejoin()
        assert page.find("#value").text == "4"


@pytest.fixture
def picky() -> Iterator[None]:
    yield
    PickyLive.fails = set()


@pytest.mark.usefixtures("picky")
async def test_mount_fails_with_what_was_kept(caplog: pytest.LogCaptureFixture) -> None:
    app = stash_app()
    async with LiveViewTest(app, "/picky") as page:
        await page.push("set", {"choice": 13, "value": 3})
        PickyLive.fails = {13}
        await page.close()
        with pytest.raises(JoinRefusedError) as refused:
            await page.connect()
        assert refused.value.response["reason"] == "join crashed"
        await page.rejoin()
        assert page.find("#value").text == "12"
        assert page.find("#status").text == "invalid"
        again = LiveViewTest(app, "/picky", client=page.client)
        with pytest.raises(JoinRefusedError):
            await again.open()
        assert again.status == 200
        assert "A page failed with its stashed values" in caplog.text
        await again.close()
        PickyLive.fails = set()
        await come_back(page)  # nothing was deleted
        assert page.find("#value").text == "4"


@pytest.mark.usefixtures("picky")
async def test_mount_that_fails_by_itself_is_not_tried_twice(caplog: pytest.LogCaptureFixture) -> None:
    PickyLive.fails = {1}
    page = LiveViewTest(stash_app(), "/picky")
    with pytest.raises(PageFailedError, match="RuntimeError: a choice that does not work"):
        await page.open()
    assert page.status == 500
    assert caplog.text.count("RuntimeError: a choice that does not work") == 1


# -- declarations ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [{"a": "tab"}, {"a": None}, {"flash": "session"}, {"csrf_token": "user"}])
def test_wrong_declarations(kept: dict[str, Any]) -> None:
    with pytest.raises(LiveViewError, match=r"no such scope|engine's own"):
        Stash(**kept)


def test_names_that_are_options() -> None:
    stash = Stash({"version": "session", "migrate": user()}, version=3)
    assert stash.version == 3
    assert {name: kept.scope for name, kept in stash.assigns.items()} == {
        "version": "session",
        "migrate": "user",
    }


def test_ages() -> None:
    day = 24 * 3600
    assert (reconnect().max_age, session().max_age, user().max_age) == (day, 14 * day, 365 * day)
    assert reconnect(max_age=5).max_age == 5


async def test_unknown_store(caplog: pytest.LogCaptureFixture) -> None:
    class LostLive(NotesLive):
        stash = Stash(draft=reconnect(store="nowhere"))

    app = stash_app()
    app.extensions["quart_live"].route("/lost", LostLive)
    async with LiveViewTest(app, "/lost") as page:
        assert shown(page)[3] == "new"
    assert "there is no stash store 'nowhere'; add it, or use one of: browser, memory" in caplog.text


def test_the_browser_is_no_store() -> None:
    with pytest.raises(LiveViewError, match="browser"):
        stash_app().extensions["quart_live"].stash.add("browser", MemoryStash())


async def test_user_scope_in_memory_warns_once(caplog: pytest.LogCaptureFixture) -> None:
    app = stash_app()
    client = app.test_client()
    await client.get("/sign-in/ann")
    async with LiveViewTest(app, "/notes", client=client) as page:
        await page.click("#unread")
        await come_back(page)
        assert shown(page)[2] == "unread"
    assert caplog.text.count("lost at a restart") == 1


def test_the_key_of_a_view_has_no_sign_that_means_something() -> None:
    """Classes in functions are called ``f.<locals>.View``, and pages give ids as they like."""
    key = view_key("app.views:make.<locals>.NotesLive", "phx-a/b>c%d")
    assert not {"/", ">"} & set(key)
    assert key != view_key("app.views:make.<locals>.NotesLive", "phx-a%2Fb>c%d")

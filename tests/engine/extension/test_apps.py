"""One `QuartLive` for several apps, as a factory and its test suite make them."""

from __future__ import annotations

from typing import Any

import pytest
from quart import Quart

from quart_live import LiveRouter, LiveView, LiveViewError, LiveViewTest, QuartLive, Stash
from quart_live.stash import MemoryStash


class PageLive(LiveView):
    stash = Stash(kept="user")
    inline_template = (
        "<h1>{{ app }}</h1><p>{{ said }}</p><i>{{ kept }}</i><a href=\"{{ url_for('page_live') }}\">x</a>"
    )

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        from quart import current_app

        self.assign(app=current_app.name, said=session["hook"])
        self.assign_new("kept", lambda: "")
        await self.subscribe("news")

    async def handle_event(self, event: str, params: Any) -> None:
        self.assign(kept="mine")

    def handle_info(self, message: Any) -> None:
        self.assign(said=message)


class MemberLive(PageLive):
    stash = Stash()


class ExtraLive(PageLive):
    stash = Stash()


def declared() -> QuartLive:
    live = QuartLive()
    live.route("/", PageLive)
    members = LiveRouter("members")
    members.route("/members", MemberLive)
    live.add_router(members)

    @live.on_connect
    async def hook() -> dict[str, Any]:
        return {"hook": "hello", "user_id": 1}

    return live


def create_app(live: QuartLive, name: str) -> Quart:
    app = Quart(name)
    app.secret_key = name
    app.config["LIVE_MAX_CHANNELS"] = len(name)
    live.init_app(app)
    return app


async def test_a_factory_may_make_app_after_app() -> None:
    live = declared()
    for name in ("first", "second", "third"):
        app = create_app(live, name)
        for path in ("/", "/members"):
            async with LiveViewTest(app, path) as page:
                assert (page.find("h1").text, page.find("p").text) == (name, "hello")
                assert [channel.topic for channel in live.channels] == [page.topic]
                await live.pubsub.broadcast("news", "heard")
                await page.until(lambda page=page: page.find("p").text == "heard")  # type: ignore[misc]
        await app.extensions["quart_live"].shutdown()


async def test_apps_at_the_same_time_have_their_own_of_everything() -> None:
    live = declared()
    one, two = create_app(live, "one"), create_app(live, "other")
    first, second = one.extensions["quart_live"], two.extensions["quart_live"]
    async with LiveViewTest(one, "/") as page, LiveViewTest(two, "/") as other:
        assert (page.find("h1").text, other.find("h1").text) == ("one", "other")
        assert [len(each.channels) for each in (first, second)] == [1, 1]
        assert [each.settings.max_channels for each in (first, second)] == [3, 5]
        assert first.runtime.tokens.read_session(other.element.get("data-phx-session")) is None
        assert first.runtime.templates is not second.runtime.templates
        async with one.app_context():
            assert (live.app, live.channels, live.settings) == (one, first.channels, first.settings)
        assert (live.app, live.runtime.tokens) == (two, second.runtime.tokens)
        await page.push("keep")
        async with LiveViewTest(two, "/") as third:
            assert third.find("i").text == "", "the memory of the other app"
        async with LiveViewTest(one, "/") as again:
            assert again.find("i").text == "mine"
        await live.pubsub.broadcast("news", "to all")
        for each in (page, other):
            await each.until(lambda each=each: each.find("p").text == "to all")  # type: ignore[misc]


async def test_the_pubsub_goes_on_until_the_last_app_has_stopped() -> None:
    live = declared()
    log: list[str] = []

    class Service:
        async def start(self) -> None:
            log.append("start")

        async def stop(self) -> None:
            log.append("stop")

    live.services.append(Service())
    apps = [create_app(live, name) for name in ("one", "two")]
    for app in apps:
        await app.extensions["quart_live"].startup()
    await apps[0].extensions["quart_live"].shutdown()
    assert log == ["start"]
    async with LiveViewTest(apps[1], "/") as page:
        await live.pubsub.broadcast("news", "still here")
        await page.until(lambda: page.find("p").text == "still here")
    await apps[1].extensions["quart_live"].shutdown()
    assert log == ["start", "stop"]


async def test_what_is_added_later_is_added_to_one_app() -> None:
    live = declared()
    one = create_app(live, "one")
    live.route("/extra", ExtraLive)
    live.stash.add("later", MemoryStash())
    two = create_app(live, "two")
    assert (await one.test_client().get("/extra")).status_code == 200
    assert (await two.test_client().get("/extra")).status_code == 404
    one.extensions["quart_live"].stash.store("later")
    with pytest.raises(LiveViewError, match="no stash store"):
        live.stash.store("later")


def test_wrong_use_says_so() -> None:
    live = declared()
    for ask in (lambda: live.app, lambda: live.settings, lambda: live.sockets, lambda: live.channels):
        with pytest.raises(LiveViewError, match="call init_app first"):
            ask()
    app = create_app(live, "one")
    with pytest.raises(LiveViewError, match="serves this app already"):
        live.init_app(app)
    with pytest.raises(AttributeError, match="nonsense"):
        live.nonsense  # type: ignore[attr-defined]  # noqa: B018

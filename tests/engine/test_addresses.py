"""Addresses: the app behind a prefix, and ``url_for`` in live templates and handlers, as Quart's own."""

from __future__ import annotations

from typing import Any

import pytest
from quart import Quart, render_template_string, url_for
from werkzeug.routing import BuildError

from quart_live import LiveView, LiveViewTest, QuartLive
from quart_live.protocol.asgi import below
from quart_live.testing import SocketClosedError, TestSocket, ViewCrashedError, parse

LINKS = {
    "path": "url_for('room_live', name='a b')",
    "query": "url_for('room_live', name='x', page=2)",
    "anchor": "url_for('room_live', name='x', _anchor='ü 1')",
    "external": "url_for('room_live', name='x', _external=True)",
    "scheme": "url_for('room_live', name='x', _scheme='https')",
    "method": "url_for('save', id=1, _method='POST')",
    "dot": "url_for('.room_live', name='x')",
    "fallback": "url_for('elsewhere', id=1)",
    "defaults": "url_for('in_language')",
}
TEMPLATE = "".join(f'<p id="{name}">{{{{ {link} }}}}</p>' for name, link in LINKS.items())


class RoomLive(LiveView):
    inline_template = (
        TEMPLATE
        + """<b>{{ name }}</b><i>{{ static_path("app.css") }}</i>
        <a {{ live_patch(url_for("room_live", name="c")) }}>c</a>
        <ul id="items" phx-update="stream">{% for dom_id, item in streams.items %}
        <li id="{{ dom_id }}"><a href="{{ url_for('room_live', name=item, _external=True) }}">x</a></li>
        {% endfor %}</ul>"""
    )

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.stream("items", [], dom_id=str)
        await self.subscribe("items")

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assign(name=params["name"])

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        match event:
            case "go":
                self.push_patch(self.url_for("room_live", name="d"))
            case "quarts":
                return {"url": url_for("room_live", name="d", _external=False)}
            case "by_hand":
                self.push_patch("/rooms/by-hand")
            case "leave":
                self.push_navigate(self.url_for("other_live"))
        return None

    def handle_info(self, message: Any) -> None:
        self.stream_insert("items", message)


class OtherLive(LiveView):
    inline_template = "<h1>other</h1>"


def make_app() -> Quart:
    app = Quart("addresses")
    app.secret_key = "for tests"
    live = QuartLive(app)
    live.route("/rooms/<name>", RoomLive)
    live.route("/other/", OtherLive)
    app.add_url_rule("/old/<int:id>", "save", lambda id: "", methods=["GET"])
    app.add_url_rule("/save/<int:id>", "save", methods=["POST"])
    app.add_url_rule("/<language>/", "in_language", lambda language: "")

    @app.url_defaults
    def language(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "in_language":
            values.setdefault("language", "de")

    def elsewhere(error: BuildError, endpoint: str, values: dict[str, Any]) -> str:
        if endpoint == "elsewhere":
            return f"https://elsewhere.example/{values['id']}"
        raise error

    app.url_build_error_handlers.append(elsewhere)  # type: ignore[arg-type]

    @app.get("/quarts-own")
    async def quarts_own() -> str:
        return await render_template_string(TEMPLATE)

    return app


def shown(html: str) -> dict[str, str]:
    page = parse(html)
    return {name: page.find(f"#{name}").text for name in LINKS}


@pytest.mark.parametrize("root", ["", "/chat"])
async def test_url_for_is_quarts_own_on_the_page_and_on_the_socket(root: str) -> None:
    app = make_app()
    response = await app.test_client().get(f"{root}/quarts-own", root_path=root)
    expected = shown(await response.get_data(as_text=True))
    assert expected["scheme"] == f"https://localhost{root}/rooms/x"
    async with LiveViewTest(app, f"{root}/rooms/x", root_path=root) as page:
        assert shown(page.page_html) == expected
        assert shown(page.html) == expected


async def test_a_scheme_needs_an_external_address() -> None:
    app = Quart("addresses")
    app.secret_key = "for tests"

    class OddLive(LiveView):
        inline_template = "{{ url_for('odd_live', _scheme='https', _external=false) }}"

    QuartLive(app).route("/", OddLive)
    response = await app.test_client().get("/")
    assert response.status_code == 500


async def test_behind_a_prefix_everything_has_it() -> None:
    app = make_app()
    async with LiveViewTest(app, "/chat/rooms/a", root_path="/chat") as page:
        html = parse(page.page_html)
        imports = html.find("script[type=importmap]")
        assert '"/chat/live/client/phoenix.mjs' in "".join(map(str, imports.children))
        assert '"/chat/live/client/stash.js' in "".join(map(str, imports.children))
        assert 'new LiveSocket("/chat/live", Socket' in page.page_html
        for seen in (html, parse(page.html)):
            assert seen.find("i").text.startswith("/chat/static/app.css")
            assert seen.find("a").get("href") == "/chat/rooms/c"
        await page.click("a", "c")
        assert (page.find("b").text, page.url) == ("c", "http://localhost/chat/rooms/c")
        await page.push("go")
        assert (page.find("b").text, page.url) == ("d", "http://localhost/chat/rooms/d")
        assert await page.hook("quarts") == {"url": "/chat/rooms/d"}
        await page.push("leave")
        assert page.find("h1").text == "other"


async def test_an_address_without_the_prefix_is_not_of_this_app(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()
    async with LiveViewTest(app, "/chat/rooms/a", root_path="/chat") as page:
        with pytest.raises(ViewCrashedError):
            await page.push("by_hand")
        assert "mounted at '/chat'; make addresses with self.url_for" in caplog.text
        await page.rejoin()
    socket = TestSocket(app, path="/chatty/live/websocket", root_path="/chat")
    with pytest.raises(SocketClosedError):
        await socket.connect()


async def test_viewers_who_came_by_other_addresses_share_nothing_that_has_them() -> None:
    """A broadcast is rendered once, but an address in an item is not the same for all."""
    app = make_app()
    live: QuartLive = app.extensions["quart_live"]
    async with (
        LiveViewTest(app, "/chat/rooms/a", root_path="/chat") as prefixed,
        LiveViewTest(app, "/rooms/a") as plain,
        LiveViewTest(app, "/rooms/a") as second,
    ):
        await live.pubsub.broadcast("items", "news")
        for page, root in ((prefixed, "/chat"), (plain, ""), (second, "")):
            await page.until(lambda page=page: "news" in page.html)  # type: ignore[misc]
            assert page.find("#news a").get("href") == f"http://localhost{root}/rooms/news"


async def test_an_address_means_the_same_on_the_socket_as_in_a_request() -> None:
    """Percent signs in a path are decoded."""
    app = make_app()
    async with LiveViewTest(app, "/rooms/caf%C3%A9%20%C3%BC") as page:
        assert parse(page.page_html).find("b").text == page.find("b").text == "café ü"
        await page.patch("/rooms/100%25")
        assert page.find("b").text == "100%"


async def test_quarts_own_url_for_works_in_handlers() -> None:
    async with LiveViewTest(make_app(), "/rooms/a") as page:
        assert await page.hook("quarts") == {"url": "/rooms/d"}


@pytest.mark.parametrize(
    ("path", "root", "rest"),
    [
        ("/a", "", "/a"),
        ("", "", "/"),
        ("/chat/a", "/chat", "/a"),
        ("/chat", "/chat", "/"),
        ("/chat/a", "/chat/", "/a"),
        ("/chat//a", "/chat/", "/a"),
        ("/chat//a", "/chat", "//a"),
        ("/chatter", "/chat", None),
        ("/a", "/chat", None),
    ],
)
def test_below_a_prefix(path: str, root: str, rest: str | None) -> None:
    assert below(path, root) == rest

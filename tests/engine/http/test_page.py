"""The first render over HTTP, and what ordinary templates get."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jinja2
import pytest
from engine.app import CounterLive, make_app
from quart import Quart, render_template_string, session
from quart_auth import AuthUser, QuartAuth, current_user, login_user

from quart_live import LiveRouter, LiveView, LiveViewError, LiveViewTest, QuartLive, live_render
from quart_live.errors import TemplateNameError
from quart_live.testing import parse


def fresh(layout: str | None = None, /, **templates: str) -> tuple[Quart, QuartLive]:
    """An app whose templates are given here."""
    app = Quart("fresh")
    app.secret_key = "for tests"
    files = {f"{name}.html": source for name, source in templates.items()}
    app.jinja_options = {"loader": jinja2.DictLoader(files)}
    return app, QuartLive(app, layout=layout)


@contextmanager
def raises(kind: type[Exception], match: str) -> Iterator[None]:
    """Like `pytest.raises`, also for an error that Quart (since 0.23) hands on in a group."""
    with pytest.raises((kind, ExceptionGroup)) as caught:
        yield
    error: BaseException = caught.value
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, kind)
    assert re.search(match, str(error))


async def html_of(app: Quart, path: str) -> str:
    """The body of a page that must be there."""
    response = await app.test_client().get(path)
    body: str = await response.get_data(as_text=True)
    assert response.status_code == 200, body
    return body


async def test_page_has_what_the_client_needs(app: Quart) -> None:
    page = parse(await html_of(app, "/counter"))
    element = page.find("[data-phx-main]")
    assert element.tag == "div"
    assert element.get("id").startswith("phx-")
    assert element.get("data-phx-session")
    assert element.get("data-phx-static")
    assert page.find("title").text == "Counter"
    assert page.find("meta[name=csrf-token]").get("content")


async def test_ids_and_masked_tokens_differ_from_page_to_page(app: Quart) -> None:
    client = app.test_client()
    pages = [parse(await (await client.get("/counter")).get_data(as_text=True)) for _ in range(2)]
    assert pages[0].find("[data-phx-main]").get("id") != pages[1].find("[data-phx-main]").get("id")
    tokens = [page.find("meta[name=csrf-token]").get("content") for page in pages]
    assert tokens[0] != tokens[1]


async def test_layout_gets_content_title_and_view() -> None:
    app, live = fresh(
        "layout.html", layout="<title>{{ page_title }}</title>[{{ live_view.id }}]{{ inner_content }}"
    )
    live.route("/", CounterLive)
    html = await html_of(app, "/")
    page = parse(html)
    assert page.find("title").text == "Counter"
    assert f"[{page.find('[data-phx-main]').get('id')}]" in html


async def test_layout_of_view_goes_before_routers_before_the_extensions() -> None:
    class Own(LiveView):
        inline_template = ""
        layout = "own.html"

    class Routers(LiveView):
        inline_template = ""

    app, live = fresh("all.html", all="all", own="own", group="group")
    router = LiveRouter("group", layout="group.html")
    router.route("/own", Own)
    router.route("/routers", Routers)
    live.add_router(router)
    live.route("/counter", CounterLive)
    assert [await html_of(app, path) for path in ("/own", "/routers", "/counter")] == ["own", "group", "all"]


async def test_template_is_named_after_the_class() -> None:
    class ChatRoomLive(LiveView):
        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign(name="<Ann>")

    app, live = fresh(
        chat_room_live="{{ name|shout }} {{ url_for('chat_room_live', page=2) }}{{ csrf_token()|length }}"
    )
    app.add_template_filter(lambda text: text.upper() + "!", "shout")
    live.route("/chat/<int:page>", ChatRoomLive)
    async with LiveViewTest(app, "/chat/1") as page:
        assert page.html == "&lt;ANN&gt;! /chat/248"


async def test_view_may_choose_its_template_while_it_lives(client_merge: Any) -> None:
    class TwoFacesLive(LiveView):
        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign(face="one", n=0)

        def render(self) -> str:
            return f"{self.assigns.face}.html"

        async def handle_event(self, event: str, params: Any) -> None:
            self.assign(face=event, n=self.assigns.n + 1)

    app, live = fresh(one="<b>{{ n }}</b>", two="{{ n }}<i>{{ face }}</i>")
    live.route("/", TwoFacesLive)
    async with LiveViewTest(app, "/") as page:
        for face in ("two", "two", "one", "one"):
            await page.push(face)
        assert page.html == "<b>4</b>"


async def test_template_that_reads_the_request_says_what_to_do() -> None:
    class RequestLive(LiveView):
        inline_template = "{{ request.path }}"

    app, live = fresh()
    live.route("/", RequestLive)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    with raises(TemplateNameError, match="reads request, which exists only during an HTTP request"):
        await app.test_client().get("/")


async def test_live_render_in_a_plain_page(app: Quart) -> None:
    page = parse(await html_of(app, "/plain"))
    views = page.find_all("[data-phx-session]")
    assert [view.get("id") for view in views] == ["one", "two"]
    assert ["data-phx-main" in view.attributes for view in views] == [True, False]
    assert views[0].find("h1").text == "5"


async def test_live_render_by_name_and_from_python() -> None:
    app, live = fresh()
    live.route("/counter", CounterLive)

    @app.get("/page")
    async def page() -> str:
        return await render_template_string('{{ live_render("CounterLive") }}') + str(
            await live_render(CounterLive)
        )

    @app.get("/wrong")
    async def wrong() -> str:
        return await render_template_string('{{ live_render("Nobody") }}')

    assert len(parse(await html_of(app, "/page")).find_all("[data-phx-session]")) == 2
    app.config["PROPAGATE_EXCEPTIONS"] = True
    with raises(LiveViewError, match="no live view 'Nobody'"):
        await app.test_client().get("/wrong")


async def test_mount_that_redirects_is_an_http_redirect_with_flash(app: Quart) -> None:
    client = app.test_client()
    response = await client.get("/guarded")
    assert (response.status_code, response.headers["Location"]) == (302, "/form")
    async with LiveViewTest(app, "/form", client=client) as page:
        assert parse(page.page_html).find("#flash").text == "sign in first"
        assert page.find("#flash").text == "sign in first"
    assert "__phoenix_flash__" not in {cookie.name for cookie in client.cookie_jar or ()}


async def test_patch_in_the_first_render_is_an_http_redirect(app: Quart) -> None:
    response = await app.test_client().get("/rooms/3?sort=old")
    assert (response.status_code, response.headers["Location"]) == (302, "/rooms/3?sort=new")


async def test_redirect_from_a_view_in_a_plain_page() -> None:
    class AwayLive(LiveView):
        inline_template = ""

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.redirect(external="https://example.org/")

    app, _ = fresh()

    @app.get("/")
    async def page() -> str:
        return await render_template_string("{{ live_render(AwayLive) }}", AwayLive=AwayLive)

    response = await app.test_client().get("/")
    assert (response.status_code, response.headers["Location"]) == (302, "https://example.org/")


async def test_http_session_reaches_mount_both_times() -> None:
    class WhoLive(LiveView):
        inline_template = "{{ who }}"

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign(who=f"{sorted(session.items())}")

    app, live = fresh()
    live.route("/", WhoLive)

    @app.get("/sign-in")
    async def sign_in() -> str:
        session["name"] = "Ann"
        login_user(AuthUser("7"))
        return ""

    QuartAuth(app, cookie_secure=False)

    @live.on_connect
    async def user() -> dict[str, Any]:
        return {"user_id": current_user.auth_id}

    client = app.test_client()
    await client.get("/sign-in")
    async with LiveViewTest(app, "/", client=client) as page:
        assert parse(page.page_html).find("body").text == page.text == "[('name', 'Ann'), ('user_id', '7')]"


async def test_session_of_live_render_is_signed_into_the_token(app: Quart) -> None:
    async with LiveViewTest(app, "/plain", element_id="one") as page:
        assert page.find("h1").text == "5"


async def test_import_map_and_client_files(app: Quart, monkeypatch: pytest.MonkeyPatch) -> None:
    modules = Path(__file__).parents[3] / "static" / "node_modules"
    monkeypatch.setenv("QUART_LIVE_CLIENT_DIR", str(modules))
    app = make_app()
    page = parse(await html_of(app, "/counter"))
    script = page.find("script[type=importmap]").children[0]
    assert isinstance(script, str)
    imports = json.loads(script)["imports"]
    assert set(imports) == {"phoenix", "phoenix_live_view", "quart_live/stash"}
    client = app.test_client()
    for address in imports.values():
        response = await client.get(address)
        assert response.status_code == 200
        assert response.mimetype == "text/javascript"
        assert "immutable" in response.headers["Cache-Control"]
        without_version = await client.get(address.split("?")[0])
        assert "no-cache" in without_version.headers["Cache-Control"]
    for name in ("package.json", "..%2f..%2fpackage.json", "x.js"):
        assert (await client.get(f"/live/client/{name}")).status_code == 404


async def test_without_client_files_the_page_still_works(tmp_path: Path) -> None:
    app = make_app(LIVE_CLIENT_DIR=str(tmp_path))
    assert (await app.test_client().get("/live/client/phoenix.mjs")).status_code == 404
    async with LiveViewTest(app, "/counter") as page:
        assert page.find("h1").text == "0"


async def test_no_secret_key_says_so() -> None:
    app, live = fresh()
    app.secret_key = None
    app.config["PROPAGATE_EXCEPTIONS"] = True
    live.route("/", CounterLive)
    with raises(RuntimeError, match=r"secret.key"):
        await app.test_client().get("/")


async def test_wrong_use_says_so() -> None:
    _, live = fresh()
    live.route("/", CounterLive)
    with pytest.raises(LiveViewError, match="taken"):
        live.route("/other", type("Other", (LiveView,), {}), name="counter_live")
    with pytest.raises(LiveViewError, match="subclass of LiveView"):
        live.route("/x", str)  # type: ignore[arg-type]
    with pytest.raises(LiveViewError, match="once for each app"):
        live.init_app(live.app)
    with pytest.raises(LiveViewError, match="router named"):
        live.add_router(LiveRouter("default"))
    view = CounterLive()
    with pytest.raises(LiveViewError, match="put_flash"):
        view.assign(flash={})
    with pytest.raises(AttributeError, match=r"self.assign\(count"):
        view.assigns.count = 1
    with pytest.raises(AttributeError, match="'count' has not been assigned"):
        _ = view.assigns.count
    for to in (
        "//evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "",
        "/\\evil.example",
        "/a\nb",
    ):
        with pytest.raises(ValueError, match="not a path of this site"):
            view.redirect(to=to)
    for address in ("javascript:alert(1)", "/path", "//host/path", "ftp://host/"):
        with pytest.raises(ValueError, match=r"not a full http"):
            view.redirect(external=address)
    view.redirect(to="/one")
    with pytest.raises(LiveViewError, match="cannot navigate twice"):
        view.push_navigate("/two")


async def test_one_view_at_two_addresses() -> None:
    app, live = fresh()
    live.route("/rooms", CounterLive)
    live.route("/rooms/<int:n>", CounterLive)
    async with LiveViewTest(app, "/rooms") as page:
        view = page.view
        await page.patch("/rooms/4")
        assert page.view is view
        assert page.find("h1").text == "4"


async def test_two_pages_at_once_do_not_mix(app: Quart) -> None:
    pages = await asyncio.gather(*(html_of(app, f"/counter?n={n}") for n in range(10)))
    assert [parse(page).find("h1").text for page in pages] == [str(n) for n in range(10)]


async def test_what_the_script_passes_to_its_socket(app: Quart, live: QuartLive) -> None:
    async with LiveViewTest(app, "/counter", connect_params={"zone": "Europe/Berlin"}) as page:
        assert page.view.connect_params["zone"] == "Europe/Berlin"
        page.channel.crash()
        await page.until(lambda: page.crashed)
        await page.rejoin()
        assert page.view.connect_params["zone"] == "Europe/Berlin"
        assert page.view.connect_params["_mounts"] == 1


class KeysLive(LiveView):
    inline_template = """<p phx-window-keydown="anywhere">{{ seen|join(" ") }}</p>
        <input id="field" value="v" phx-keyup="up" phx-focus="in" phx-blur="out" phx-value-of="field">"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(seen=[])

    async def handle_event(self, event: str, params: Any) -> None:
        said = ",".join(str(params.get(key, "-")) for key in ("key", "value", "of"))
        self.assign(seen=[*self.assigns.seen, f"{event}:{said}"])


async def test_keys_and_focus_without_a_browser(app: Quart, live: QuartLive) -> None:
    live.route("/keys", KeysLive)
    async with LiveViewTest(app, "/keys") as page:
        await page.focus("#field")
        await page.key("#field", "a", up=True)
        await page.blur("#field")
        await page.key("p", "Escape")
        assert page.text == "in:-,v,field up:a,-,field out:-,v,field anywhere:Escape,-,-"
        with pytest.raises(LookupError, match="phx-blur"):
            await page.blur("p")

"""Digests of static files, pages that learn of a deploy, and templates that change under open pages."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from quart import Quart

from quart_live import LiveComponent, LiveView, LiveViewTest, QuartLive
from quart_live.http.development import EVENT, Reloader
from quart_live.view.static_tracking import StaticFiles


@pytest.fixture
def files(tmp_path: Path) -> StaticFiles:
    (tmp_path / "js").mkdir()
    (tmp_path / "app.css").write_text("a { color: red }")
    (tmp_path / "js" / "a b.js").write_text("1")
    (tmp_path.parent / "secret.txt").write_text("secret")
    return StaticFiles(tmp_path, "/static", changing=True)


def test_path_changes_with_the_content(files: StaticFiles, tmp_path: Path) -> None:
    before = files.path("app.css")
    assert before.startswith("/static/app.css?v=")
    assert files.path("js/a b.js").startswith("/static/js/a%20b.js?v=")
    assert files.path("nothing.css") == "/static/nothing.css"
    assert files.path("../secret.txt") == "/static/../secret.txt"
    (tmp_path / "app.css").write_text("a { color: blue }")
    assert files.path("app.css") != before


@pytest.mark.parametrize(
    ("address", "changed"),
    [
        ("http://host{css}", False),
        ("http://cdn.example/prefix{css}", False),
        ("http://host/static/app.css", False),
        ("http://host/static/app.css?v=000000000000", True),
        ("http://host/static/gone.css?v=1", True),
        ("http://host/elsewhere/app.css", True),
        ("http://host/static/../secret.txt", True),
        ("http://host/static/js/a%20b.js", False),
        ("http://[", True),
        ("", True),
        ("\x00", True),
    ],
)
def test_addresses_are_compared(files: StaticFiles, address: str, changed: bool) -> None:
    assert files.changed([address.format(css=files.path("app.css"))]) == changed
    assert not files.changed([])


@pytest.mark.parametrize("latest", [False, True])
def test_manifest_of_a_build_step(files: StaticFiles, tmp_path: Path, latest: bool) -> None:
    names = '{"app.css": "app-5d41.css"}'
    (tmp_path / "cache_manifest.json").write_text(f'{{"latest": {names}}}' if latest else names)
    assert files.path("app.css") == "/static/app-5d41.css"
    assert not files.changed(["http://h/static/app-5d41.css?vsn=d"])
    assert files.changed(["http://h/static/app-0000.css"])


class PageLive(LiveView):
    template = "page.html"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(count=0, changed=self.static_changed())

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        self.assign(count=self.assigns.count + 1)
        return None


def site(folder: Path, **config: Any) -> tuple[Quart, QuartLive]:
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "static").mkdir(exist_ok=True)
    (folder / "templates" / "page.html").write_text(
        "<p>{{ count }} {{ changed }}</p>{% include 'part.html' %}"
    )
    (folder / "templates" / "part.html").write_text("<i>one {{ count }}</i>")
    (folder / "static" / "app.css").write_text("p { color: red }")
    app = Quart("reload_tests", root_path=str(folder))
    app.secret_key = "for tests"
    app.config.update(config)
    live = QuartLive(app)
    live.route("/", PageLive)
    return app, live


def watching() -> bool:
    """Whether somebody watches files."""
    names = [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]
    return "Reloader._watch" in names


async def test_static_changed_in_mount(tmp_path: Path) -> None:
    app, live = site(tmp_path)
    page = LiveViewTest(app, "/")
    await page.open()
    for tracked, changed in (
        ([f"http://localhost{live.static_path('app.css')}"], "False"),
        (["http://localhost/static/app.css?v=0123456789ab"], "True"),
        ("nonsense", "False"),
        ([5, {}], "False"),
    ):
        payload = {
            "url": "http://localhost/",
            "params": {"_mounts": 0, "_track_static": tracked},
            "session": page.element.get("data-phx-session"),
        }
        page.socket.send("8", "8", page.topic, "phx_join", payload)
        answer = await page.socket.reply_to("8")
        assert answer["response"]["rendered"]["1"] == changed
    await page.close()
    assert live.static_path("app.css") == live.runtime.statics.path("app.css")


async def test_changed_templates_show_in_open_views_that_keep_their_state(tmp_path: Path) -> None:
    app, live = site(tmp_path, LIVE_RELOAD=True)
    reloader = Reloader(live.runtime, live.sockets)
    async with LiveViewTest(app, "/") as page:
        await page.push("more")
        (tmp_path / "templates" / "part.html").write_text("<b>two {{ count }}</b>")
        await reloader.changed([tmp_path / "templates" / "part.html"])
        await page.settle()
        assert page.find("b").text == "two 1"
        (tmp_path / "templates" / "page.html").write_text("<h1>{{ count }}</h1>")
        await reloader.changed([tmp_path / "templates" / "page.html"])
        await page.settle()
        assert page.html == "<h1>1</h1>"
        await page.push("more")
        assert page.html == "<h1>2</h1>"
        assert page.events == []
    await live.shutdown()


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    ("name", "written", "wrong"),
    [
        ("page.html", "<h1>{{ broken", "page.html, line 1: unexpected end of template"),
        ("page.html", "<h1>\n{{ count|nonsense }}", "page.html, line 2: No filter named 'nonsense'"),
        ("page.html", "<h1>\n{{ missing }}", "page.html, line 2, reads 'missing'"),
        ("page.html", "{{ request.path }}", "reads request, which exists only during an HTTP request"),
        ("part.html", "{% if %}", "part.html, line 1: Expected an expression"),
        ("part.html", None, "part.html: there is no such template"),
        ("part.html", b"\xff", "part.html: 'utf-8' codec can't decode"),
    ],
)
async def test_a_broken_template_leaves_open_views_as_they_are(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, debug: bool, name: str, written: Any, wrong: str
) -> None:
    app, live = site(tmp_path, LIVE_RELOAD=True, DEBUG=debug)
    reloader = Reloader(live.runtime, live.sockets)
    app.jinja_env.auto_reload = debug
    file = tmp_path / "templates" / name
    before = file.read_text()
    async with LiveViewTest(app, "/") as page:
        if written is None:
            file.unlink()
        else:
            file.write_bytes(written if isinstance(written, bytes) else written.encode())
        await reloader.changed([file])
        await page.settle()
        assert wrong in caplog.text
        await page.push("more")
        assert (page.text, page.crashed) == ("1 Falseone 1", False)
        caplog.clear()
        file.write_text(f"again {before}")
        await reloader.changed([file])
        await page.settle()
        assert "again" in page.text
        await page.push("more")
        assert "one 2" in page.text
        assert not [record for record in caplog.records if record.name != "quart_live.client"]
    await live.shutdown()


class PlaceComponent(LiveComponent):
    template = "place.html"


class PlacesLive(PageLive):
    template = "places.html"


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    ("name", "written", "wrong"),
    [
        ("places.html", "{{ count.a.b }}", "has no attribute 'a'"),
        ("places.html", "{% include 'nowhere.html' %}", "TemplateNotFound: nowhere.html"),
        ("places.html", "{{ live_component('nobody', id=1) }}", "nobody"),
        ("places.html", "{{ count }}{% from 'macros.html' import other %}{{ other() }}", "'other'"),
        ("part.html", "{{ missing }}", "part.html, line 1, reads 'missing'"),
        ("part.html", "{{ 1 / (count - 1) }}", "ZeroDivisionError: division by zero"),
        ("macros.html", "{% macro m() %}{% endmacro %}", "takes not more than 0 argument"),
        ("place.html", "<b>{{ missing }}</b>", "place.html, line 1, reads 'missing'"),
        ("place.html", "<b></b><b></b>", "needs exactly one element"),
    ],
)
async def test_what_cannot_be_rendered_leaves_open_views_as_they_are_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, debug: bool, name: str, written: str, wrong: str
) -> None:
    app, live = site(tmp_path, LIVE_RELOAD=True, DEBUG=debug)
    reloader = Reloader(live.runtime, live.sockets)
    app.jinja_env.auto_reload = debug
    live.route("/places", PlacesLive)
    templates = tmp_path / "templates"
    (templates / "macros.html").write_text("{% macro m(n) %}macro {{ n }} {% endmacro %}")
    (templates / "place.html").write_text("<b>place {{ n }}</b>")
    (templates / "places.html").write_text(
        "{{ count }} {% include 'part.html' %} {% from 'macros.html' import m %}{{ m(count) }}"
        "{{ live_component('place', id=1, n=count) }}"
    )
    before = (templates / name).read_text()
    async with LiveViewTest(app, "/places") as page:
        await page.push("more")
        (templates / name).write_text(written)
        await reloader.changed([templates / name])
        await page.settle()
        assert wrong in caplog.text
        await page.push("more")
        assert (page.text, page.crashed) == ("2 one 2 macro 2 place 2", False)
        (templates / name).write_text(before.replace("count", "count + 1").replace("n }}", "n + 1 }}"))
        await reloader.changed([templates / name])
        await page.settle()
        assert page.text.count("3") > 0
        await page.push("more")
        assert page.text.count("4") > 0
    await live.shutdown()


async def test_a_template_that_waits_for_another_is_shown_when_that_is_there(tmp_path: Path) -> None:
    app, live = site(tmp_path, LIVE_RELOAD=True, DEBUG=True)
    reloader = Reloader(live.runtime, live.sockets)
    app.jinja_env.auto_reload = True
    page_file, new = tmp_path / "templates" / "page.html", tmp_path / "templates" / "new.html"
    async with LiveViewTest(app, "/") as page:
        page_file.write_text("{% include 'new.html' %}")
        await reloader.changed([page_file])
        await page.settle()
        assert page.text == "0 Falseone 0"
        new.write_text("new {{ count }}")
        await reloader.changed([new])
        await page.settle()
        assert page.events == [(EVENT, {})]  # who uses a new template is not known: pages are loaded anew
        async with LiveViewTest(app, "/") as fresh:
            assert fresh.text == "new 0"
    await live.shutdown()


async def test_a_broken_layout_reloads_no_page(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app, live = site(tmp_path, LIVE_RELOAD=True)
    reloader = Reloader(live.runtime, live.sockets)
    async with LiveViewTest(app, "/") as page:
        (tmp_path / "templates" / "layout.html").write_text("{% if %}")
        await reloader.changed([tmp_path / "templates" / "layout.html"])
        await page.settle()
        assert "layout.html, line 1: Expected an expression" in caplog.text
        assert page.events == []
    await live.shutdown()


async def test_styles_are_swapped_and_layouts_reload_the_page(tmp_path: Path) -> None:
    app, live = site(tmp_path, LIVE_RELOAD=True)
    reloader = Reloader(live.runtime, live.sockets)
    async with LiveViewTest(app, "/") as page:
        await reloader.changed([tmp_path / "static" / "app.css"])
        await page.settle()
        digest = live.runtime.statics.digest("app.css")
        assert page.events == [(EVENT, {"styles": [{"name": "app.css", "digest": digest}]})]
        (tmp_path / "templates" / "layout.html").write_text("x")
        await reloader.changed([tmp_path / "templates" / "layout.html", tmp_path / "elsewhere.txt"])
        await page.settle()
        assert page.events[1:] == [(EVENT, {})]
    await live.shutdown()


@pytest.mark.parametrize(
    ("config", "on"), [({}, False), ({"DEBUG": True}, True), ({"DEBUG": True, "LIVE_RELOAD": False}, False)]
)
async def test_off_unless_debugging(tmp_path: Path, config: dict[str, Any], on: bool) -> None:
    app, live = site(tmp_path, **config)
    async with LiveViewTest(app, "/") as page:
        assert (EVENT in page.page_html) == on
        assert watching() == on
    await live.shutdown()
    assert not watching()

"""`LiveViewTest` itself: it finds what a browser would find, and says what is wrong."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from quart import Quart, Response, abort, redirect
from soupsieve.css_parser import PSEUDO_COMPLEX_NO_MATCH, PSEUDO_SIMPLE_NO_MATCH

from quart_live import LiveView, LiveViewError, LiveViewTest, QuartLive
from quart_live.testing import ChosenFile, ExternalSending, PageFailedError, parse
from quart_live.testing.dom import quoted
from quart_live.uploads import UploadRefused

PAGE = """<main class="wide page" id="m"><h1>One</h1>
<ul><li id="a" class="x">1</li><li id="b" data-n="12">2</li><li id="c"><b>3</b></li></ul>
<form><input id="d" name="user[name]" value="v" required><input id="e" type="checkbox" checked>
<select><option id="f" selected>A</option><option id="g">B</option></select></form>
<fieldset disabled><button id="h" title="a > b, c">Go</button></fieldset></main>"""


@pytest.mark.parametrize(
    ("selector", "ids"),
    [
        ("li:first-child", "a"),
        ("li:last-child", "c"),
        ("li:nth-child(2)", "b"),
        ("li:not(.x)", "bc"),
        ("li:has(> b)", "c"),
        ("li:is(#a, #b)", "ab"),
        ("li, option", "abcfg"),
        ("option, li", "abcfg"),
        ("ul > li", "abc"),
        ("main > li", ""),
        ("li + li", "bc"),
        ("#a ~ li", "bc"),
        ("[data-n^='1']", "b"),
        ("[data-n$='2']", "b"),
        ("[data-n*='2']", "b"),
        ("[data-n^='2']", ""),
        ("main[class~=page] li.x", "a"),
        ("main.wide.page#m #b", "b"),
        ("[name='user[name]']", "d"),
        ("[title='a > b, c']", "h"),
        (":checked", "ef"),
        ("button:disabled", "h"),
        ("input:required", "d"),
        ("LI.x", "a"),
        ("#A", ""),
        ("li[title=':hover']", ""),
    ],
)
def test_selectors_mean_what_they_mean_in_a_browser(selector: str, ids: str) -> None:
    assert "".join(element.get("id") for element in parse(PAGE).find_all(selector)) == ids


@pytest.mark.parametrize(
    "selector",
    [
        *("li:nonsense", "li[", "li,,b", "li >", "li:hover", "li:HOVER", "input:focus", "li::before"),
        *(f"li{state}" for state in sorted(PSEUDO_SIMPLE_NO_MATCH)),
        *(f"li{state}(li)" for state in sorted(PSEUDO_COMPLEX_NO_MATCH)),
    ],
)
def test_what_is_no_selector_or_only_for_browsers_is_refused(selector: str) -> None:
    for find in (parse(PAGE).find_all, parse(PAGE).find("li.x").closest):
        with pytest.raises(ValueError, match=r"is not a CSS selector|(known to|only) a browser"):
            find(selector)


def test_end_tags_may_be_left_out() -> None:
    page = parse("<ul><li>1<p>x<p>y<li>2</ul><table><tr><td>3<td>4<tr><td>5</table><p>6<div>7</div>")
    assert [element.text for element in page.find_all("li")] == ["1xy", "2"]
    assert [element.text for element in page.find_all("tr:first-child > td")] == ["3", "4"]
    assert [element.text for element in page.find_all("li > p + p, p + div")] == ["y", "7"]


def test_elements() -> None:
    page = parse("<!doctype html><p class='a b' x=1 x=2>Hi <!-- no --> you<script>let a</script></p>")
    element = page.find("p.b")
    assert (element.text, element.get("x"), element.get("class"), element.tag) == ("Hi you", "1", "a b", "p")
    assert element is page.find("p") and element.parent is page and page.tag == "#document"
    assert element.find_all("p") == [element] and page.find("script").closest("p") is element
    assert repr(page.find("script").children) == "['let a']"
    assert parse(f"<i id='{'a:b.c'}'>").find(f"[id={quoted('a:b.c')}]").tag == "i"


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bs4", None)
    monkeypatch.delitem(sys.modules, "quart_live.testing.html", raising=False)
    with pytest.raises(LiveViewError, match="pip install beautifulsoup4"):
        parse("<p>")


class FailingLive(LiveView):
    inline_template = "{{ 1 // divisor }}"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(divisor=int(params["by"]))


class UploadLive(LiveView):
    inline_template = """<form phx-change="c" phx-submit="s">{{ live_file_input(uploads.doc) }}</form>
    {% for entry in uploads.doc.entries %}
    <p>{{ entry.client_name }} {{ entry.progress }} {{ entry.errors|join }}</p>{% endfor %}"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.allow_upload("doc", accept="any", max_entries=3, auto_upload=True, external=self.presign)
        self.stored: list[Any] = []

    def presign(self, entry: Any) -> dict[str, Any]:
        if entry.client_name == "no.txt":
            raise UploadRefused("not this one")
        return {"uploader": "Bucket", "key": entry.client_name}

    async def handle_event(self, event: str, params: Any) -> None:
        if event == "s":
            self.stored = await self.consume_uploaded_entries("doc", lambda meta, entry: meta["key"])


@pytest.fixture
def app() -> Quart:
    app = Quart("testing")
    app.secret_key = "for tests"
    live = QuartLive(app)
    live.route("/by/<int:by>", FailingLive)
    live.route("/upload", UploadLive)
    app.add_url_rule("/broken", view_func=lambda: Response("out of order", 503), endpoint="broken")
    app.add_url_rule("/gone", view_func=lambda: abort(404), endpoint="gone")
    app.add_url_rule("/away", view_func=lambda: redirect("/by/1"), endpoint="away")
    return app


async def test_a_page_that_fails_says_why(app: Quart) -> None:
    page = LiveViewTest(app, "/by/0?x=1")
    why = r"GET /by/0\?x=1 was answered with 500: ZeroDivisionError"
    with pytest.raises(PageFailedError, match=why) as info:
        await page.open()
    assert isinstance(info.value.__cause__, ZeroDivisionError)
    assert (info.value.status, page.status) == (500, 500)
    with pytest.raises(PageFailedError, match="/broken was answered with 503: no exception") as info:
        await LiveViewTest(app, "/broken").open()
    assert info.value.__cause__ is None


async def test_a_page_that_was_not_joined_says_so(app: Quart) -> None:
    async with LiveViewTest(app, "/gone") as page:
        assert page.status == 404
        with pytest.raises(LiveViewError, match="/gone was not joined: the page has status 404"):
            await page.push("x")
    async with LiveViewTest(app, "/away") as page:
        with pytest.raises(LiveViewError, match="/away was not joined: the page redirects to /by/1"):
            await page.push("x")


async def test_files_that_go_elsewhere_can_be_sent(app: Quart) -> None:
    bucket: dict[str, bytes] = {}

    async def put(sending: ExternalSending) -> None:
        assert sending.meta["uploader"] == "Bucket"
        await sending.progress(50)
        assert f"{sending.file.name} 50" in page.text
        if sending.file.name == "bad.txt":
            raise ConnectionError("the bucket is full")
        bucket[sending.meta["key"]] = sending.file.content

    async with LiveViewTest(app, "/upload") as page:
        files = page.file_input("doc")
        await files.choose(ChosenFile("a.txt", b"aa"), ChosenFile("no.txt", b"b"), ChosenFile("c.txt", b"cc"))
        await files.send(put)
        assert bucket == {"a.txt": b"aa", "c.txt": b"cc"}
        assert [found.text for found in parse(page.html).find_all("p")] == [
            "a.txt 100",
            "no.txt 0 not this one",
            "c.txt 100",
        ]
    async with LiveViewTest(app, "/upload") as page:
        files = page.file_input("doc")
        await files.choose(ChosenFile("a.txt", b"aa"))
        await files.send()
        await page.submit("form")
        view = page.view
        assert isinstance(view, UploadLive) and view.stored == ["a.txt"]
        await files.choose(ChosenFile("bad.txt", b""))
        with pytest.raises(ConnectionError):
            await files.send(put)
        assert "bad.txt" in page.text and "failed" in page.html

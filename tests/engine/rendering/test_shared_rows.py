"""Items of a stream that other views have rendered are taken from them, one by one."""

from __future__ import annotations

from typing import Any

import jinja2
import pytest

from quart_live.rendering import LiveEnvironment, LiveStream, Renderer, Streams
from quart_live.rendering.tree import SharedRow

LIST = (
    "<ul>{% for dom_id, m in streams.rows %}<li id='{{ dom_id }}'>{{ m[1]|counted }}{{ me }}</li>"
    "{% endfor %}</ul>"
)
PAGES = [
    LIST,
    "{% include 'list.html' %}",
    "{% if show %}{% include 'list.html' %}{% endif %}",
    "{% macro m() %}{% include 'list.html' %}{% endmacro %}{{ m() }}",
]
Item = tuple[int, str]


class Cache:
    """Rows of some views, for others."""

    parts = frozenset[int]()

    def __init__(self) -> None:
        self.rows: dict[Any, SharedRow] = {}


class Site:
    """One template, and views that share their rows."""

    def __init__(self, source: str) -> None:
        environment = LiveEnvironment(loader=jinja2.DictLoader({"list.html": LIST}))
        environment.filters["counted"] = self.counted
        self.rendered: list[str] = []
        self.cache = Cache()
        self.template = environment.live_from_string(source, "page.html")

    def counted(self, text: str) -> str:
        self.rendered.append(text)
        return text

    def page(self, items: list[Item], cache: Cache | None, me: str = "") -> tuple[str, list[str]]:
        """The HTML of a view, and what had to be rendered for it."""
        self.rendered.clear()
        stream = LiveStream("0", lambda item: f"row-{item[0]}")
        for item in items:
            stream.insert(item)
        streams = Streams()
        vars(streams)["rows"] = stream
        renderer = Renderer(self.template)
        renderer.render({"streams": streams, "me": me, "show": True}, cache)
        return renderer.current_html(), list(self.rendered)


FIRST = [(1, "a"), (2, "b"), (3, "c")]


@pytest.mark.parametrize("source", PAGES[:3])
@pytest.mark.parametrize(
    ("items", "fresh"),
    [
        (FIRST, []),
        ([(0, "z"), *FIRST], ["z"]),
        ([(1, "a"), (2, "x"), (3, "c")], ["x"]),
        ([*FIRST, (4, "d"), (5, "e")], ["d", "e"]),
        ([(9, "n"), (2, "b"), (8, "m")], ["n", "m"]),
        ([(7, "q")], ["q"]),
        ([(3, "c"), (1, "a")], []),
    ],
)
def test_only_what_nobody_has_rendered_is_rendered(source: str, items: list[Item], fresh: list[str]) -> None:
    site = Site(source)
    site.page(FIRST, site.cache)
    html, rendered = site.page(items, site.cache)
    assert rendered == fresh
    assert html == site.page(items, None)[0]
    again, rendered = site.page(items, site.cache)
    assert (again, rendered) == (html, [])


@pytest.mark.parametrize("source", PAGES)
def test_a_view_that_reads_something_else_renders_all(source: str) -> None:
    site = Site(source)
    site.page(FIRST, site.cache, "ann")
    html, rendered = site.page(FIRST, site.cache, "bob")
    assert rendered == ["a", "b", "c"]
    assert html == site.page(FIRST, None, "bob")[0]


def test_items_that_can_change_are_rendered_by_each_view() -> None:
    site = Site(LIST)
    items: Any = [[1, "a"], [2, "b"]]
    site.page(items, site.cache)
    items[0][1] = "x"
    html, rendered = site.page(items, site.cache)
    assert rendered == ["x", "b"] and ">x<" in html

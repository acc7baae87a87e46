"""Which parts are marked as one element (``r``), and that the client leaves out only what is unchanged."""

from __future__ import annotations

from typing import Any

import jinja2
import orjson
import pytest
from support.client_merge import ClientMerge

from quart_live.rendering import LiveEnvironment, Renderer

ONE = "<b>{{ x }}</b>"
OTHERS = {
    "one": ONE,
    "two": ONE + ONE,
    "branch": "{% if x %}" + ONE + "{% endif %}",
    "ui": "{% macro one(x) %}" + ONE + "{% endmacro %}{% macro row() %}</div><div>{{ caller }}{% endmacro %}",
}
MACRO = "{% macro one(x) %}" + ONE + "{% endmacro %}"
DIV = "{% macro two(x) %}<div></div>" + ONE + "{% endmacro %}"
NESTED = "{% macro one(x) %}{% if x %}" + ONE + "{% endif %}{% endmacro %}"


def branch(body: str) -> str:
    return "<div>{% if x %}" + body + "{% endif %}</div>"


def render(source: str) -> Any:
    environment = LiveEnvironment(loader=jinja2.DictLoader({**OTHERS, "page": source}))
    renderer = Renderer(environment.get_live_template("page"))
    return orjson.loads(orjson.dumps(renderer.join({"x": "x", "items": [1, 2]})))


def marked(part: Any) -> list[str]:
    """The first strings of the marked parts."""
    if not isinstance(part, dict):
        return []
    here = [part["s"][0].strip()] if part.get("r") == 1 else []
    return [*here, *(found for value in part.values() for found in marked(value))]


MARKED = {
    "a branch": (branch(ONE), ["<b>"]),
    "white space around": (branch("\n  " + ONE + "\n"), ["<b>"]),
    "an element without end": (branch('<input value="{{ x }}">'), ['<input value="']),
    "an id": (branch('<b class="a" id="{{ x }}">{{ x }}</b>'), ['<b class="a" id="']),
    "branch in branch": (branch("<p>{{ x }}{% if x %}<i>{{ x }}</i>{% endif %}</p>"), ["<i>"]),
    "branch in a marked one": (
        branch("<div>{{ x }}{% if x %}<i>{{ x }}</i>{% endif %}</div>"),
        ["<div>", "<i>"],
    ),
    "in a loop": (
        "<ul>{% for i in items %}<li>{% if x %}" + ONE + "{% endif %}</li>{% endfor %}</ul>",
        ["<b>"] * 2,
    ),
    "a macro": (MACRO + "<div>{{ one(x) }}</div>", ["<b>"]),
    "a macro from elsewhere": ('{% import "ui" as ui %}<div>{{ ui.one(x) }}</div>', []),
    "a macro from a sound template": ('{% from "macros" import one %}<div>{{ one(x) }}</div>', ["<b>"]),
    "a macro in two positions": (MACRO + '<p title="{{ one(x) }}">{{ one(x) }}</p>', ["<b>"]),
    "an include": ('<div>{% include "one" %}</div>', ["<b>"]),
    "after a script": (
        "<script>if (1 < 2) { }</script><div>{{ x }}{% if x %}" + ONE + "{% endif %}</div>",
        ["<b>"],
    ),
    "a branch in svg": (branch('<svg><path d="{{ x }}"/></svg>'), ['<svg><path d="']),
}
OTHERS["macros"] = MACRO
NOT_MARKED = {
    "the view": "<div>{{ x }}</div>",
    "two elements": branch(ONE + ONE),
    "text beside": branch("text " + ONE),
    "a dynamic beside": branch("{{ x }}" + ONE),
    "a comment before": branch("<!-- a\nb -->" + ONE),
    "a comment after": branch(ONE + "<!-- a -->"),
    "a dynamic name": branch("<{{ x }}>{{ x }}</b>"),
    "a longer name": branch("<h{{ x }}>{{ x }}</h{{ x }}>"),
    "dynamic attributes": branch("<b {{ x }}>{{ x }}</b>"),
    "an attribute without quotes": branch("<b class={{ x }}>{{ x }}</b>"),
    "an id the client does not find": branch("<b id = 'a'>{{ x }}</b>"),
    "an id on a line of its own": branch('<b\nid="a">{{ x }}</b>'),
    "an id in capitals": branch('<b ID="a">{{ x }}</b>'),
    "a paragraph that ends early": branch("<p>{{ x }}<div></div></p>"),
    "a paragraph that another part ends early": DIV + branch('<p\nclass="a">{{ two(x) }}</p>'),
    "the same in capitals": DIV + branch("<P>{{ two(x) }}</P>"),
    "an end too much": branch(ONE + "</div>"),
    "an end too few": branch(ONE + "<div>"),
    "the parent of unbalanced branches": branch(
        "<section>{{ x }}{% if x %}</section><section>{% endif %}</section>"
    ),
    "a macro in an attribute": MACRO + '<p title="{{ one(x) }}"></p>',
    "a branch of a macro in an attribute": NESTED + '<p title="{{ one(x) }}"></p>',
    "a macro in an attribute without quotes": MACRO + "<p title={{ one(x) }}></p>",
    "a macro in a textarea": MACRO + "<textarea>{{ one(x) }}</textarea>",
    "a branch of a macro in a textarea": NESTED + "<TEXTAREA>{{ one(x) }}</textarea >",
    "a macro in a title": MACRO + "<title>{{ one(x) }}</title>",
    "a macro in a script": MACRO + "<script>'{{ one(x) }}'</script>",
    "a macro in a style": MACRO + "<style>{{ one(x) }}</style>",
    "a macro in a comment": MACRO + "<!-- {{ one(x) }} -->",
    "a macro in a template": MACRO + "<template>{{ one(x) }}</template>",
    "an option": "<select>{% if x %}<option>{{ x }}</option>{% endif %}</select>",
    "an include of two": '<div>{% include "two" %}</div>',
    "an include in a textarea": '<textarea>{% include "one" %}</textarea>',
    "a branch of an include in a textarea": '<textarea>{% include "branch" %}</textarea>',
    "a text": MACRO + "<div>{{ one(x)|upper }}</div>",
}


@pytest.mark.parametrize("name", MARKED)
def test_a_part_that_is_one_element_is_marked(name: str) -> None:
    source, expected = MARKED[name]
    assert marked(render(source)) == expected


@pytest.mark.parametrize("name", NOT_MARKED)
def test_where_it_is_not_certain_nothing_is_marked(name: str) -> None:
    assert marked(render(NOT_MARKED[name])) == []


def test_the_client_leaves_out_what_is_the_same(client_merge: ClientMerge) -> None:
    source = MACRO + "<p>{{ y }}</p>{% if x %}<div>{{ x }}{{ one(x) }}</div>{% endif %}"
    renderer = Renderer(LiveEnvironment().live_from_string(source))
    assigns: dict[str, Any] = {"x": "1", "y": "1"}
    messages: list[Any] = [renderer.join(assigns)]
    html = [renderer.current_html()]
    for name in ("y", "x", "y"):
        assigns[name] += "2"
        messages.append(renderer.diff(assigns, {name}))
        html.append(renderer.current_html())
    assert client_merge.replay(messages) == html
    outer = "<div>{}<b>{}</b></div>"
    assert client_merge.skipped(messages) == [
        [],
        ["<b>1</b>", outer.format(1, 1)],
        [],
        ["<b>12</b>", outer.format(12, 12)],
    ]

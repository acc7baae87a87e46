"""Keys of loop entries, moves, and what happens when keys are no good."""

from __future__ import annotations

from typing import Any

import jinja2
import pytest
from support.client_merge import ClientMerge

from quart_live.rendering import LiveEnvironment
from quart_live.rendering.markup import key_positions

from .page import Page

ROW = '<li id="m-{{ m.id }}">{{ m.name }}</li>'


def rows(*pairs: tuple[Any, str]) -> list[dict[str, Any]]:
    return [{"id": number, "name": name} for number, name in pairs]


@pytest.mark.parametrize(
    ("source", "positions"),
    [
        ('<li id="\0">', [1]),
        ('\n  <li class="a" id="m-\0">\0', [1]),
        ('<li class="a \0" id=\'\0-\0\' data-x="\0">', [2, 3]),
        ('<li \0 id="\0">', [2]),
        ('<li hidden data-id="\0" id="\0">', [2]),
        ("<my-row ID='\0'>", [1]),
        ('<li data-id="\0">', []),
        ('<li id="fixed">\0', []),
        ('text <li id="\0">', []),
        ('\0<li id="\0">', []),
        ("<li><b id='\0'>", []),
        ('<li title="<" id="\0">', [1]),
        ('<li title=">" id="\0">', [1]),
        ("<li id=\0>", []),
    ],
)
def test_the_key_is_the_id_of_the_first_element(source: str, positions: list[int]) -> None:
    strings = source.split("\0")
    assert key_positions(strings, [True] * (len(strings) - 1)) == positions


def test_an_id_made_by_a_branch_is_no_key() -> None:
    assert key_positions(['<li id="', '">'], [False]) == []


def test_entries_move_by_the_id_in_their_markup() -> None:
    page = Page("{% for m in items %}" + ROW + "{% endfor %}", {"items": rows((1, "a"), (2, "b"), (3, "c"))})
    diff = page.assign(items=rows((3, "c"), (2, "b"), (1, "ONE")))
    assert diff == {"0": {"k": {"0": 2, "2": [0, {"1": "ONE"}], "kc": 3, "km": True}}}
    diff = page.assign(items=rows((9, "new"), (3, "c"), (2, "b"), (1, "ONE")))
    assert diff == {"0": {"k": {"0": {"0": "9", "1": "new"}, "1": 0, "2": 1, "3": 2, "kc": 4, "km": True}}}
    assert page.assign(items=rows((9, "new"), (2, "b"))) == {"0": {"k": {"1": 2, "kc": 2, "km": True}}}


def test_an_append_is_no_move() -> None:
    page = Page("{% for m in items %}" + ROW + "{% endfor %}", {"items": rows((1, "a"))})
    assert page.assign(items=rows((1, "a"), (2, "b"))) == {"0": {"k": {"1": {"0": "2", "1": "b"}, "kc": 2}}}


def test_keyed_names_the_key() -> None:
    page = Page(
        '{% for m in items|keyed("id") %}{{ m.name }}{% endfor %}', {"items": rows((1, "a"), (2, "b"))}
    )
    assert page.assign(items=rows((2, "b"), (1, "a"))) == {"0": {"k": {"0": 1, "1": 0, "kc": 2, "km": True}}}


@pytest.mark.parametrize(
    "head",
    [
        "for m in items|keyed",
        "for m in items|keyed(0)",
        'for a, b in items|keyed("a")',
        'for m in (items + [])|keyed("real")',
    ],
)
def test_other_keys(head: str) -> None:
    old, new = [(1 + 0j, 2), (3 + 0j, 4)], [(3 + 0j, 4), (1 + 0j, 2)]
    if "real" in head:
        old, new = [1.0, 2.0], [2.0, 1.0]  # type: ignore[list-item]
    body = "{{ a }}" if "a, b" in head else "{{ m }}"
    page = Page("{% " + head + " %}" + body + "{% endfor %}", {"items": old})
    assert page.assign(items=new)["0"]["k"]["km"] is True


def test_the_key_is_taken_before_the_body_sets_the_loop_variable() -> None:
    source = '{% for m in items|keyed("id") %}{% set m = {"id": 0} %}<i>{{ m.id }}</i>{% endfor %}'
    page = Page(source, {"items": rows((1, "a"), (2, "b"))})
    assert page.assign(items=rows((2, "b"), (1, "a"))) == {"0": {"k": {"0": 1, "1": 0, "kc": 2, "km": True}}}


def test_without_a_key_entries_are_compared_by_position() -> None:
    page = Page("{% for m in items %}<li>{{ m.name }}</li>{% endfor %}", {"items": rows((1, "a"), (2, "b"))})
    assert page.assign(items=rows((2, "b"), (1, "a"))) == {
        "0": {"k": {"0": {"0": "b"}, "1": {"0": "a"}, "kc": 2}}
    }


@pytest.mark.parametrize("before", [[1, 1, 2], [1, 2, 3]])
@pytest.mark.parametrize("after", [[2, 1, 1], [3, 2, 1], [2, 2, 1]])
def test_repeated_keys_are_compared_by_position(
    client_merge: ClientMerge, before: list[int], after: list[int]
) -> None:
    def items(ids: list[int]) -> list[dict[str, Any]]:
        return rows(*((number, f"{number}{place}") for place, number in enumerate(ids)))

    page = Page("{% for m in items %}" + ROW + "{% endfor %}", {"items": items(before)})
    diff = page.assign(items=items(after))
    unique = len(set(before)) == len(before) and len(set(after)) == len(after)
    assert ("km" in diff["0"]["k"]) is unique
    assert client_merge.replay(page.messages)[-1] == page.html


def test_keys_that_cannot_be_hashed_are_compared_by_position() -> None:
    page = Page(
        '{% for m in items|keyed("id") %}{{ m.name }}{% endfor %}', {"items": rows(([1], "a"), ([2], "b"))}
    )
    assert page.assign(items=rows(([2], "b"), ([1], "a"))) == {
        "0": {"k": {"0": {"0": "b"}, "1": {"0": "a"}, "kc": 2}}
    }


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        ('{% for a, b in x|keyed("id") %}{% endfor %}', "keyed('a') or keyed('b')"),
        ("{% for a in x|keyed(name) %}{% endfor %}", 'keyed("id")'),
        ("{% for a, b in x|keyed %}{% endfor %}", "keyed('a') or keyed('b')"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused_when_compiling(source: str, advice: str) -> None:
    with pytest.raises(jinja2.TemplateAssertionError, match="key") as caught:
        LiveEnvironment().live_from_string(source)
    assert advice in str(caught.value)


def test_a_macro_whose_call_is_the_id_is_no_key() -> None:
    source = (
        "{% macro i(x) %}m{{ x }}{% endmacro %}"
        '{% for m in items %}<li id="{{ i(m.id) }}">{{ m.name }}</li>{% endfor %}'
    )
    page = Page(source, {"items": rows((1, "a"), (2, "b"))})
    assert "km" not in page.assign(items=rows((2, "b"), (1, "a")))["0"]["k"]

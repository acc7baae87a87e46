"""What each construct of a template becomes in the tree."""

from __future__ import annotations

from typing import Any

import pytest

from quart_live.rendering import LiveEnvironment, Renderer

from .page import Page


def test_text_and_expressions_are_statics_and_dynamics() -> None:
    page = Page("<b>{{ count }}</b> of {{ total }}", {"count": 0, "total": 3})
    assert page.rendered == {"0": "0", "1": "3", "s": ["<b>", "</b> of ", ""]}
    assert page.assign(count=1) == {"0": "1"}


def test_a_template_without_dynamics_is_one_string() -> None:
    assert Page("<b>x</b>").rendered == {"s": ["<b>x</b>"]}


def test_constants_are_folded_into_the_statics() -> None:
    assert Page("a{{ '<' ~ 1 }}{# note #}{% raw %}{{ b }}{% endraw %}").rendered == {"s": ["a&lt;1{{ b }}"]}


def test_values_are_escaped_and_numbers_are_strings() -> None:
    page = Page(
        '<p title="{{ text }}">{{ number }}{{ nothing }}</p>', {"text": "", "number": 1, "nothing": None}
    )
    assert page.assign(text="<\"'&é") == {"0": "&lt;&#34;&#39;&amp;é"}
    assert page.assign(number=2.5) == {"1": "2.5"}
    assert page.rendered["2"] == "None"


def test_an_if_is_one_dynamic_and_each_branch_a_template() -> None:
    page = Page("{% if n > 1 %}<i>{{ n }}</i>{% elif n %}one{% else %}{{ n }}!{% endif %}", {"n": 0})
    assert page.rendered == {"0": {"0": "0", "s": ["", "!"]}, "s": ["", ""]}
    assert page.assign(n=1) == {"0": "one"}
    assert page.assign(n=2) == {"0": {"0": "2", "s": ["<i>", "</i>"], "r": 1}}
    assert page.assign(n=3) == {"0": {"0": "3"}}
    assert page.assign(n=0) == {"0": {"0": "0", "s": ["", "!"]}}


def test_a_false_if_without_else_is_empty() -> None:
    page = Page("{% if n %}{{ n }}{% endif %}", {"n": 0})
    assert page.rendered["0"] == ""
    assert page.assign(n=2) == {"0": {"0": "2", "s": ["", ""]}}
    assert page.assign(n=0) == {"0": ""}


def test_attributes_are_split_as_text() -> None:
    page = Page('<p class="a {{ b }}"{% if hide %} hidden{% endif %}>', {"b": "x", "hide": False})
    assert page.assign(hide=True) == {"1": " hidden"}


def test_a_loop_sends_its_statics_once() -> None:
    page = Page("{% for n in numbers %}<i>{{ n }}</i>{% endfor %}", {"numbers": [1, 2]})
    entries = {"0": {"0": "1"}, "1": {"0": "2"}, "kc": 2}
    assert page.rendered["0"] == {"k": entries, "s": ["<i>", "</i>"]}
    assert page.assign(numbers=[1, 5, 9]) == {"0": {"k": {"1": {"0": "5"}, "2": {"0": "9"}, "kc": 3}}}
    assert page.assign(numbers=[1]) == {"0": {"k": {"kc": 1}}}
    assert page.assign(numbers=[]) == {"0": {"k": {"kc": 0}}}
    assert page.assign(numbers=[7]) == {"0": {"k": {"0": {"0": "7"}, "kc": 1}}}
    assert page.assign(numbers=[7]) == {}


def test_a_loop_that_was_always_empty_brings_its_statics_with_the_first_entry() -> None:
    page = Page("{% for n in numbers %}<i>{{ n }}</i>{% endfor %}", {"numbers": []})
    assert page.rendered["0"] == ""
    assert page.assign(numbers=[]) == {}
    assert page.assign(numbers=[1]) == {"0": {"k": {"0": {"0": "1"}, "kc": 1}, "s": ["<i>", "</i>"]}}


def test_the_else_of_a_loop_takes_its_place() -> None:
    source = "{% for n in numbers %}{{ n }}{% else %}none of {{ what }}{% endfor %}"
    page = Page(source, {"numbers": [], "what": "x"})
    assert page.rendered["0"] == {"0": "x", "s": ["none of ", ""]}
    assert page.assign(what="y") == {"0": {"0": "y"}}
    assert page.assign(numbers=[1]) == {"0": {"k": {"0": {"0": "1"}, "kc": 1}, "s": ["", ""]}}
    assert page.assign(numbers=[]) == {"0": {"0": "y", "s": ["none of ", ""]}}


def test_loops_with_filter_tuples_and_loop_variables() -> None:
    source = "{% for k, v in pairs if v %}{{ loop.index }}/{{ loop.length }} {{ k }}={{ v }}{% endfor %}"
    page = Page(source, {"pairs": [("a", 1), ("b", 0), ("c", 3)]})
    assert page.rendered["0"]["k"]["1"] == {"0": "2", "1": "2", "2": "c", "3": "3"}
    assert page.assign(pairs=[("a", 1), ("b", 2)]) == {"0": {"k": {"1": {"2": "b", "3": "2"}, "kc": 2}}}


def test_nested_branches_and_loops_in_entries() -> None:
    cells = "{% for c in r.cells %}{{ c }},{% endfor %}"
    source = "{% for r in rows %}{% if r.on %}<b>" + cells + "</b>{% endif %}{% endfor %}"
    page = Page(source, {"rows": [{"on": True, "cells": [1, 2]}, {"on": False, "cells": []}]})
    diff = page.assign(rows=[{"on": True, "cells": [1, 3]}, {"on": True, "cells": []}])
    assert diff == {
        "0": {
            "k": {
                "0": {"0": {"0": {"k": {"1": {"0": "3"}, "kc": 2}}}},
                "1": {"0": {"0": "", "s": ["<b>", "</b>"], "r": 1}},
                "kc": 2,
            }
        }
    }


def test_a_macro_call_is_a_node() -> None:
    source = "{% macro card(title, wide=false) %}<h1>{{ title }}</h1>{% if wide %}W{% endif %}{% endmacro %}"
    page = Page(source + "{{ card(a) }}|{{ card(b, wide=true) }}", {"a": "x", "b": "y"})
    assert page.rendered["0"] == {"0": "x", "1": "", "s": ["<h1>", "</h1>", ""]}
    assert page.assign(b="z") == {"1": {"0": "z"}}


def test_a_macro_inside_an_expression_is_text() -> None:
    macro = "{% macro m(x) %}<b>{{ x }}</b>{% endmacro %}"
    page = Page(macro + "{% set y = m(a) %}{{ m(a)|upper }}{{ y }}{{ '<' ~ m(a) }}", {"a": "<"})
    assert page.rendered["0"] == "<B>&LT;</B>"
    assert page.assign(a="c") == {"0": "<B>C</B>", "1": "<b>c</b>", "2": "&lt;<b>c</b>"}


def test_a_call_block_is_a_node_and_so_is_its_slot() -> None:
    source = (
        "{% macro box(title) %}<h1>{{ title }}</h1>{{ caller(7) }}{% endmacro %}"
        "{% call(n) box(t) %}<i>{{ n }}{{ inner }}</i>{% endcall %}"
    )
    page = Page(source, {"t": "T", "inner": "x"})
    inner = {"0": "7", "1": "x", "s": ["<i>", "", "</i>"], "r": 1}
    assert page.rendered["0"] == {"0": "T", "1": inner, "s": ["<h1>", "</h1>", ""]}
    assert page.assign(inner="y") == {"0": {"1": {"1": "y"}}}


def test_imported_macros_are_nodes() -> None:
    files = {"tools.html": "{% macro tag(x) %}<b>{{ x }}</b>{% endmacro %}"}
    for line in (
        "{% import 'tools.html' as t %}{{ t.tag(a) }}",
        "{% from 'tools.html' import tag %}{{ tag(a) }}",
    ):
        page = Page(line, {"a": "1"}, files=files)
        assert page.rendered["0"] == {"0": "1", "s": ["<b>", "</b>"], "r": 1}
        assert page.assign(a="2") == {"0": {"0": "2"}}


def test_includes_are_nodes_of_their_own() -> None:
    files = {"row.html": "<b>{{ a }}</b>{% if b %}{{ b }}{% endif %}", "x.html": "x"}
    page = Page("{% include 'row.html' %}-{% include ['no.html', 'x.html'] %}", {"a": 1, "b": 0}, files=files)
    assert page.rendered == {
        "0": {"0": "1", "1": "", "s": ["<b>", "</b>", ""]},
        "1": {"s": ["x"]},
        "s": ["", "-", ""],
    }
    assert page.assign(b=2) == {"0": {"1": {"0": "2", "s": ["", ""]}}}
    assert page.assign(a=5) == {"0": {"0": "5"}}


def test_an_include_inside_an_imported_macro() -> None:
    files = {"tools.html": "{% macro m(x) %}{% include 'b.html' %}{% endmacro %}", "b.html": "<b>{{ x }}</b>"}
    page = Page("{% from 'tools.html' import m %}{{ m(a) }}{{ m(a)|upper }}", {"a": 1}, files=files)
    assert page.assign(a=2) == {"0": {"0": {"0": "2"}}, "1": "<B>2</B>"}


def test_translations_are_split_like_other_output() -> None:
    environment = LiveEnvironment(extensions=["jinja2.ext.i18n"])
    install: Any = environment.install_gettext_callables  # type: ignore[attr-defined]
    install(lambda text: text, lambda one, many, n: one if n == 1 else many, newstyle=True)
    source = "{% trans n=n %}one {{ n }}{% pluralize %}{{ n }} many{% endtrans %}{{ _('<') }}"
    renderer = Renderer(environment.live_from_string(source))
    assert renderer.join({"n": 1})["0"] == "one 1"
    assert renderer.diff({"n": 2}, {"n"}) == {"0": "2 many"}


def test_an_include_by_name_switches_like_a_branch() -> None:
    files = {"a.html": "A{{ x }}", "b.html": "B{{ x }}"}
    page = Page(
        "{% include name %}{% include 'no.html' ignore missing %}", {"name": "a.html", "x": 1}, files=files
    )
    assert page.assign(x=2) == {"0": {"0": "2"}}
    assert page.assign(name="b.html") == {"0": {"0": "2", "s": ["B", ""]}}


def test_an_include_sees_local_names() -> None:
    page = Page(
        "{% for m in items %}{% set y = m ~ a %}{% include 'row.html' %}{% endfor %}",
        {"items": [1, 2], "a": "x"},
        files={"row.html": "<i>{{ m }}{{ y }}</i>"},
    )
    assert page.assign(a="z")["0"]["k"]["0"] == {"0": {"1": "1z"}}


def test_an_include_without_context_is_text_wherever_it_stands() -> None:
    page = Page("{% include 'x.html' without context %}", files={"x.html": "x{{ 1 + 1 }}"})
    assert page.rendered["0"] == "x2"
    source = "{% set y %}[{% include 'x.html' without context %}]{% endset %}{{ y }}{{ y }}"
    environment = page.environment
    assert "[x2][x2]" in environment.live_from_string(source).render()


@pytest.mark.parametrize(
    "source",
    [
        "{% filter upper %}<b>{{ a }}</b>{% endfilter %}",
        "{% for n in tree recursive %}{{ n.v }}{{ a }}{{ loop(n.c) }}{% endfor %}",
        "{% for n in [1, 2, 3] %}{% if n == 2 %}{% break %}{% endif %}{{ n }}{{ a }}{% endfor %}",
        "{% block body %}{{ a }}{% endblock %}",
    ],
)
def test_what_cannot_be_split_is_one_dynamic(source: str) -> None:
    page = Page(
        "<p>" + source + "{{ b }}</p>", {"a": "x", "b": 1, "tree": [{"v": 1, "c": [{"v": 2, "c": []}]}]}
    )
    before = page.rendered["0"]
    assert isinstance(before, str)
    assert page.assign(b=2) == {"1": "2"}
    assert page.assign(a="y") == {"0": page.html.removeprefix("<p>").removesuffix("2</p>")}


def test_scoped_statements_are_inline() -> None:
    source = "{% with x = a %}{{ x }}{% endwith %}{% autoescape false %}{{ a }}{% endautoescape %}"
    page = Page(source + "{% set z = a %}{{ z }}", {"a": "<"})
    assert page.rendered == {"0": "&lt;", "1": "<", "2": "&lt;", "s": ["", "", "", ""]}
    assert page.assign(a="b") == {"0": "b", "1": "b", "2": "b"}


def test_whitespace_control() -> None:
    assert Page("<p>\n  {%- if a %} {{ a }} {% endif -%}\n</p>", {"a": 1}).html == "<p> 1 </p>"


def test_dicts_and_objects_give_the_same() -> None:
    class Person:
        name = "N"
        items = "I"

    source = "{{ p.name }}{{ p.items }}{{ p.gone }}{{ p['name'] }}"
    assert Page(source, {"p": Person()}).html == "NIN"
    page = Page("{{ p.name }}{{ p.gone }}{{ p.keys()|list }}", {"p": {"name": "N"}})
    assert page.html == "N[&#39;name&#39;]"
    assert Page("{{ p.items is callable }}", {"p": {"items": 1}}).html == "True", "as in Jinja"


def test_a_finalize_function_of_the_environment_is_kept() -> None:
    environment = LiveEnvironment(finalize=lambda value: "-" if value is None else value)
    template = environment.live_from_string("{% macro m() %}x{% endmacro %}{{ a }}{{ m() }}{{ 1 }}")
    assert Renderer(template).html({"a": None}) == "-x1"


def test_each_dynamic_knows_the_line_of_the_template_where_it_stands() -> None:
    environment = LiveEnvironment()
    template = environment.live_from_string(
        "<p>{{ title }}</p>\n"
        "{% if open %}\n<b>{{ a }}</b>\n<i>{{ b }}</i>\n{% endif %}\n"
        "{% for row in rows %}\n<li>{{ row }}</li>{% endfor %}"
    )
    by_strings = {statics.strings: lines for statics, lines in template.part_lines.items()}
    assert template.part_lines[template.statics] == (1, 2, 6)
    assert by_strings["\n<b>", "</b>\n<i>", "</i>\n"] == (3, 4)
    assert by_strings["\n<li>", "</li>"] == (7,)

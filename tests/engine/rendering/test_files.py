"""Macros and includes of other files: what changes by itself there is noticed, and nothing else is."""

from __future__ import annotations

import logging

import jinja2
import pytest

from quart_live.js import JS
from quart_live.rendering import LiveEnvironment, volatile

from .page import Page, Probe

TOOLS = (
    "{% macro calm(x) %}{{ x }}{% endmacro %}"
    "{% macro dated(x) %}{{ x }}{{ now() }}{% endmacro %}"
    "{% macro around(x) %}{{ dated(x) }}{% endmacro %}"
    "{% macro given(f, x) %}{{ f(x) }}{% endmacro %}"
)
FILES = {
    "tools.html": TOOLS,
    "more.html": "{% import 'tools.html' as t %}{% macro calm2(x) %}{{ t.calm(x) }}{% endmacro %}"
    "{% macro dated2(x) %}{{ t.around(x) }}{% endmacro %}",
    "calm.html": "{% from 'tools.html' import calm %}{{ calm(probe) }}",
    "dated.html": "{% from 'tools.html' import calm, dated %}{{ calm(probe) }}{{ dated('') }}",
    "probe.html": "{{ probe }}",
}
CALM = [
    "{% from 'tools.html' import calm %}{{ calm(probe) }}",
    "{% from 'tools.html' import calm, dated %}{{ calm(probe) }}",
    "{% from 'tools.html' import calm as used %}{{ used(probe) }}",
    "{% import 'tools.html' as t %}{{ t.calm(probe) }}",
    "{% if on %}{% import 'tools.html' as t %}{{ t.calm(probe) }}{% endif %}",
    "{% import 'tools.html' as t %}{% set f = t.calm %}{{ f(probe) }}",
    "{% from 'tools.html' import given, calm %}{{ given(calm, probe) }}",
    "{% from 'more.html' import calm2 %}{{ calm2(probe) }}",
    "{% import 'tools.html' as t with context %}{{ t.calm(probe) }}",
    "{% import ('tools.html' if on else 'more.html') as t %}{{ t.calm(probe) }}",
    "{% include 'calm.html' %}",
    "{% if on %}{% include 'calm.html' %}{% endif %}",
    "{% for i in [1] %}{% include 'probe.html' %}{% endfor %}",
    "{% from 'tools.html' import dated %}{% set calm = 1 %}{% include 'calm.html' %}",
    "{% include ['none.html', 'calm.html'] %}",
    "{% include 'calm.html' if on else 'probe.html' %}",
    "{% macro late() %}{{ now() }}{% endmacro %}{% if on %}{{ probe }}{% endif %}",
]
DATED = [
    "{% from 'tools.html' import dated %}{{ dated(probe) }}",
    "{% import 'tools.html' as t %}{{ t.around(probe) }}",
    "{% import 'tools.html' as t %}{% set f = t.dated %}{{ f(probe) }}",
    "{% from 'tools.html' import given, dated %}{{ given(dated, probe) }}",
    "{% from 'more.html' import dated2 as used %}{{ used(probe) }}",
    "{% import 'tools.html' as t %}{% macro m(x) %}{{ x.dated(probe) }}{% endmacro %}{{ m(t) }}",
    "{% set file = 'tools.html' %}{% import file as t %}{{ t.dated(probe) }}",
    "{% for i in [1] %}{% include 'dated.html' %}{% endfor %}",
]


def page(source: str) -> tuple[Page, Probe, dict[str, int]]:
    probe, clock = Probe(), {"now": 1}
    opened = Page(
        source + "{{ x }}",
        {"probe": probe, "x": 1, "on": True},
        files=FILES,
        globals={"now": lambda: clock["now"]},
    )
    probe.seen()
    return opened, probe, clock


@pytest.mark.parametrize("source", CALM)
def test_who_calls_a_pure_macro_is_not_evaluated_for_the_others_in_its_file(source: str) -> None:
    opened, probe, _ = page(source)
    opened.assign(x=2)
    assert probe.seen() == 1, "evaluated although only x has changed"
    opened.touch("probe")
    assert probe.seen() == 2, "not evaluated although it was assigned"
    assert not opened.template.is_volatile


@pytest.mark.parametrize("source", DATED)
def test_who_calls_a_volatile_one_is(source: str) -> None:
    opened, _, clock = page(source)
    for now in (2, 3):
        clock["now"] = now
        assert str(now) in str(opened.touch())
    assert opened.template.is_volatile


@pytest.mark.parametrize(
    "source", ["{% import 'tools.html' as t %}", "{% macro m() %}{{ now() }}{% endmacro %}"]
)
def test_a_macro_nobody_calls_makes_nothing_volatile(source: str) -> None:
    opened, _, _ = page(source)
    assert not opened.template.is_volatile


def test_a_file_that_is_imported_by_a_name_worked_out_may_be_calm_or_not() -> None:
    source = "{% import file as t %}{{ t.calm(probe) }}{{ x }}"
    probe = Probe()
    opened = Page(source, {"probe": probe, "x": 1, "file": "tools.html"}, files=FILES)
    probe.seen()
    opened.assign(x=2)
    assert probe.seen() == 1


def test_an_included_file_is_given_the_local_names_that_have_changed() -> None:
    files = {"b.html": "{{ y }}{{ probe }}", "c.html": "{% if y %}{% include 'b.html' %}{% endif %}"}
    for source in (
        "{% set y = a %}{% include 'b.html' %}{{ x }}",
        "{% set y = a %}{% include 'c.html' %}{{ x }}",
    ):
        probe = Probe()
        opened = Page(source, {"a": 1, "x": 1, "probe": probe}, files=files)
        probe.seen()
        opened.assign(x=2)
        assert probe.seen() == 1
        assert '"2"' in str(opened.assign(a=2)).replace("'", '"')


def test_names_that_a_macro_with_context_reads_are_followed() -> None:
    files = {"m.html": "{% macro m() %}{{ a }}{{ probe }}{% endmacro %}"}
    for source in ("{% from 'm.html' import m with context %}{{ m() }}{{ x }}",):
        probe = Probe()
        opened = Page(source, {"a": 1, "x": 1, "probe": probe}, files=files)
        probe.seen()
        assert opened.assign(a=2) == {"0": {"0": "2"}}
        probe.seen()
        opened.assign(x=2)
        assert probe.seen() == 1


@pytest.mark.parametrize(
    "source",
    [
        "{% set push = JS.push('a') %}{{ (push.focus(to=to) if to else push) ~ probe }}",
        "{% with push = JS.push('a').hide() %}{{ push.focus(to=to) ~ probe }}{% endwith %}",
        "{% set push = JS.push('a') if on else JS %}{% set more = push.show() %}"
        "{{ more.focus(to=to) ~ probe }}",
        "{% macro click(what) %}{% set push = JS.push(what) %}{{ push.focus(to=to) ~ probe }}{% endmacro %}"
        "{{ click('a') }}",
    ],
)
def test_chains_of_commands_change_nothing(source: str) -> None:
    probe = Probe()
    opened = Page(source + "{{ x }}", {"probe": probe, "x": 1, "on": 1, "to": "#a"}, globals={"JS": JS()})
    assert not opened.template.is_volatile
    probe.seen()
    opened.assign(x=2)
    assert probe.seen() == 1
    assert "#b" in str(opened.assign(to="#b"))


@pytest.mark.parametrize(
    "source",
    [
        "{% set push = [] %}{% set push = JS.push('a') %}{{ push.focus(x) }}",
        "{% for push in [JS, x] %}{% set push = JS %}{{ push.focus(x) }}{% endfor %}",
        "{% set l = [x] %}{{ l.unknown(x) }}",
        "{% set s = 'a b'.split() %}{{ s.unknown(x) }}",
        "{% set s = 'a b' %}{% set t = s.split() %}{{ t.unknown(x) }}",
    ],
)
def test_what_may_be_something_else_may_change(source: str) -> None:
    environment = LiveEnvironment()
    environment.globals["JS"] = JS()
    assert environment.live_from_string(source).is_volatile


def test_the_log_says_what_cannot_be_tracked_once_per_template(caplog: pytest.LogCaptureFixture) -> None:
    source = (
        "{{ a }}\n{{ a|ago }}\n{% set l = [] %}{{ l.grow(a) }}\n{% include a %}\n{% filter upper %}{{ a }}"
        "{% endfilter %}\n{{ now() }}\n{% do l.append(a) %}{% set n = namespace() %}\n{% set n.v = 1 %}\n"
        "{{ self.b() }}"
    )
    loader = jinja2.DictLoader({"page.html": source})
    environment = LiveEnvironment(loader=loader, extensions=["jinja2.ext.do"])
    environment.filters["ago"] = volatile(lambda value: value)
    environment.globals["now"] = int
    with caplog.at_level(logging.DEBUG, "quart_live.rendering"):
        environment.get_live_template("page.html")
        environment.get_live_template("page.html")
    lines = [record.getMessage() for record in caplog.records]
    assert lines == [
        "page.html, line 2: the filter ago is marked volatile, so it is evaluated at every render.",
        "page.html, line 3: l.grow() may change l, so it is evaluated at every render.",
        "page.html, line 4: the include is of a template whose name is worked out while rendering, "
        "so it is evaluated at every render.",
        "page.html, line 5: this FilterBlock is one text: when something in it changes, all of it is sent "
        "again.",
        "page.html, line 6: now is a global that can change by itself, so it is evaluated at every render.",
        "page.html, line 7: a 'do' may change all that it reads, so it is evaluated at every render.",
        "page.html, line 7: l.append() may change l, so it is evaluated at every render.",
        "page.html, line 7: namespace is a global that can change by itself, so it is evaluated at every "
        "render.",
        "page.html, line 8: the namespace n is changed while rendering, so it is evaluated at every render.",
        "page.html, line 9: what a block of self prints is not followed, so it is evaluated at every render.",
    ]


def test_the_log_is_silent_about_what_is_tracked(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "quart_live.rendering"):
        opened = Page(
            CALM[0] + CALM[5] + "{% if on %}{{ x }}{% endif %}", {"on": 1, "x": 1, "probe": 1}, files=FILES
        )
    assert not opened.template.is_volatile
    assert [record.getMessage() for record in caplog.records if "page.html" in record.getMessage()] == []

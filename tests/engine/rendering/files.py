"""Other files for the random templates: to be included, and with macros of which some read a clock."""

from __future__ import annotations

from typing import Any, Self

PARTS = {
    "part.html": "<em>{{ s }}</em>{% if flag %}{{ m.name }}{% endif %}{% set t = a %}{{ t }}",
    "list.html": '{% for m in items %}<li id="{{ m.id }}">{{ m.name }}{{ n }}</li>{% endfor %}',
    "plain.html": "plain",
    "dated.html": (
        "{{ s|ago }}{% from 'more.html' import redated %}{{ redated('d') }}{% include 'list.html' %}"
    ),
    "stamp.html": "<hr>{% if t is defined %}{{ t|ago }}{% endif %}{{ clock() }}",
    "more.html": "{% from 'tools.html' import dated %}{% macro redated(t) %}{{ dated(t) }}{% endmacro %}",
    "tools.html": (
        "{% macro badge(t) %}<b>{{ t }}{% if caller %}{{ caller(1) }}{% endif %}</b>"
        "{% if flag is defined and flag %}!{% endif %}{% endmacro %}"
        "{% macro dated(t) %}<i>{{ t }} {{ clock() }}</i>{% endmacro %}"
    ),
    "mixed.html": (
        "{% import 'tools.html' as tools %}"
        "{% macro calm(t) %}<q>{{ tools.badge(t) }}</q>{% endmacro %}"
        "{% macro dated(t) %}{{ t|ago }}{% endmacro %}"
        "{% macro both(t, on=true) %}{{ calm(t) }}{% if on %}{{ tools.dated(t) }}{% endif %}{% endmacro %}"
        "{% macro apply(f, t) %}{{ f(t) }}{% endmacro %}"
        "{% macro handed(t) %}{{ apply(tools.dated, t) }}{{ apply(calm, t) }}{% endmacro %}"
        "{% macro click(t, u='') %}{% set push = CHAIN.push(t) %}"
        "{{ push.focus(u) if u else push }}{% endmacro %}"
        "{% macro whole(t) %}{% include 'stamp.html' %}{{ t }}{% endmacro %}"
        "{% macro inside(t) %}{% from 'more.html' import redated %}{{ redated(t) }}{% endmacro %}"
    ),
    "names.html": (
        "{% macro calm(t) %}{{ s }}{{ a }}{{ t }}{% endmacro %}"
        "{% macro dated(t) %}{{ n }}{{ clock() }}{% include 'stamp.html' %}{% endmacro %}"
    ),
    "uses.html": (
        "{% from 'mixed.html' import calm, click %}{{ calm(s) }}"
        "{% if show %}{% include 'part.html' %}{% endif %}<a b='{{ click(t, u) }}'>"
    ),
    "all.html": (
        "{% import 'mixed.html' as m2 %}{{ m2.calm(t) }}{% for o in others %}"
        "{% set a = o.id %}{% include 'part.html' %}{{ m2.both(o.name, false) }}{% endfor %}"
    ),
}

MACROS = ["calm", "dated", "both", "handed", "click", "whole", "inside"]

USES = [
    "{% import 'mixed.html' as tools %}{{ tools.MACRO(STRING) }}",
    "{% import 'mixed.html' as tools %}{% if flag %}{{ tools.MACRO(STRING) }}{% endif %}{{ tools.calm(t) }}",
    "{% from 'mixed.html' import MACRO as used, calm %}{{ used(STRING) }}{{ calm(s) }}",
    "{% if show %}{% from 'mixed.html' import MACRO as used %}{{ used(STRING) }}{% endif %}",
    "{% import 'mixed.html' as tools %}{% set used = tools.MACRO %}{{ used(s) }}{{ tools.calm(STRING) }}",
    "{% import 'mixed.html' as tools %}{% set mine = tools %}{{ mine.MACRO(STRING) }}",
    "{% from 'mixed.html' import apply, MACRO as used %}{{ apply(used, STRING) }}",
    "{% import 'mixed.html' as tools %}{% macro pass(f) %}{{ f(s) }}{% endmacro %}{{ pass(tools.MACRO) }}",
    "{% import 'mixed.html' as tools %}{% macro ask(x) %}{{ x.MACRO(s) }}{% endmacro %}{{ ask(tools) }}",
    "{% import ('mixed.html' if flag else 'names.html') as tools %}{{ tools.calm(STRING) }}",
    "{% set file = 'mixed.html' if flag else 'tools.html' %}{% import file as tools %}"
    "{{ tools.dated(STRING) }}",
    "{% set file = 'names.html' %}{% if show %}{% from file import dated %}{{ dated(STRING) }}{% endif %}",
    "{% import 'names.html' as tools with context %}{{ tools.calm(STRING) }}",
    "{% if flag %}{% from 'names.html' import dated with context %}{{ dated(STRING) }}{% endif %}",
    "{% from 'names.html' import calm with context %}{% for n in [1, 2] %}{{ calm(STRING) }}{% endfor %}",
    "{% import 'mixed.html' as tools %}{% filter upper %}{{ tools.MACRO(STRING) }}{% endfilter %}",
    "{% import 'mixed.html' as tools %}{% set u %}{{ tools.MACRO(STRING) }}{% endset %}{{ u }}"
    "{{ tools.calm(u) }}",
    "{% set push = CHAIN.push(STRING) %}{% set more = push.focus(t) if flag else push %}{{ more.push(s) }}",
    "{% with push = CHAIN.focus(s) %}{% if show %}{{ push.push(STRING) }}{% endif %}{% endwith %}",
    "{% set part = m.tags %}{{ part.count('x') }}{{ part.index('x') if 'x' in part }}{{ STRING }}",
]

INCLUDES = [
    "'uses.html'",
    "'all.html'",
    "'dated.html'",
    "['none.html', 'uses.html']",
    "'all.html' if flag else 'uses.html'",
    "(s ~ '.html') ignore missing",
]


class Chain:
    """Something like ``JS``: no method changes it."""

    live_pure = True
    live_immutable = True

    def __init__(self, *parts: Any) -> None:
        self._parts = parts

    def push(self, what: Any) -> Self:
        return type(self)(*self._parts, f"push {what}")

    def focus(self, what: Any) -> Self:
        return type(self)(*self._parts, f"focus {what}")

    def __str__(self) -> str:
        return ", ".join(self._parts)

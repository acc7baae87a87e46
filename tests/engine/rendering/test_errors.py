"""Errors in templates say what to do."""

from __future__ import annotations

import traceback
import warnings

import jinja2
import pytest

from quart_live.rendering import LiveEnvironment, LiveTemplateWarning, MissingAssignError, Renderer

from .page import Page


def missing(source: str, files: dict[str, str] | None = None, **assigns: object) -> MissingAssignError:
    environment = LiveEnvironment(loader=jinja2.DictLoader(files or {}))
    with pytest.raises(MissingAssignError) as caught:
        Renderer(environment.live_from_string(source, "counter.html")).html(assigns)
    return caught.value


def test_a_name_that_is_not_assigned() -> None:
    error = missing("<p>{{ title }}</p>\n<b>{{ cuont }}</b>", title="T", count=1)
    assert (error.name, error.template, error.line) == ("cuont", "counter.html", 2)
    assert str(error) == (
        "counter.html, line 2, reads 'cuont', but the view has no such assign. Assign it in mount: "
        "self.assign(cuont=...). If it may be absent, write {{ cuont|default('') }} or "
        "{% if cuont is defined %}. Assigned are: count, title."
    )


def test_names_of_a_request_have_their_own_advice() -> None:
    assert "outlives its request" in str(missing("{{ request.path }}"))


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("{% for x in a %}{{ x }}{% endfor %}\n\n{{ x }}", 3),
        ("{% for k, x in a %}\n{{ x }}{% else %}\n{{ x }}{% endfor %}\n{{ x }}", 3),
        ("{% for y in a %}{{ y }}{% endfor %}{% for x in\nx.parts %}{{ x }}{% endfor %}", 2),
        ("{% for x in a if x %}{{ x }}{% endfor %}\n{% if x %}{% endif %}", 2),
        ("{% macro m(x) %}{{ x }}{% endmacro %}{{ m(1) }}\n{{ x }}", 2),
        ("{% macro m() %}{{ caller(1) }}{% endmacro %}{% call(x) m() %}{{ x }}{% endcall %}\n{{ x }}", 2),
        ("{% with x = 1 %}{{ x }}{% endwith %}\n{{ x }}", 2),
        ("{% with y = 1 %}{% with x =\nx %}{{ x }}{% endwith %}{% endwith %}", 2),
    ],
)
def test_the_line_is_where_the_name_is_read_from_the_view(source: str, line: int) -> None:
    """A loop variable, an argument or a name of ``with`` is another one of the same name."""
    error = missing(source, a=[])
    assert (error.name, error.line) == ("x", line)


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        ("{% for d, m in streams.messages %}{% endfor %}", 'self.stream("messages", [])'),
        ("{{ uploads.avatar }}", 'self.allow_upload("avatar", …)'),
        ("{{ live_action }}", "Pass it to the component"),
        ("{{ myself }}", "Only a live component has it"),
    ],
)
def test_what_the_engine_assigns_is_not_to_be_assigned(source: str, advice: str) -> None:
    message = str(missing(source))
    assert advice in message
    assert "self.assign(" not in message


def test_names_in_branches_not_taken_count() -> None:
    assert missing("{% if x %}{{ gone }}{% endif %}", x=False).name == "gone"


def test_names_in_includes_and_macros_count() -> None:
    error = missing("{% include 'part.html' %}", {"part.html": "\n{{ gone }}"})
    assert (error.name, error.template, error.line) == ("gone", "part.html", 2)
    assert missing("{% macro m(a) %}{{ a }}{{ gone }}{% endmacro %}{{ m(1) }}").name == "gone"


@pytest.mark.parametrize(
    "source",
    [
        "{% if x is defined %}{{ x }}{% endif %}",
        "{{ x|default('-') }}",
        "{% if a %}{% set x = 1 %}{% endif %}{{ x }}",
        "{% for x in [1] %}{{ x }}{{ loop.index }}{% endfor %}",
        "{% macro m(x) %}{{ x }}{{ varargs }}{{ kwargs }}{% if caller %}1{% endif %}{% endmacro %}{{ m(1) }}",
        "{% if a %}{% from 't.html' import x %}{% endif %}{{ x }}",
        "{% with x = 1 %}{{ x }}{% endwith %}{{ range(3)|list }}",
        "{% set x %}1{% endset %}{{ x }}",
        "{% macro x() %}1{% endmacro %}{{ x() }}",
    ],
)
def test_names_that_need_not_be_assigned(source: str) -> None:
    Page(source, {"a": 0}, files={"t.html": ""})


def test_names_are_known_before_rendering() -> None:
    template = LiveEnvironment().live_from_string(
        "{{ a.b }}{% for c in d %}{{ c }}{{ e|default(1) }}{% endfor %}"
    )
    assert template.names == {"a", "d"}
    assert template.name_lines == {"a": 1, "d": 1, "e": 1}


def test_extends_warns_and_still_renders() -> None:
    loader = jinja2.DictLoader({"base.html": "<h1>{% block t %}{% endblock %}</h1>{{ b }}"})
    environment = LiveEnvironment(loader=loader)
    with pytest.warns(LiveTemplateWarning, match=r"page\.html extends another template"):
        template = environment.live_from_string(
            "{% extends 'base.html' %}{% block t %}{{ super() }}{{ a }}{% endblock %}", "page.html"
        )
    renderer = Renderer(template)
    assert renderer.join({"a": 1, "b": 2})["0"] == "<h1>1</h1>2"
    assert renderer.diff({"a": 2, "b": 2}, {"a"}) == {"0": "<h1>2</h1>2"}
    assert renderer.diff({"a": 2, "b": 3}, {"b"}) == {"0": "<h1>2</h1>3"}


@pytest.mark.filterwarnings("ignore::quart_live.rendering.LiveTemplateWarning")
def test_blocks_do_not_pile_up_from_render_to_render() -> None:
    files = {"base.html": "{% block t %}{% endblock %}"}
    source = "{% extends 'base.html' %}{% block t %}{{ super.super is defined }}{{ a }}{% endblock %}"
    page = Page(source, {"a": 1}, files=files)
    assert page.assign(a=2) == {"0": "False2"}


def test_other_templates_do_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LiveEnvironment().live_from_string("{% block a %}{% endblock %}{{ b }}")


def test_an_exception_shows_the_line_of_the_template() -> None:
    template = LiveEnvironment().live_from_string(
        "<p>\n{% if a %}\n  {{ 1 // b }}\n{% endif %}</p>", "page.html"
    )
    with pytest.raises(ZeroDivisionError) as caught:
        Renderer(template).html({"a": 1, "b": 0})
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(caught.value.__traceback__)
        if "page.html" in frame.filename
    ]
    assert lines == [3]


def test_a_render_that_raised_is_caught_up_by_the_next() -> None:
    source = (
        "{{ a }}{% autoescape false %}{{ 1 // b }}{% endautoescape %}{% set y %}<{{ c }}{% endset %}{{ y }}"
    )
    page = Page(source, {"a": 1, "b": 1, "c": "x"})
    with pytest.raises(ZeroDivisionError):
        page.assign(a=2, b=0)
    assert page.assign(b=1, c="y") == {"0": "2", "2": "<y"}


def test_an_async_environment_is_refused() -> None:
    with pytest.raises(ValueError, match="synchronous"):
        LiveEnvironment(enable_async=True)


def test_a_missing_template_is_jinjas_error() -> None:
    with pytest.raises(jinja2.TemplateNotFound):
        LiveEnvironment(loader=jinja2.DictLoader({})).get_live_template("no.html")


@pytest.mark.parametrize("inner", ["streams.messages", "streams[room.id]", 'streams["messages"]'])
def test_streams_within_items_of_streams_are_warned_of(inner: str) -> None:
    source = (
        "{% for dom_id, room in streams.rooms %}<li id={{ dom_id }}>\n{% if room.open %}"
        f"{{% for id, message in {inner} %}}<i id={{{{ id }}}}></i>{{% endfor %}}"
        "{% endif %}</li>{% endfor %}"
    )
    with pytest.warns(LiveTemplateWarning, match=r"rooms\.html, line 2: .* a live component"):
        LiveEnvironment().live_from_string(source, "rooms.html")


def test_streams_beside_each_other_and_in_plain_loops_are_not() -> None:
    source = (
        "{% for a, b in streams.one %}{% for c in b %}{{ c }}{% endfor %}{% endfor %}"
        "{% for name in names %}{% for a, b in streams[name] %}{{ b }}{% endfor %}{% endfor %}"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LiveEnvironment().live_from_string(source, "rooms.html")

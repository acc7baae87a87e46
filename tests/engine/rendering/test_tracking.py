"""Change tracking: what may be skipped is skipped, and what can change is never skipped.

:class:`Page` compares with plain Jinja after every change, so a value that goes stale fails by itself.
A probe is printed once per render by Jinja; a second time means we have evaluated it, too.
"""

from __future__ import annotations

from typing import Any

import pytest

from quart_live.rendering import pure, volatile

from .page import Page, Probe


@pytest.mark.parametrize(
    "source",
    [
        "{{ probe }}",
        "{{ probe|upper }}",
        "{% if flag %}{{ probe }}{% endif %}",
        "{% for i in [1] %}{{ probe }}{% endfor %}",
        "{% if flag %}{% for i in [1] %}{{ probe }}{% endfor %}{% endif %}",
        "{% with y = probe %}{{ y }}{% endwith %}",
        "{% macro m(p) %}{{ p }}{% endmacro %}{{ m(probe) }}",
        "{% macro m() %}{{ probe }}{% endmacro %}{{ m() }}",
        "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ probe }}{% endcall %}",
        "{% filter upper %}{{ probe }}{% endfilter %}",
        "{% include 'probe.html' %}",
        "{% from 'tools.html' import show %}{{ show(probe) }}",
        "{% block b %}{{ probe }}{% endblock %}",
        "{% for i in range(1) %}{{ probe }}{% endfor %}",
    ],
)
def test_what_does_not_depend_on_a_change_is_not_evaluated(source: str) -> None:
    probe = Probe()
    files = {"probe.html": "{{ probe }}", "tools.html": "{% macro show(x) %}{{ x }}{% endmacro %}"}
    page = Page(source + "{{ x }}", {"probe": probe, "x": 1, "flag": True}, files=files)
    probe.seen()
    page.assign(x=2)
    assert probe.seen() == 1, "evaluated although only x has changed"
    page.touch("probe")
    assert probe.seen() == 2, "not evaluated although it was assigned"


def test_a_constant_expression_is_evaluated_once() -> None:
    probe = Probe()
    page = Page("{{ [f()]|join }}{{ x }}", {"x": 1}, globals={"f": pure(lambda: probe)})
    probe.seen()
    page.assign(x=2)
    assert probe.seen() == 1


def test_set_depends_on_its_value_and_on_the_tests_around_it() -> None:
    source = "{% set x = 0 %}{% if flag %}{% set x = a %}{% endif %}{{ x }}"
    page = Page(source, {"flag": False, "a": 1})
    assert page.assign(flag=True) == {"1": "1"}
    assert page.assign(a=2) == {"1": "2"}
    assert page.assign(flag=False) == {"1": "0"}


def test_dependencies_go_through_any_number_of_names() -> None:
    page = Page(
        "{% set x = a %}{% set y = x %}{% set z %}{{ y }}!{% endset %}{{ z }}{{ b }}", {"a": 1, "b": 1}
    )
    assert page.assign(a=2) == {"0": "2!"}


def test_a_name_used_before_it_is_set_again() -> None:
    page = Page("{% set x = a %}{{ x }}{% set x = b %}{{ x }}", {"a": 1, "b": 2})
    assert page.assign(b=3) == {"1": "3"}
    assert page.assign(a=7) == {"0": "7"}


def test_a_loop_variable_depends_on_the_iterable_and_its_filter() -> None:
    page = Page("{% for m in items if m > low %}{{ m }}{% endfor %}", {"items": [1, 2], "low": 0})
    assert page.assign(low=1) == {"0": {"k": {"0": {"0": "2"}, "kc": 1}}}


def test_a_region_that_sets_something_visible_outside_is_not_skipped() -> None:
    source = "{% if flag %}{% set x = 'yes' %}{{ probe }}{% endif %}{{ other }}{{ x }}"
    probe = Probe()
    page = Page(source, {"flag": True, "other": 1, "probe": probe, "x": "no"})
    probe.seen()
    page.assign(other=2)  # x would be "no" if the branch were skipped
    assert probe.seen() == 1, "but what is inside may be skipped"
    page.touch("x")


@pytest.mark.parametrize(
    "inner", ["{% import 't.html' as t %}", "{% from 't.html' import m %}", "{% macro m() %}1{% endmacro %}"]
)
def test_the_same_for_imports_and_macros(inner: str) -> None:
    use = "{{ t.m() }}" if " as t" in inner else "{{ m() }}"
    page = Page(
        "{% if flag %}" + inner + "{% endif %}{{ x }}" + use, {"flag": 1, "x": 1}, files={"t.html": TOOL}
    )
    page.assign(x=2)
    page.assign(flag=2)


TOOL = "{% macro m() %}1{% endmacro %}"


def test_namespaces_are_always_read() -> None:
    source = (
        "{% set n = namespace(v=0) %}{% for i in items %}{% set n.v = n.v + i %}{% endfor %}{{ n.v }}{{ x }}"
    )
    page = Page(source, {"items": [1, 2], "x": 0})
    assert page.assign(items=[5]) == {"1": "5"}
    assert page.assign(x=1) == {"2": "1"}


@pytest.mark.parametrize(
    "source",
    [
        "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ x }}{{ c.current }}",
        "{% set j = joiner(',') %}{{ j() }}{% if x %}{{ j() }}{% endif %}{{ j() }}",
        "{% set l = [] %}{{ l.append(x) or '' }}{{ y }}{{ l|length }}{{ l }}",
        "{% set l = [] %}{% if x %}{% do l.append(y) %}{% endif %}{{ l }}",
        "{% set l = [] %}{% for k in [l] %}{% if x %}{{ k.append(1) or '' }}{% endif %}{% endfor %}{{ l }}",
        "{% set d = {} %}{% do d.update(x=x) %}{{ y }}{{ d.x }}",
        "{% set l = [] %}{% set add = l.append %}{{ add(x) or '' }}{{ y }}{{ l }}",
        "{% set l = [] %}{% do push(l, x) %}{{ y }}{{ l }}",
        "{% set l = [] %}{{ l['append'](x) or '' }}{{ y }}{{ l }}",
    ],
)
def test_what_changes_by_a_method_call_is_always_evaluated(source: str) -> None:
    page = Page(source, {"x": 1, "y": 1, "push": list.append})
    for step in ({"y": 2}, {"x": 0}, {"x": 3, "y": 3}, {}):
        page.assign(**step)


def test_pure_methods_of_local_names_do_not_count_as_changes() -> None:
    probe = Probe("Name")
    page = Page("{% set n = probe ~ '' %}{{ [n.upper(), probe]|last }}{{ x }}", {"probe": probe, "x": 1})
    probe.seen()
    page.assign(x=2)
    assert probe.seen() == 3  # twice by Jinja, and by us only in the set


def test_unknown_global_functions_are_called_at_every_render() -> None:
    clock = {"now": 1}
    page = Page(
        "{{ now() }}{% if now() > 1 %}later{% endif %}{{ x }}",
        {"x": 0},
        globals={"now": lambda: clock["now"]},
    )
    clock["now"] = 2
    assert page.assign(x=1) == {"0": "2", "1": "later", "2": "1"}
    clock["now"] = 3
    assert page.touch() == {"0": "3"}


def test_pure_global_functions_are_called_when_their_arguments_change() -> None:
    calls: list[Any] = []

    @pure
    def double(number: int) -> int:
        calls.append(number)
        return 2 * number

    page = Page("{{ double(a) }}{{ b }}", {"a": 1, "b": 1}, globals={"double": double})
    calls.clear()
    page.assign(b=2)
    assert calls == [1]  # by plain Jinja
    assert page.assign(a=3) == {"0": "6"}


def test_the_list_of_pure_globals_can_be_extended() -> None:
    probe = Probe()
    page = Page("{{ f() }}{{ b }}", {"b": 1}, globals={"f": lambda: probe})
    page.environment.pure_globals.add("f")
    page.template.__dict__.pop("volatile_globals")
    probe.seen()
    page.assign(b=2)
    assert probe.seen() == 1


def test_constant_globals_are_not_read_again_but_objects_are() -> None:
    settings = {"debug": 0}
    page = Page("{{ SIZE }}{{ settings.debug }}{{ x }}", {"x": 1}, globals={"SIZE": 3, "settings": settings})
    assert page.template.volatile_globals == {"settings"}
    settings["debug"] = 1  # the same object in both environments
    assert page.touch() == {"1": "1"}


def test_an_assign_hides_a_global_of_the_same_name() -> None:
    page = Page("{{ SIZE }}{{ range }}", {"SIZE": 1, "range": 1}, globals={"SIZE": 3})
    assert page.assign(SIZE=2, range=5) == {"0": "2", "1": "5"}


def test_filters_are_pure_unless_marked() -> None:
    clock = {"now": 1}

    def ago(value: str) -> str:
        return f"{value}-{clock['now']}"

    source = "{{ a|ago }}{{ ['x']|map('ago')|join }}{{ x }}"
    page = Page(source, {"a": "a", "x": 0}, filters={"ago": volatile(ago)})
    clock["now"] = 2
    assert page.assign(x=1) == {"0": "a-2", "1": "x-2", "2": "1"}


def test_a_filter_that_reads_the_context_is_always_applied() -> None:
    import jinja2

    @jinja2.pass_context
    def with_unit(context: Any, value: int) -> str:
        return f"{value} {context['unit']}"

    page = Page("{{ n|with_unit }}", {"n": 1, "unit": "m"}, filters={"with_unit": with_unit})
    assert page.assign(unit="km") == {"0": "1 km"}


def test_volatile_functions_inside_imported_macros_are_noticed() -> None:
    clock = {"now": 1}
    files = {
        "outer.html": "{% from 'inner.html' import stamp %}"
        "{% macro two() %}{{ stamp() }}{{ stamp() }}{% endmacro %}",
        "inner.html": "{% macro stamp() %}{{ now() }}{% endmacro %}",
    }
    source = "{% from 'outer.html' import two %}{{ two() }}{% if on %}{{ two() }}{% endif %}{{ x }}"
    page = Page(source, {"x": 0, "on": True}, files=files, globals={"now": lambda: clock["now"]})
    clock["now"] = 2
    page.assign(x=1)
    stamp = {"0": {"0": "2"}, "1": {"0": "2"}}
    clock["now"] = 3
    assert page.touch() == {"0": {k: {"0": "3"} for k in stamp}, "1": {"0": {k: {"0": "3"} for k in stamp}}}


def test_volatile_functions_inside_includes_are_noticed() -> None:
    clock = {"now": 1}
    page = Page(
        "{% if on %}{% include 'a.html' %}{% endif %}",
        {"on": 1},
        files={"a.html": "{{ now() }}"},
        globals={"now": lambda: clock["now"]},
    )
    clock["now"] = 2
    assert page.touch() == {"0": {"0": {"0": "2"}}}


def test_methods_of_assigns_follow_the_object() -> None:
    """Documented: ``{{ user.is_online() }}`` is evaluated again when user is assigned again."""
    import types

    user = types.SimpleNamespace(is_online=lambda: True)
    page = Page("{{ user.is_online() }}", {"user": user})
    user.is_online = lambda: False
    assert page.renderer.diff(page.assigns, set()) == {}
    assert page.touch("user") == {"0": "False"}


def test_mutation_in_place_is_found_when_the_name_is_marked() -> None:
    items = [{"id": 1, "name": "a"}]
    page = Page('{% for m in items %}<p id="{{ m.id }}">{{ m.name }}</p>{% endfor %}', {"items": items})
    items[0]["name"] = "b"
    items.append({"id": 2, "name": "c"})
    assert page.assign(items=items) == {"0": {"k": {"0": {"1": "b"}, "1": {"0": "2", "1": "c"}, "kc": 2}}}


def test_marking_without_a_change_sends_nothing() -> None:
    page = Page(
        "{{ a }}{% for i in items %}{{ i }}{% endfor %}{% if a %}{{ a }}{% endif %}", {"a": 1, "items": [1]}
    )
    assert page.touch("a", "items") == {}
    assert page.assign(unknown=1) == {}


def test_what_is_inside_autoescape_depends_on_its_setting() -> None:
    page = Page(
        "{% autoescape safe %}{{ a }}{% if b %}{{ a }}{% endif %}{% endautoescape %}",
        {"safe": True, "a": "<", "b": 1},
    )
    assert page.assign(safe=False) == {"0": "<", "1": {"0": "<"}}


def test_a_new_branch_evaluates_everything_in_it() -> None:
    page = Page("{% if flag %}{{ a }}{{ 1 + b }}{% endif %}", {"flag": False, "a": 1, "b": 2})
    assert page.assign(flag=True) == {"0": {"0": "1", "1": "3", "s": ["", "", ""]}}


def test_a_branch_does_not_take_values_from_another() -> None:
    page = Page("{% if flag %}{{ a }}{% else %}{{ b }}{% endif %}", {"flag": False, "a": 1, "b": 2})
    assert page.assign(flag=True) == {"0": {"0": "1", "s": ["", ""]}}


def test_an_include_depends_on_the_local_names_it_is_given() -> None:
    page = Page("{% set y = a %}{% include 'b.html' %}", {"a": 1}, files={"b.html": "{{ y }}"})
    assert page.assign(a=2) == {"0": {"0": "2"}}


def test_self_and_blocks() -> None:
    page = Page("{% block t %}{{ a }}{% endblock %}{{ self.t() }}{{ x }}", {"a": 1, "x": 1})
    assert page.assign(a=2) == {"0": "2", "1": "2"}

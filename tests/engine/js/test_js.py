"""The JS command builder: what it writes, what it refuses, and how it stands in templates."""

from __future__ import annotations

import html
import json
import random
from functools import partial
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quart_live import JS, LiveViewError
from quart_live.protocol.frames import to_json
from quart_live.rendering import LiveEnvironment, Renderer

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@pytest.mark.parametrize(
    ("commands", "written"),
    [
        (JS(), "[]"),
        (JS().push("inc"), '[["push",{"event":"inc"}]]'),
        (
            JS().push("inc", value={"b": 1, "a": {"d": 1, "c": 2}}, target="#menu", page_loading=True),
            '[["push",{"event":"inc","page_loading":true,"target":"#menu","value":{"a":{"c":2,"d":1},"b":1}}]]',
        ),
        (JS().push("inc", target=3, loading="#a"), '[["push",{"event":"inc","loading":"#a","target":3}]]'),
        (JS().dispatch("change"), '[["dispatch",{"event":"change"}]]'),
        (
            JS().dispatch("app:go", to={"inner": "i"}, detail={"x": 1}, bubbles=False, blocking=True),
            '[["dispatch",{"blocking":true,"bubbles":false,"detail":{"x":1},"event":"app:go","to":{"inner":"i"}}]]',
        ),
        (JS().exec("data-cancel", to="#modal"), '[["exec",{"attr":"data-cancel","to":"#modal"}]]'),
        (JS().show(display="flex"), '[["show",{"display":"flex"}]]'),
        (
            JS().hide(to={"closest": "li"}, transition="fade out", time=0, blocking=False),
            '[["hide",{"blocking":false,"time":0,"to":{"closest":"li"},"transition":[["fade","out"],[],[]]}]]',
        ),
        (
            JS().toggle(to="#m", in_=("a", "b c", ""), out=["x", "y"], time=300),
            '[["toggle",{"ins":[["a"],["b","c"],[]],"outs":[["x","y"],[],[]],"time":300,"to":"#m"}]]',
        ),
        (JS().transition("shake", to="#m"), '[["transition",{"to":"#m","transition":[["shake"],[],[]]}]]'),
        (JS().add_class("a b"), '[["add_class",{"names":["a","b"]}]]'),
        (JS().remove_class(["a"], to="#x"), '[["remove_class",{"names":["a"],"to":"#x"}]]'),
        (
            JS().toggle_class("on", transition="t"),
            '[["toggle_class",{"names":["on"],"transition":[["t"],[],[]]}]]',
        ),
        (JS().set_attribute("aria-busy", True), '[["set_attr",{"attr":["aria-busy","true"]}]]'),
        (JS().remove_attribute("open", to="#x"), '[["remove_attr",{"attr":"open","to":"#x"}]]'),
        (JS().toggle_attribute("open", ""), '[["toggle_attr",{"attr":["open",""]}]]'),
        (JS().toggle_attribute("x", 1, 2), '[["toggle_attr",{"attr":["x","1","2"]}]]'),
        (JS().ignore_attributes("open data-*"), '[["ignore_attrs",{"attrs":["open","data-*"]}]]'),
        (
            JS().focus(to="#a").focus_first().push_focus().pop_focus(),
            '[["focus",{"to":"#a"}],["focus_first",{}],["push_focus",{}],["pop_focus",{}]]',
        ),
        (JS().navigate("/a?b=1"), '[["navigate",{"href":"/a?b=1","replace":false}]]'),
        (JS().patch("/a", replace=True), '[["patch",{"href":"/a","replace":true}]]'),
        (JS().hide().concat(JS().show()), '[["hide",{}],["show",{}]]'),
        (JS().concat(JS()), "[]"),
    ],
)
def test_every_operation(commands: JS, written: str) -> None:
    assert commands.to_json() == written
    assert str(commands) == written
    assert list(commands) == json.loads(written)
    assert len(commands) == len(json.loads(written))
    assert bool(commands) == (written != "[]")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: JS().push(""), "event must be a text that is not empty"),
        (lambda: JS().push("x", value=[1]), "value must be a dict"),
        (lambda: JS().push("x", value={"a": object()}), "JS.push: Type is not JSON serializable"),
        (lambda: JS().push("x", target={"closest": "a"}), "target must be a text"),
        (lambda: JS().push("x", target=True), "target must be a text"),
        (lambda: JS().push("x", page_loading="yes"), "page_loading must be True or False"),
        (lambda: JS().hide(to={"outer": "a"}), 'to must be "#menu"'),
        (lambda: JS().hide(to={"inner": "a", "closest": "b"}), 'to must be "#menu"'),
        (lambda: JS().hide(to=5), "to must be a text"),
        (lambda: JS().hide(time="200"), "time must be a whole number of milliseconds"),
        (lambda: JS().hide(time=-1), "time must be a whole number of milliseconds"),
        (lambda: JS().hide(transition=("a", "b")), "a tuple of three"),
        (lambda: JS().toggle(in_=5), "in_ must be a text of names"),
        (lambda: JS().transition(None), "name the classes"),
        (lambda: JS().add_class(" "), "names is empty"),
        (lambda: JS().add_class([1]), "names must be a text of names"),
        (lambda: JS().set_attribute("a", None), "the value of an attribute"),
        (lambda: JS().dispatch("click", detail={}), "a click cannot have a detail"),
        (lambda: JS().dispatch("x", detail={"done": 1}, blocking=True), "its own 'done'"),
        (lambda: JS().navigate(None), "href must be a text"),
        (lambda: JS().concat([["hide", {}]]), "the other must be a JS chain"),
    ],
)
def test_wrong_arguments_are_refused_where_they_are_written(wrong: Any, message: str) -> None:
    with pytest.raises(LiveViewError, match=message):
        wrong()


def test_a_chain_never_changes() -> None:
    value = {"a": 1}
    first = JS().push("x", value=value)
    before = first.to_json()
    second = first.hide()
    value["a"] = 2
    assert first.to_json() == before
    assert len(first) == 1 and len(second) == 2
    assert first == JS().push("x", value={"a": 1}) and first != second
    assert hash(first) == hash(JS().push("x", value={"a": 1}))


@given(st.dictionaries(st.text(), JSON, min_size=1), st.randoms())
def test_equal_commands_are_equal_bytes(value: dict[str, Any], chance: random.Random) -> None:
    shuffled = list(value.items())
    chance.shuffle(shuffled)
    assert JS().push("x", value=value).to_json() == JS().push("x", value=dict(shuffled)).to_json()
    assert list(JS().push("x", value=value)) == [["push", {"event": "x", "value": value}]]


@given(st.text())
def test_stands_in_an_attribute_as_it_is(text: str) -> None:
    template = LiveEnvironment().from_string(
        """<a b="{{ JS.push('e', value={'t': t}) }}" c='{{ JS().hide() }}'>"""
    )
    template.globals["JS"] = JS()
    written = template.render(t=text)
    attribute = written.removeprefix('<a b="').partition('"')[0]
    assert json.loads(html.unescape(attribute)) == [["push", {"event": "e", "value": {"t": text}}]]
    assert "'[[&#34;hide&#34;,{}]]'" in written
    assert "&amp;#" not in written.replace("&amp;#", "", text.count("&#"))


def test_in_templates_it_is_worked_out_only_when_its_arguments_change() -> None:
    calls: list[str] = []

    class Counting(JS):
        __slots__ = ()

        def push(self, event: str, **more: Any) -> Any:
            calls.append(event)
            return super().push(event, **more)

    environment = LiveEnvironment()
    environment.globals["JS"] = Counting()
    template = environment.live_from_string(
        """<a x="{{ JS.push('fixed') }}" y="{{ JS.push('of', value={'n': n}) }}">{{ other }}</a>"""
    )
    renderer = Renderer(template)
    renderer.join({"n": 1, "other": 1})
    assert calls == ["fixed", "of"]
    assert renderer.diff({"n": 1, "other": 2}, {"other"}) == {"2": "2"}
    assert calls == ["fixed", "of"]
    assert renderer.diff({"n": 2, "other": 2}, {"n"}) == {
        "1": "[[&#34;push&#34;,{&#34;event&#34;:&#34;of&#34;,&#34;value&#34;:{&#34;n&#34;:2}}]]"
    }
    assert calls == ["fixed", "of", "of"]


def test_unknown_arguments_are_refused() -> None:
    mistyped: dict[str, Any] = {"too": "#a"}
    for command in (JS().hide, JS().show, JS().toggle, partial(JS().add_class, "a")):
        with pytest.raises(TypeError, match="unexpected keyword argument 'too'"):
            command(**mistyped)


def test_goes_into_pushed_events() -> None:
    payload = {"run": JS().hide(to="#a")}
    assert to_json({"e": [["go", payload]]}) == '{"e":[["go",{"run":[["hide",{"to":"#a"}]]}]]}'
    with pytest.raises(TypeError):
        to_json({"e": [["go", object()]]})
    assert orjson.dumps(list(JS().hide())) == b'[["hide",{}]]'

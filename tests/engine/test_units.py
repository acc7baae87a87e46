"""The small parts by themselves: form fields, frames, tokens, assigns, PubSub, the test client's tree."""

from __future__ import annotations

import doctest
import importlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from quart_live import Flash, LocalPubSub, csrf
from quart_live.errors import MalformedEventError, MalformedFrameError
from quart_live.protocol.events import decode_event
from quart_live.protocol.form_data import decode, nest, target_path
from quart_live.protocol.frames import FrameWriter, parse_binary, parse_text, reply
from quart_live.protocol.tokens import SessionClaims, Tokens
from quart_live.testing import Tree, parse
from quart_live.testing.forms import flatten
from quart_live.view.assigns import AssignState
from quart_live.view.names import default_template_name


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        ("", {}),
        ("a=1&a=2", {"a": "2"}),
        ("a=", {"a": ""}),
        ("a", {"a": ""}),
        ("user[name]=Jo", {"user": {"name": "Jo"}}),
        ("user%5Bname%5D=J%C3%B6+%26", {"user": {"name": "Jö &"}}),
        ("u[a][b][c]=1&u[a][d]=2", {"u": {"a": {"b": {"c": "1"}, "d": "2"}}}),
        ("t[]=1&t[]=2", {"t": ["1", "2"]}),
        ("u[t][]=1&u[t][]=2", {"u": {"t": ["1", "2"]}}),
        ("m[][id]=1&m[][id]=2", {"m": [{"id": "1"}, {"id": "2"}]}),
        ("m[0][id]=1&m[1][id]=2", {"m": {"0": {"id": "1"}, "1": {"id": "2"}}}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a[b]=2&a=1", {"a": "1"}),
        ("a[]=2&a[b]=1", {"a": {"b": "1"}}),
        ("a[b=1&[c]=2&]=3&a]b[=4&a[[b]]=5", {"a[b": "1", "[c]": "2", "]": "3", "a]b[": "4", "a[[b]]": "5"}),
        ("user[_unused_name]=&user[name]=", {"user": {"_unused_name": "", "name": ""}}),
        ("x=%ff%fe", {"x": "\ufffd\ufffd"}),
    ],
)
def test_nested_names(encoded: str, expected: dict[str, Any]) -> None:
    assert decode(encoded) == expected


def test_deep_names_stay_flat() -> None:
    name = "a" + "[b]" * 100_000
    assert nest([(name, "1")]) == {name: "1"}


@given(st.lists(st.tuples(st.text("a[]b", max_size=12), st.text(max_size=3))))
def test_any_names_decode_and_the_last_value_is_there(pairs: list[tuple[str, str]]) -> None:
    result = decode(urlencode(pairs))
    json.dumps(result)
    if pairs:
        _, value = pairs[-1]
        assert str({"": value})[5:-2] in str(result)


names = st.text("abc_", min_size=1, max_size=5)
nested = st.recursive(
    st.text(max_size=5),
    lambda inner: (
        st.dictionaries(names, inner, min_size=1, max_size=3)
        | st.lists(st.text(max_size=3), min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(names, nested, max_size=4))
def test_what_a_form_writes_is_what_is_read(values: dict[str, Any]) -> None:
    pairs = []
    for name, value in flatten(values):
        pairs += [(name, item) for item in (value if isinstance(value, list) else [value])]
    assert decode(urlencode(pairs)) == values


def test_form_event_of_the_captures() -> None:
    """captures/form_validation.json, the second event."""
    event = decode_event(
        {
            "type": "form",
            "event": "validate",
            "value": "user%5Bname%5D=Jo&user%5B_unused_email%5D=&user%5Bemail%5D=",
            "meta": {"_target": "user[name]"},
            "uploads": {},
        }
    )
    assert event.name == "validate"
    assert event.params == {
        "user": {"name": "Jo", "_unused_email": "", "email": ""},
        "_target": ["user", "name"],
    }


@pytest.mark.parametrize(("name", "path"), [("a", ["a"]), ("foo[]", ["foo"]), ("u[b][]", ["u", "b"])])
def test_target(name: str, path: list[str]) -> None:
    assert target_path(name) == path


def test_values_of_other_events() -> None:
    assert decode_event({"type": "keydown", "event": "k", "value": {"key": "a"}}).params == {"key": "a"}
    assert decode_event({"type": "hook", "event": "h", "value": [1]}).params == [1]
    assert decode_event({"type": "hook", "event": "h"}).params == {}
    assert decode_event({"type": None, "event": "j", "value": {"a": 1}, "cid": 4}).component == 4
    with pytest.raises(MalformedEventError):
        decode_event({"type": "click", "event": "c", "value": 5})


def test_frames() -> None:
    message = parse_text('["4",null,"lv:x","event",{"a":[1]}]')
    assert (message.join_ref, message.ref, message.topic, message.event) == ("4", None, "lv:x", "event")
    assert message.payload == {"a": [1]}
    writer = FrameWriter('4"', "lv:é\u2028")
    for text in (writer.diff({"0": "<"}), writer.push("a", {}), writer.ok("5", {}), writer.error(None, {}),
                 writer.closed(), writer.crashed()):  # fmt: skip
        frame = json.loads(text)
        assert (frame[0], frame[2]) == ('4"', "lv:é\u2028")
    assert json.loads(writer.closed())[1] == '4"'
    assert json.loads(reply(None, "1", "t", "ok", {})) == [
        None,
        "1",
        "t",
        "phx_reply",
        {"status": "ok", "response": {}},
    ]


@given(
    st.text() | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists).map(json.dumps)
)
def test_any_text_is_a_frame_or_refused(text: str) -> None:
    try:
        message = parse_text(text)
    except MalformedFrameError:
        return
    assert isinstance(message.topic, str)


@given(st.binary())
def test_any_bytes_are_a_frame_or_refused(data: bytes) -> None:
    try:
        message = parse_binary(b"\x00" + data)
    except MalformedFrameError:
        return
    assert data.endswith(message.payload)


@given(st.text(), st.dictionaries(st.text(), st.text()))
def test_pitfall_19_tokens_come_back_and_have_a_safe_alphabet(element_id: str, extra: dict[str, str]) -> None:
    tokens = Tokens(lambda: ["old", "new"])
    claims = SessionClaims(element_id, "module:Class", "default", extra)
    token = tokens.sign_session(claims)
    assert tokens.read_session(token) == claims
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
    assert Tokens(lambda: ["new"]).read_session(token) == claims
    assert Tokens(lambda: ["old"]).read_session(token) is None
    age = tokens.claimed_age(token)
    assert age is not None
    assert age < 60


@pytest.mark.parametrize("kind", ["session", "static", "flash", "reload", "upload"])
def test_a_token_of_one_kind_does_not_pass_for_another(kind: str) -> None:
    """Each kind has a signature of its own, so the content does not matter."""
    tokens = Tokens(lambda: ["key"])
    bodies = {
        "session": ["id", "module:Class", "default", {}, None],
        "static": ["id", {}],
        "flash": {"info": "Saved."},
        "reload": 404,
        "upload": ["lv:id", "ref", "0", "uuid"],
    }
    read: dict[str, Callable[[object], Any]] = {
        "session": tokens.read_session,
        "static": tokens.read_static,
        "flash": tokens.read_flash,
        "reload": tokens.read_reload,
        "upload": tokens.read_upload,
    }
    for body_of, body in bodies.items():
        token = URLSafeTimedSerializer("key", salt=f"quart_live.{kind}").dumps(body)
        assert [name for name in read if read[name](token)] == ([kind] if body_of == kind else [])


@given(st.text() | st.none() | st.integers() | st.text("abc._-", max_size=40))
@example("9.bAa0ZccZ9-9Za0-.bb0AZaZ")  # a timestamp of more than eight bytes
def test_forged_tokens_are_nothing(token: Any) -> None:
    tokens = Tokens(lambda: ["key"])
    assert tokens.read_session(token) is None
    assert tokens.read_static(token) is None
    assert tokens.read_flash(token) == {}
    assert tokens.read_reload(token) is None
    tokens.claimed_age(token)


def test_csrf() -> None:
    session: dict[str, Any] = {}
    first, second = csrf.issue(session), csrf.issue(session)
    assert first != second
    assert csrf.matches(session, first)
    assert csrf.matches(session, second)
    assert f"{first}" == first()
    assert not csrf.matches({}, first)
    other: dict[str, Any] = {}
    csrf.issue(other)
    assert not csrf.matches(other, first)
    for token in (None, "", "x", 5, first[:-1], first + "A", "é" * 48):
        assert not csrf.matches(session, token)


def test_assigning_marks_as_changed_except_equal_plain_values() -> None:
    assigns, items = AssignState(), [1]

    def changed(**values: Any) -> set[str]:
        assigns.update(values)
        return assigns.take_changed()

    assert changed(a=1, b=items) == {"a", "b"}
    assert changed(a=1) == set()
    assert changed(a=True) == {"a"}  # equal, but it prints differently
    assert changed(a=1.0) == {"a"}
    items.append(2)
    assert changed(b=items) == {"b"}  # the same object, changed in place
    assert changed(b=(1,)) == {"b"}
    assigns.touch("b")
    assert assigns.take_changed() == {"b"}
    with pytest.raises(KeyError, match="Assigned so far: a, b"):
        assigns.touch("c")


def test_flash() -> None:
    flash = Flash().with_message("info", "x").with_message("error", "y")
    assert dict(flash) == {"info": "x", "error": "y"}
    assert flash["other"] == ""
    assert "other" not in flash
    assert dict(flash.without("info")) == {"error": "y"}
    assert not flash.without()


def test_template_names() -> None:
    for name, expected in {
        "CounterLive": "counter_live",
        "URLListLive": "url_list_live",
        "V2Live": "v2_live",
    }.items():
        assert default_template_name(type(name, (), {})) == f"{expected}.html"


async def test_pubsub_forgets() -> None:
    class Box:
        _busy, _closed = True, False  # like one at work: whatever comes is posted

        def __init__(self) -> None:
            self.got: list[Any] = []

        def post(self, envelope: Any) -> None:
            self.got.append((envelope.topic, envelope.message))

        def on_end(self, *_: object) -> None:
            """This one never ends."""

    class View:
        mailbox: Any

    pubsub, one, two = LocalPubSub(), Box(), Box()
    for box in (one, two, one):
        await pubsub.subscribe("t", box)  # type: ignore[arg-type]
    await pubsub.broadcast("t", 1)
    view = View()
    view.mailbox = one
    await pubsub.broadcast_from(view, "t", 2)
    view.mailbox = None
    await pubsub.broadcast_from(view, "t", 3)
    assert one.got == [("t", 1), ("t", 3)]
    assert two.got == [("t", 1), ("t", 2), ("t", 3)]
    await pubsub.unsubscribe("t", one)  # type: ignore[arg-type]
    await pubsub.unsubscribe("t", one)  # type: ignore[arg-type]
    await pubsub.unsubscribe("other", two)  # type: ignore[arg-type]
    await pubsub.unsubscribe_all(two)  # type: ignore[arg-type]
    await pubsub.broadcast("t", 4)
    assert (len(one.got), len(two.got)) == (2, 3)
    assert not pubsub.topics()
    assert not pubsub.mailboxes()


MERGES: list[list[dict[str, Any]]] = [
    [
        {"0": "a", "s": ["<b>", "</b>"]},
        {"0": "c"},
        {"0": {"0": "x", "s": ["(", ")"]}},
        {"0": {"0": "y"}},
        {"0": ""},
    ],
    [
        {
            "0": {"k": {"0": {"0": "a"}, "1": {"0": "b"}, "2": {"0": "c"}, "kc": 3}, "s": ["<i>", "</i>"]},
            "s": ["", ""],
        },
        {"0": {"k": {"0": 2, "2": [0, {"0": "A"}], "kc": 3, "km": True}}},
        {"0": {"k": {"kc": 1}}},
        {"0": {"k": {"1": {"0": "z"}, "kc": 2}}},
    ],
    [
        {"0": {"0": "x", "s": 0}, "s": 1, "p": {"0": ["[", "]"], "1": ["<", ">"]}},
        {"0": {"s": 0}, "p": {"0": ["!"]}},
    ],
]


@pytest.mark.parametrize("messages", MERGES)
def test_tree_merges_like_the_client(client_merge: Any, messages: list[dict[str, Any]]) -> None:
    expected = client_merge.replay(messages)
    tree = Tree(messages[0])
    html = [tree.html()]
    for message in messages[1:]:
        tree.merge(message)
        html.append(tree.html())
    assert html == expected


def test_pitfall_04_tree_refuses_numbers_as_text() -> None:
    with pytest.raises(LookupError, match="component 5, but nothing was sent"):
        Tree({"0": 5, "s": ["", ""]}).html()  # a number is the cid of a component


def test_dom() -> None:
    page = parse(
        '<div class="a b"><p id=x data-n="1">One <b>two</b><br>three</p><script>no</script></div><p>One</p>'
    )
    assert page.find("div.a.b p#x[data-n='1']").text == "One twothree"
    assert page.find("p", "One").get("id") == ""
    assert page.find("b").closest("div") is page.find("div")
    with pytest.raises(LookupError, match="2 elements match p"):
        page.find("p")


@pytest.mark.parametrize(
    "module", ["protocol.events", "protocol.form_data", "protocol.frames", "testing.dom"]
)
def test_examples_in_docstrings(module: str) -> None:
    found = doctest.testmod(importlib.import_module(f"quart_live.{module}"))
    assert found.attempted > 0
    assert found.failed == 0

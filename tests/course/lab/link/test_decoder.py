"""Frames in words."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from course.lab.link.decoder import Decoder, count_parts, diff_meaning
from course.lab.link.frames import Frame
from course.lab.tables import NONE, frames_table

TOPIC = "lv:phx-GBrPaMz0QN4x"


def frame(*parts: object) -> str:
    return json.dumps(parts)


def sent(event: str, payload: object, ref: str = "5") -> tuple[str, str]:
    decoded = Decoder().decode(frame("4", ref, TOPIC, event, payload), sent=True)
    return decoded.kind, decoded.meaning


def received(event: str, payload: object, asked: str | None = None) -> tuple[str, str]:
    decoder = Decoder()
    if asked:
        decoder.decode(frame("4", "5", TOPIC, asked, {}), sent=True)
    decoded = decoder.decode(frame("4", "5", TOPIC, event, payload), sent=False)
    return decoded.kind, decoded.meaning


def reply(response: object, status: str = "ok") -> dict[str, object]:
    return {"status": status, "response": response}


@pytest.mark.parametrize(
    ("event", "payload", "told"),
    [
        (
            "phx_join",
            {"url": "http://h:1/counter?a=b", "params": {"_mounts": 0}},
            ("join", "join the view at /counter?a=b"),
        ),
        ("phx_join", {"url": "http://h:1/", "params": {"_mounts": 2}}, ("join", "join again the view at /")),
        ("phx_join", {"params": {}}, ("join", "join a nested view")),
        ("heartbeat", {}, ("heartbeat", "are you there?")),
        ("phx_leave", {}, ("leave", "leave this view")),
        ("live_patch", {"url": "http://h/x?tab=2"}, ("patch", "the address becomes /x?tab=2")),
        ("event", {"type": "click", "event": "inc", "value": {"value": ""}}, ("event", 'click "inc"')),
        (
            "event",
            {"type": "click", "event": "inc", "value": {"id": "7"}},
            ("event", 'click "inc": id = "7"'),
        ),
        (
            "event",
            {
                "type": "form",
                "event": "validate",
                "value": "_unused_a=&a=foo&_csrf_token=x&user%5Bb%5D=typed",
            },
            ("event", 'form "validate": a = "foo", user[b] = "typed"'),
        ),
        ("event", {"event": "restore", "value": [1]}, ("event", 'push "restore"')),
    ],
)
def test_what_the_page_sends(event: str, payload: object, told: tuple[str, str]) -> None:
    assert sent(event, payload) == told


@pytest.mark.parametrize(
    ("event", "payload", "asked", "told"),
    [
        ("phx_reply", reply({}), "heartbeat", ("heartbeat", "still here")),
        ("phx_reply", reply({}), "event", ("reply", "done, nothing to change")),
        ("phx_reply", reply({}), "phx_leave", ("leave", "left")),
        ("phx_reply", reply({"diff": {"0": "3"}}), "event", ("reply", 'part 0 becomes "3"')),
        (
            "phx_reply",
            reply({"rendered": {"0": "x", "1": {"s": ["a"]}, "s": ["", "", ""]}}),
            "phx_join",
            ("rendered", "the whole view: 4 statics, 2 dynamics"),
        ),
        (
            "phx_reply",
            reply({"reason": "reload", "status": 404}, "error"),
            "phx_join",
            ("error", "refused: reload (404)"),
        ),
        ("phx_reply", reply({"redirect": {"to": "/"}}), "event", ("patch", "redirect to /")),
        ("diff", {"0": "1"}, None, ("diff", 'part 0 becomes "1"')),
        ("phx_error", {"reason": "channel_crash"}, None, ("crash", "this view crashed; the others go on")),
        ("phx_close", {}, None, ("close", "this view has ended")),
        ("live_patch", {"kind": "push", "to": "/a"}, None, ("patch", "live patch to /a")),
    ],
)
def test_what_the_server_sends(event: str, payload: object, asked: str | None, told: tuple[str, str]) -> None:
    assert received(event, payload, asked) == told


@pytest.mark.parametrize(
    ("diff", "told"),
    [
        ({}, "nothing changes"),
        ({"0": ""}, "part 0 becomes empty"),
        ({"0": "a", "2": "b", "7": "c"}, "parts 0, 2 and 7 change"),
        ({"1": {"0": "x", "s": ["a", "b"]}}, "part 1 is another branch"),
        ({"1": {"0": "x"}}, "part 1 changes inside"),
        ({"3": {"k": {"4": {"0": "x"}, "kc": 5}}}, "part 3 is a loop of 5, 1 row sent"),
        (
            {"3": {"s": ["", ""], "k": {"0": {}, "1": {}, "kc": 2}}},
            "part 3 is a loop of 2, 2 rows sent (new loop)",
        ),
        ({"t": "Counter", "e": [["sent", {}]]}, 'the title becomes "Counter"; pushes "sent" to the page'),
        ({"c": {"1": {}, "2": {}}}, "2 components changed"),
        ({"r": {}}, "answers the hook"),
        ({"r": {"sent": 9}}, "answers the hook: sent = 9"),
    ],
)
def test_diffs(diff: object, told: str) -> None:
    assert diff_meaning(diff) == told


def test_parts_are_counted_through_branches_and_loops() -> None:
    tree = {
        "s": ["a", "b", "c"],
        "0": "x",
        "1": {"s": ["d", "e"], "k": {"0": {"0": "y"}, "1": {"0": "z"}, "kc": 2}},
    }
    assert count_parts(tree) == (5, 6)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("<p>hello</p>", "12 characters of HTML"),
        ("hi", "hi"),
        ("", "an empty frame"),
        (b"abc", "3 raw bytes"),
        ("[1,2]", "[1,2]"),
    ],
)
def test_frames_that_are_not_ours(raw: str | bytes, told: str) -> None:
    decoded = Decoder().decode(raw, sent=False)
    assert (decoded.kind, decoded.meaning) == ("text", told)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(), inner, max_size=6),
)

EVENTS = ["phx_join", "phx_reply", "diff", "event", "live_patch", "redirect", "x"]


# How long a machine takes to think of a payload says nothing about the words for it.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    payload=json_values,
    event=st.sampled_from(EVENTS),
    out=st.booleans(),
)
def test_no_frame_is_too_strange_for_words(payload: object, event: str, out: bool) -> None:
    decoded = Decoder().decode(frame("1", "2", TOPIC, event, payload), sent=out)
    assert decoded.meaning


@given(raw=st.text() | st.binary())
def test_no_bytes_are_too_strange_either(raw: str | bytes) -> None:
    assert Decoder().decode(raw, sent=False).meaning


FRAMES = [
    Frame("Alice", "sent", "", "opened", "", None, 0, "a socket is open"),
    Frame("Alice", "sent", "event", "event", TOPIC, {}, 81, 'click "<inc>"'),
    Frame("Bob", "received", "diff", "diff", TOPIC, {}, 1234, 'part 0 becomes "1"'),
]


def test_the_table_as_text() -> None:
    assert repr(frames_table(FRAMES)).splitlines() == [
        "who              kind    bytes  what it means",
        "Alice  → server  opened         a socket is open",
        'Alice  → server  event      81  click "<inc>"',
        'Bob    ← server  diff    1,234  part 0 becomes "1"',
    ]
    assert repr(frames_table([])) == NONE


def test_half_a_letter_is_told_as_what_can_be_printed() -> None:
    raw = '["4", "5", "lv:x", "event", {"event": "send", "value": {"text": "Half \\ud83d"}}]'
    meaning = Decoder().decode(raw, sent=True).meaning
    assert meaning.encode("utf-8") == b'push "send": text = "Half \\ud83d"'


def test_the_table_as_html_escapes_what_frames_say() -> None:
    page = frames_table(FRAMES)._repr_html_()
    assert "&lt;inc&gt;" in page and "<inc>" not in page
    assert page.count("<tr>") == 4
    assert frames_table([])._repr_html_() == f"<p>{NONE}</p>"

"""Streams: what is sent, and that nothing is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from markupsafe import Markup
from support.client_merge import ClientMerge

from quart_live.rendering import LiveEnvironment, LiveTemplateError, Renderer
from quart_live.rendering.streams import LiveStream

GOLDEN = Path(__file__).parent / "golden" / "streams.json"
SOURCE = (
    '<b>{{ n }}</b>\n<ul id="rows" phx-update="stream">{% for dom_id, r in streams.rows %}'
    "<li{{ id_of(dom_id) }}>{{ r.t }}{% if r.id == 2 %}<i>two</i>{% endif %}</li>{% endfor %}</ul>\n"
    '<ul id="other" phx-update="stream">{% for dom_id, r in streams.other %}<li{{ id_of(dom_id) }}>'
    "{{ r.t }}</li>{% endfor %}</ul>"
)


def streams() -> dict[str, LiveStream]:
    return {
        "rows": LiveStream("0", lambda item: f"rows-{item['id']}"),
        "other": LiveStream("1", lambda item: f"other-{item['id']}"),
    }


def renderer_of(source: str) -> Renderer:
    environment = LiveEnvironment()
    environment.globals["id_of"] = lambda dom_id: Markup(' id="{}"').format(dom_id)
    return Renderer(environment.live_from_string(source, "rows.html"))


def sent(message: Any) -> Any:
    return orjson.loads(orjson.dumps(message))


def recorded(diff: Any) -> Any:
    """As here: an element without dynamics is text, and ``update_only`` is never null."""
    text = (
        json.dumps(diff)
        .replace('{"s": ["<i>two</i>"]}', '"<i>two</i>"')
        .replace("null, null]", "null, false]")
    )
    return json.loads(text)


def play(assigns: dict[str, Any], event: str, params: dict[str, Any]) -> None:
    """Change the assigns as the recorded page does."""
    rows, other, number = assigns["streams"]["rows"], assigns["streams"]["other"], params.get("id")
    if event == "inc":
        assigns["n"] += 1
    elif event in ("append", "at0", "update", "limit"):
        text = {"append": "new", "at0": "top", "update": "upd", "limit": "lim"}[event]
        options: dict[str, Any] = {"at0": {"at": 0}, "update": {"update_only": True}, "limit": {"limit": -3}}
        rows.insert({"id": number, "t": f"{text} {number}"}, **options.get(event, {}))
    elif event == "delete":
        rows.delete(f"rows-{number}")
    elif event == "both":
        rows.insert({"id": number, "t": "r"})
        other.insert({"id": number, "t": "o"})
        rows.delete("rows-1")
    elif event == "many":
        for new in (50, 51, 52):
            rows.insert({"id": new, "t": f"m {new}"})
    elif event in ("reset", "reset_empty"):
        rows.reset()
        if event == "reset":
            rows.insert({"id": 90, "t": "after reset"})


def test_the_same_messages_as_recorded(client_merge: ClientMerge) -> None:
    assigns: dict[str, Any] = {"n": 0, "streams": streams()}
    for number in (1, 2, 3):
        assigns["streams"]["rows"].insert({"id": number, "t": f"row {number}"})
    renderer = renderer_of(SOURCE)
    first, *others = json.loads(GOLDEN.read_text(encoding="utf-8"))
    messages = [sent(renderer.join(assigns))]
    assert messages[0] == recorded(first["diff"])
    for step in others:
        play(assigns, step["event"], step["params"])
        diff = sent(renderer.diff(assigns, {"n"} if step["event"] == "inc" else {"streams"}))
        assert diff == recorded(step["diff"]), step
        messages.append(diff)
    html = client_merge.replay(messages)
    assert '<li id="rows-99">new 99</li>' in html[-1]
    assert "rows-90" not in html[-1], "the client keeps items in the page, not in its tree"


def test_nothing_is_kept_of_what_was_sent() -> None:
    assigns: dict[str, Any] = {"n": 0, "streams": streams()}
    assigns["streams"]["rows"].insert({"id": 1, "t": "row"})
    renderer = renderer_of(SOURCE)
    assert "rows-1" in renderer.html(assigns)
    assert not assigns["streams"]["rows"].pending
    assert "rows-1" not in renderer.current_html()
    tree: Any = renderer.tree
    assert (tree[2].entries, tree[2].changes) == ([], None)
    assert renderer.diff(assigns, {"streams", "n"}) == {}


def test_an_item_inserted_again_counts_once_and_last() -> None:
    stream = streams()["rows"]
    for number, text in ((1, "a"), (2, "b"), (1, "c")):
        stream.insert({"id": number, "t": text})
    assert [item["t"] for _, item in stream.items()] == ["b", "c"]
    stream.delete("rows-2")
    assert [item["t"] for _, item in stream.items()] == ["c"]


@pytest.mark.parametrize(
    "source",
    [
        "{% for i, r in streams.rows %}{{ r.t }}{% else %}none{% endfor %}",
        "{% for i, r in streams.rows %}{{ loop.index }}{% endfor %}",
        "{% for i, r in streams.rows recursive %}{{ r.t }}{% endfor %}",
        "{{ streams.rows|list }}",
        "{{ streams.rows|length }}",
        "{% if streams.rows %}some{% endif %}",
    ],
)
def test_what_needs_the_whole_list_is_refused(source: str) -> None:
    with pytest.raises(LiveTemplateError, match="only-child"):
        renderer_of(source).html({"streams": streams()})


def test_a_stream_that_comes_with_a_branch() -> None:
    assigns: dict[str, Any] = {"on": False, "streams": streams()}
    renderer = renderer_of(
        "{% if on %}{% for i, r in streams.rows %}<li>{{ r.t }}</li>{% endfor %}{% endif %}"
    )
    renderer.join(assigns)
    assigns["on"] = True
    assigns["streams"]["rows"].insert({"id": 1, "t": "x"})
    diff = sent(renderer.diff(assigns, {"on", "streams"}))
    assert diff["0"]["0"]["stream"] == ["0", [["rows-1", -1, None, False]], []]
    assert diff["0"]["0"]["s"] == ["<li>", "</li>"]

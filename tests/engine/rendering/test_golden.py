"""The pages of the recordings in ``golden/``, rendered here: the same diffs as the reference server's.

Where ours differ it is on purpose, and :func:`expected` or the test says how.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .page import Page

GOLDEN = Path(__file__).parent / "golden"

ROW = (
    "{{ i.name }}{% if i.done %}<b>{{ i.id }} done</b>{% endif %}"
    "{% for t in i.tags %}<i>{{ t }}</i>{% endfor %}</li>"
)
CLASS = '{{ [("done" if i.done), ("sel" if sel == i.id|string)]|select|join(" ") }}'
KEYED = (
    '<h1>{{ title }}</h1>\n<ul>\n  {% for i in items %}<li id="i{{ i.id }}" class="' + CLASS + '">' + ROW
) + "{% endfor %}\n</ul>"
BY_INDEX = (
    '<h1>{{ title }}</h1>\n<ul>\n  {% for i in items %}\n    <li data="i{{ i.id }}" class="'
    + CLASS
    + '">'
    + ROW
) + "\n  {% endfor %}\n</ul>"


def steps(name: str) -> list[dict[str, Any]]:
    """The recorded events and diffs."""
    recorded: list[dict[str, Any]] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return recorded


def expected(message: Any) -> Any:
    """Ours: a template without dynamics is a string, and quotes are escaped by number."""
    if isinstance(message, dict):
        if set(message) == {"s"}:
            return message["s"][0]
        return {key: expected(value) for key, value in message.items() if key != "r"}
    if isinstance(message, list):
        return [expected(value) for value in message]
    return message.replace("&quot;", "&#34;") if isinstance(message, str) else message


def without_marks(message: Any) -> Any:
    """Ours without ``r``: the reference marks function components alone; see ``test_marks.py`` for ours."""
    if isinstance(message, dict):
        return {key: without_marks(value) for key, value in message.items() if key != "r"}
    return [without_marks(value) for value in message] if isinstance(message, list) else message


def three_items() -> list[dict[str, Any]]:
    return [{"id": i, "name": f"item {i}", "done": False, "tags": ["a", "b"]} for i in (1, 2, 3)]


def new_item(number: int, name: str, tags: list[str]) -> dict[str, Any]:
    return {"id": number, "name": name, "done": False, "tags": tags}


def items_after(items: list[dict[str, Any]], event: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the list as the recorded page changes it."""

    def at_id(**change: Any) -> list[dict[str, Any]]:
        return [{**item, **change} if str(item["id"]) == params["id"] else item for item in items]

    if event == "toggle":
        return [{**i, "done": not i["done"]} if str(i["id"]) == params["id"] else i for i in items]
    if event == "tag":
        return [{**i, "tags": [*i["tags"], "new"]} if str(i["id"]) == params["id"] else i for i in items]
    if event == "rename":
        return at_id(name=params["name"])
    if event == "reverse_rename":
        return at_id(name=params["name"])[::-1]
    if event == "append":
        return [*items, new_item(len(items) + 10, "appended", [])]
    if event == "prepend":
        return [new_item(len(items) + 20, "prepended", ["x"]), *items]
    if event == "remove":
        return [item for item in items if str(item["id"]) != params["id"]]
    return {"reverse": items[::-1], "clear": [], "refill": three_items()}.get(event, items)


SELECTED = {"1": {"k": {"2": {"1": "sel"}, "kc": 5}}}
"""Where the reference server sends the class of every entry again, although only one has changed."""


def play(page: Page, event: str, params: dict[str, Any]) -> Any:
    """One event of the list pages; the list is assigned every time, as recorded."""
    changes: dict[str, Any] = {"items": items_after(page.assigns["items"], event, params)}
    if event == "title":
        changes["title"] = params["to"]
    if event == "select":
        changes["sel"] = params["id"]
    return without_marks(page.assign(**changes))


def test_a_keyed_list() -> None:
    page = Page(KEYED, {"title": "T", "sel": None, "items": three_items()})
    first, *others = steps("for_keyed")
    assert without_marks(page.rendered) == expected(first["diff"])
    for step in others:
        diff = play(page, step["event"], step["params"])
        assert diff == (SELECTED if step["event"] == "select" else expected(step["diff"])), step


def test_a_list_by_index() -> None:
    page = Page(BY_INDEX, {"title": "T", "sel": None, "items": three_items()})
    first, *others = steps("for_index")
    recorded = json.loads(json.dumps(expected(first["diff"])).replace(" id=", " data="))
    assert without_marks(page.rendered) == recorded
    for step in others:
        diff = play(page, step["event"], step["params"])
        if step["event"] in ("prepend", "remove", "reverse", "reverse_rename"):
            continue  # an empty inner list is "" here, and kept as a list there
        assert diff == (SELECTED if step["event"] == "select" else expected(step["diff"])), step


MISC = """\
{% macro card(head, q) %}<div class="card"{{ (' data-q="%s" id="c"'|safe) % q }}><h2>{{ head() }}</h2>\
{{ caller(7) }}</div>{% endmacro %}{% macro head() %}H{{ n }}{% endmacro %}\
{% if error %}<p id="flash">{{ error }}</p>{% endif %}
<b id="n">{{ n }}</b>
{% if show %}<p>shown {{ n }}</p>{% else %}<i>hidden</i>{% endif %}
{% call(x) card(head, q) %}<span>{{ x }}{{ a }}</span>{% endcall %}
<div id="dyn"{{ attrs|xmlattr }}></div>"""


def test_branches_slots_and_escaping() -> None:
    assigns = {"error": None, "n": 0, "show": False, "q": "0", "a": "x", "attrs": {"title": "t"}}
    page = Page(MISC, assigns)
    first, *others = steps("misc")
    recorded = expected(first["diff"])
    rendered = without_marks(page.rendered)
    assert {key: rendered[key] for key in "01234"} == {key: recorded[key] for key in "01234"}
    for step in others:
        diff = {
            "noop": lambda: page.touch(),
            "inc": lambda: page.assign(n=page.assigns["n"] + 1),
            "toggle": lambda: page.assign(show=not page.assigns["show"]),
            "flash": lambda: page.assign(error="Bad <thing>"),
            "attrs": lambda: page.assign(attrs={"title": "u & v", "hidden": "", "data-x": None}),
            "esc": lambda: page.assign(a="<script>\"'&é✓"),
        }[step["event"]]()
        assert without_marks(diff) == without_repetitions(expected(step["diff"])), step


def without_repetitions(diff: dict[str, Any]) -> dict[str, Any]:
    """The reference server sends attributes and slot arguments again; unchanged ones are not sent here."""
    card = diff.get("3")
    if card:
        card.pop("0")
        card.get("2", {}).pop("0", None)
    if diff.get("4"):
        diff["4"] = diff["4"].replace(" hidden", ' hidden=""')
    return diff

"""The whole way: random events on a view, merged by the client's own code, equal a fresh render."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from quart import Quart
from support.client_merge import ClientMerge

from quart_live import LiveView, LiveViewTest, QuartLive
from quart_live.rendering import Renderer
from quart_live.runtime.templates import TemplateLibrary

TEMPLATE = """
{% macro badge(text) %}<b class="{{ tone }}">{{ text }}</b>{% endmacro %}
<h1 {% if tone %}class="{{ tone }}"{% endif %}>{{ title }}</h1>
{% if items %}<ul>{% for item in items %}
  <li id="item-{{ item.id }}">{{ item.text }}{% if item.id == chosen %}
    *{% for t in item.tags %}<i>{{ t }}</i>{% endfor %}
  {% else %}{{ badge(item.id) }}{% endif %}</li>
{% endfor %}</ul>{% else %}<p>Nothing{{ title }}</p>{% endif %}
{% for key, value in flash.items() %}<p>{{ key }}: {{ value }}</p>{% endfor %}
<p>{{ items|length }} {{ badge(title) }}</p>"""


class ListLive(LiveView):
    """A list that is changed in every way; some events come as messages, some by patch."""

    inline_template = TEMPLATE

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(items=[], chosen=None, title="", tone="")

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assign(tone=params.get("tone", ""))

    async def handle_event(self, event: str, params: Any) -> None:
        items = self.assigns.items
        number = params["number"]
        at = number % (len(items) + 1)
        match event:
            case "insert":
                items.insert(at, {"id": number, "text": params["text"], "tags": [number, params["text"]]})
                self.assign(items=items)  # the same list, changed in place
            case "remove":
                self.assign(items=items[:at] + items[at + 1 :])
            case "reverse":
                self.assign(items=items[::-1])
            case "edit":
                if items:
                    items[number % len(items)]["text"] = params["text"]
                    self.touch("items")
            case "choose":
                self.assign(chosen=number)
            case "title":
                self.assign(title=params["text"])
            case "clear":
                self.assign(items=[])
            case "flash":
                self.put_flash("info", params["text"])
            case "patch":
                self.push_patch(f"/?tone={number}")
            case "message":
                self.send_self(params["text"])
            case "nothing":
                pass

    def handle_info(self, message: Any) -> None:
        self.assign(title=message)


EVENTS = st.tuples(
    st.sampled_from(["insert"] * 4 + ["remove", "reverse", "edit", "choose", "title", "clear", "flash"]
                    + ["patch", "message", "nothing", "lv:clear-flash"]),
    st.integers(0, 9),
    st.text("ab<&\"'é ", max_size=4),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENTS, min_size=1, max_size=25))
async def test_browser_shows_what_a_fresh_render_would(
    client_merge: ClientMerge, events: list[tuple[str, int, str]]
) -> None:
    app = Quart("full_path")
    app.secret_key = "for tests"
    live = QuartLive(app)
    live.route("/", ListLive)
    expected: list[str] = []
    library = TemplateLibrary(app)
    async with LiveViewTest(app, "/") as page:
        fresh = _fresh_html(library, page.view)
        assert page.html == fresh
        for event, number, text in events:
            await page.push(event, {"number": number, "text": text})
            await page.settle()
            expected.append(_fresh_html(library, page.view))
            assert page.html == expected[-1]
        messages = _messages(page)
    assert client_merge.replay(messages)[-1] == expected[-1]


def _fresh_html(library: TemplateLibrary, view: LiveView) -> str:
    """Return the HTML of a fresh view with these assigns."""
    return Renderer(library.of(view)).html({name: view.assigns[name] for name in view.assigns})


def _messages(page: LiveViewTest) -> list[Any]:
    """Join and diffs as they went over the wire, as the client hands them to its merge."""
    found = []
    for way, text in page.socket.frames:
        _, _, _, event, payload = json.loads(text)
        if way == "<" and event == "diff":
            found.append(payload)
        elif way == "<" and event == "phx_reply":
            response = payload["response"]
            found += [response[key] for key in ("rendered", "diff") if key in response]
    return [{key: value for key, value in message.items() if key not in ("e", "t", "r")} for message in found]

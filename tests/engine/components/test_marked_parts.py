"""Components in parts that the client leaves out while no diff touches them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from quart import Quart
from support.client_merge import ClientMerge

from quart_live import LiveComponent, LiveView, LiveViewTest, QuartLive


class InnerComponent(LiveComponent):
    """Shows a number."""

    inline_template = "<b>{{ n }}</b>"


class OuterComponent(LiveComponent):
    """Has a component in a marked part."""

    inline_template = """<div>{{ title }}{% for part in parts %}{% if part %}<section>{{ part }}
        {{ live_component("inner", id=part, n=n) }}</section>{% endif %}{% endfor %}</div>"""

    async def mount(self) -> None:
        self.assign(parts=["a", "b"], title="")

    async def handle_event(self, event: str, params: Any) -> None:
        self.assign(n=self.assigns.n + 10)
        if event == "turn":
            self.assign(parts=self.assigns.parts[::-1])


class PageLive(LiveView):
    """Has components in marked parts, one in the other."""

    inline_template = """<p>{{ n }}</p>
        {% if on %}<section>{{ on }} {{ live_component("outer", id=1, n=n) }}</section>{% endif %}
        {% for part in parts|keyed %}
          {% if part %}<i>{{ part }} {{ live_component("inner", id=part, n=n) }}</i>{% endif %}
        {% endfor %}"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(n=1, on="on", parts=[1, 2, 3])

    async def handle_event(self, event: str, params: Any) -> None:
        self.assign(n=self.assigns.n + 1)
        if event == "turn":
            self.assign(parts=self.assigns.parts[::-1])


@pytest.mark.parametrize("target", [{}, {"cid": 1}])
@pytest.mark.parametrize("event", ["more", "turn"])
async def test_a_changed_component_is_not_left_out_with_the_part_around_it(
    client_merge: ClientMerge, event: str, target: dict[str, Any]
) -> None:
    app = Quart("marks")
    app.secret_key = "for tests"
    QuartLive(app).route("/", PageLive)
    shown = []
    async with LiveViewTest(app, "/") as page:
        for _ in range(3):
            await page.push(event, {}, **target)
            await page.push("more")
            shown.append(page.html)
        frames = [json.loads(text) for way, text in page.socket.frames if way == "<"]
    answers = [payload["response"] for *_, name, payload in frames if name == "phx_reply"]
    messages = [answer.get("rendered") or answer["diff"] for answer in answers if answer]
    assert '"r":1' in json.dumps(messages[0]).replace(" ", "")
    client_merge.replay(messages)  # it raises if something is left out that has changed
    assert shown[-1].count("<b") == 5 and f">{messages[-1]['0']}</b>" in shown[-1]
    assert client_merge.skipped(messages)[-1] == []  # all parts have a component that has changed

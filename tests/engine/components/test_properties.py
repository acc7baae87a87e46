"""Random pages with components: the browser shows what a fresh render gives, whatever happened before.

Several events go out at once, so that the browser's reports of what has gone cross the server's diffs on
their way. All messages are merged by the client's own code as well, which forgets components when told so.
In the end server and browser know the same components, and no others.
"""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from engine.components.wire import replayed
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from quart import Quart
from support.client_merge import ClientMerge

from quart_live import LiveComponent, LiveView, LiveViewTest, QuartLive
from quart_live.components import Components
from quart_live.rendering import Renderer
from quart_live.rendering.tree import Node, to_html
from quart_live.view.state import state_of


class LeafComponent(LiveComponent):
    """The innermost; a part of it comes and goes."""

    inline_template = """<i id="leaf-{{ id }}">{{ text }}{% if n is odd %}<u>{{ n }}</u>{% endif %}</i>"""

    async def mount(self) -> None:
        self.assign(n=0)

    async def handle_event(self, event: str, params: Any) -> None:
        self.assign(n=self.assigns.n + 1)


class BoxComponent(LiveComponent):
    """Has leaves and further boxes: one by one, in a keyed loop, in one of two places."""

    inline_template = """
      {% if turned %}<section id="box-{{ id }}">{{ live_component("leaf", id="own-" ~ id, text=text) }}
        </section>
      {% else %}<div id="box-{{ id }}"><h2>{{ text }}</h2>
        {% if n % 3 %}{{ live_component("leaf", id="own-" ~ id, text=text) }}{% endif %}
        {% for key in keys %}
          <p id="{{ id }}-{{ key }}">{{ live_component("leaf", id=id ~ key, text=key) }}</p>
        {% endfor %}
        {% if inner %}{{ live_component("box", id=id ~ "i", text=n, keys=keys, inner=false) }}{% endif %}
        </div>{% endif %}"""

    async def mount(self) -> None:
        self.assign(n=0, turned=False)

    async def handle_event(self, event: str, params: Any) -> None:
        if event == "turn":
            self.assign(turned=not self.assigns.turned)
        else:
            self.assign(n=self.assigns.n + 1)


class BoxesLive(LiveView):
    """Has boxes that appear, disappear, move and change."""

    inline_template = """<h1>{{ title }}</h1>
        {% if left %}<div>{{ live_component("box", id="one", text=title, keys=keys, inner=inner) }}</div>
        {% elif right %}{{ live_component("box", id="one", text=title, keys=keys, inner=inner) }}{% endif %}
        <ul>{% for key in keys %}<li id="{{ key }}">
          {{ live_component("box", id=key, text=key, keys=[], inner=inner) }}</li>{% endfor %}</ul>
        {% for key in keys if right %}{{ live_component("leaf", id=key, text=title) }}{% endfor %}"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(title="t", left=True, right=False, inner=False, keys=["a", "b"])

    async def handle_event(self, event: str, params: Any) -> None:
        keys, number = self.assigns["keys"], params["number"]
        at = number % (len(keys) + 1)
        match event:
            case "left" | "right" | "inner":
                self.assign(**{event: not self.assigns[event]})
            case "title":
                self.assign(title=f"t{number}")
            case "insert" if "abcdefg"[number % 7] not in keys:
                self.assign(keys=[*keys[:at], "abcdefg"[number % 7], *keys[at:]])
            case "remove":
                self.assign(keys=keys[:at] + keys[at + 1 :])
            case "reverse":
                self.assign(keys=keys[::-1])
            case "update":
                self.send_update("box", id="one", text=f"sent {number}")


NAMES = ["left", "right", "inner", "title", "insert", "remove", "reverse", "update", "turn", "more"]
EXAMPLES = int(os.environ.get("RENDERING_EXAMPLES", "60"))
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # without shrinking: an example has hundreds of frames
EVENTS = st.tuples(
    st.sampled_from(NAMES),
    st.integers(0, 30),
)


@pytest.mark.timeout(120 + EXAMPLES)
@settings(max_examples=EXAMPLES, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(EVENTS, min_size=1, max_size=5), min_size=1, max_size=10))
async def test_browser_shows_what_a_fresh_render_would(
    client_merge: ClientMerge, bursts: list[list[tuple[str, int]]]
) -> None:
    app = Quart("boxes")
    app.secret_key = "for tests"
    live = QuartLive(app)
    live.route("/", BoxesLive)
    expected: list[str] = []
    shown: list[str] = []
    async with LiveViewTest(app, "/") as page:
        for burst in bursts:
            for event, number in burst:
                send(page, event, number)
            await page.settle()
            await page.settle()
            rendering = page.channel.joined()[1]
            expected.append(fresh_html(page.view, rendering.components, live))
            assert without_cids(page.html) == expected[-1]
            assert page.channel.current_html() == expected[-1]
            shown.append(without_cids(client_merge.replay(replayed(page))[-1]))
            tree = page.tree
            assert tree is not None
            kept = {cid for cid in range(1, 200) if cid in rendering.components.table}
            assert kept == tree.shown_components() == tree.components()
    assert shown == expected


def send(page: LiveViewTest, event: str, number: int) -> None:
    """Send an event without waiting for its answer."""
    payload: dict[str, Any] = {"type": "click", "event": event, "value": {"number": number}}
    if event in ("turn", "more"):
        payload["cid"] = number + 1  # may be a leaf, a box, or nothing any more
    page.socket.send(page.join_ref, page.socket.next_ref(), page.topic, "event", payload)


def without_cids(html: str) -> str:
    """HTML as the server makes it, before the client puts its attributes in."""
    return re.sub(r' data-phx-(component|view|id)="[^"]*"', "", html)


class Known:
    """Places components under the cids that they have."""

    def __init__(self, components: Components) -> None:
        self._components = components

    def place(self, component: Any, id: Any, assigns: dict[str, Any]) -> int:
        """The cid of a component that has been placed before."""
        placed = self._components.get(component, id)
        assert placed is not None
        return placed.cid


def fresh_html(view: LiveView, components: Components, live: QuartLive) -> str:
    """Return the HTML of a fresh view with fresh components."""
    known = Known(components)

    def tree(target: LiveView | LiveComponent) -> Node:
        return Renderer(live.runtime.templates.of(target), known).render(state_of(target).assigns.values)

    class Trees(dict[int, Node]):
        def __contains__(self, cid: object) -> bool:
            return cid in components.table

        def __getitem__(self, cid: int) -> Node:
            placed = components.get(cid)
            assert placed is not None
            return tree(placed.component)

    return to_html(tree(view), Trees())

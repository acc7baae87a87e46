"""A counter that lives on the server: the first live view."""

import json
from typing import Any

from quart_live import LiveView

SECONDS_BETWEEN_TICKS = 3

MODIFIER_KEYS = {"altKey": "Alt", "ctrlKey": "Ctrl", "metaKey": "Meta", "shiftKey": "Shift"}


class CounterLive(LiveView):
    """A counter of clicks and of clock ticks, which also shows what an event carries."""

    inline_template = """
    <section class="card" aria-label="{{ name or 'Counter' }}">
      {% if name %}<h2>{{ name }}</h2>{% else %}<h1>Counter</h1>{% endif %}
      <p class="count">clicked {{ clicks }} times</p>
      <p class="muted">ticked {{ ticks }} times</p>
      <p class="actions">
        <button type="button" class="primary" phx-click="increment">Increment</button>
        <button type="button" phx-click="fail">Raise an error</button>
      </p>
      {% if click %}
      <dl class="facts">
        <dt>Keys held</dt><dd>{{ click.held }}</dd>
        <dt>On the page</dt><dd>{{ click.page }}</dd>
        <dt>On the screen</dt><dd>{{ click.screen }}</dd>
      </dl>
      {% endif %}
    </section>

    {% if not name %}
    <form id="order" class="card" phx-change="order">
      <h2>What a form sends</h2>
      <label>Name <input name="order[name]" value="{{ order.name }}" autocomplete="off"></label>
      <fieldset>
        <legend>Drinks</legend>
        {% for drink in ["Tea", "Coffee"] %}
        <label><input type="checkbox" name="order[drinks][]" value="{{ drink }}"
          {% if drink in order.drinks %}checked{% endif %}> {{ drink }}</label>
        {% endfor %}
      </fieldset>
      <pre aria-label="What arrived">{{ arrived }}</pre>
    </form>
    {% endif %}
    """

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        """Start both numbers at 0. `name` is given by a page that embeds this view."""
        self.assign(name=session.get("name"), clicks=0, ticks=0, click=None)
        self.assign(order={"name": "", "drinks": []}, arrived="Nothing yet.")
        if not self.assigns.name:
            self.assign(page_title="Counter")
        # The first render has no socket, so its ticks would reach no page.
        if self.connected:
            self.send_interval("ticks", SECONDS_BETWEEN_TICKS)

    async def handle_event(self, event: str, params: dict[str, Any]) -> None:
        """Count a click, show what a form has sent, or fail on purpose."""
        if event == "increment":
            self.assign(click=describe(params))
            self.send_self("clicks")
        elif event == "order":
            self.assign(order={"name": "", "drinks": []} | params["order"])
            self.assign(arrived=json.dumps(params, indent=2, ensure_ascii=False))
        elif event == "fail":
            raise RuntimeError("This handler fails on purpose.")

    def handle_info(self, message: str) -> None:
        """Add one to the number that the message names: "clicks" or "ticks"."""
        self.assign(**{message: self.assigns[message] + 1})


def describe(click: dict[str, Any]) -> dict[str, str]:
    """Describe a click in words, from what `metadata` in app.js adds to the event."""
    held = [name for key, name in MODIFIER_KEYS.items() if click.get(key)]
    return {
        "held": ", ".join(held) or "none",
        "page": f"{click.get('pageX')}, {click.get('pageY')}",
        "screen": f"{click.get('screenX')}, {click.get('screenY')}",
    }

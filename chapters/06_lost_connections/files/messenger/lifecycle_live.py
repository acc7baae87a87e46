"""A page to break: it shows which text survives, and which callbacks of a hook are called."""

from secrets import token_hex
from typing import Any

from quart_live import LiveView


class LifecycleLive(LiveView):
    """Three fields for text, and a number with a hook that logs its callbacks."""

    inline_template = """
    <div class="page">
      <section class="card fields">
        <h1>What survives</h1>
        <div id="left-alone" phx-update="ignore">
          <label>Left to the browser <input autocomplete="off"></label>
        </div>
        <div><label>Shown by the server <input autocomplete="off"></label></div>
        <div id="left-alone-{{ made }}" phx-update="ignore">
          <label>Another one each time <input autocomplete="off"></label>
        </div>
      </section>
      <section class="card">
        <h2>What a hook hears</h2>
        {% if there %}<p id="number" phx-hook="Lifecycle">The number is {{ number }}.</p>{% endif %}
        <p class="actions">
          <button type="button" phx-click="add">Add one</button>
          <button type="button" phx-click="toggle">{{ "Take it away" if there else "Put it back" }}</button>
        </p>
        <ol id="heard" aria-label="Heard" phx-update="ignore"></ol>
      </section>
    </div>
    """

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        """Start the number at 0. `made` is a new text for each mounted view."""
        self.assign(page_title="What survives", made=token_hex(4), number=0, there=True)

    async def handle_event(self, event: str, params: dict[str, Any]) -> None:
        """Add one to the number, or toggle its element."""
        if event == "add":
            self.assign(number=self.assigns.number + 1)
        elif event == "toggle":
            self.assign(there=not self.assigns.there)

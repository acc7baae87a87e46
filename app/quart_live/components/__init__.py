"""Live components: parts of a view with a state, a template and handlers of their own.

    class CounterComponent(LiveComponent):
        inline_template = '''
          <p id="{{ id }}">{{ label }}: {{ count }}
            <button phx-click="more" phx-target="{{ myself }}">More</button></p>'''

        async def mount(self):
            self.assign(count=0)

        async def handle_event(self, event, params):
            self.assign(count=self.assigns.count + 1)

    class PageLive(LiveView):
        inline_template = '''{{ live_component("counter", id="apples", label=fruit) }}'''

        async def mount(self, params, session):
            self.assign(fruit="Apples")

A component lives in its view: it shares its mailbox, and an error in it ends the view. In the page it is one
element (its template must have exactly one around everything), and each one has a number in its view, the
*cid*, in templates ``myself``: ``phx-target="{{ myself }}"`` sends an event to it.

It is the same component as long as class and id are the same, wherever in the page it stands. When it is
placed first, `mount` runs; then, and whenever it is placed with other arguments, `update`. It is rendered
again only when something was assigned to it, and then alone.

Templates name a component in short (``"counter"``) or as its class is called; of several with that name the
one in the module of the view, or of the component around, is meant. Its class may be passed as well.

`LiveComponent` is the base class to write one, `Components` are those of a view, `Placed` is one of those.
"""

from .component import LiveComponent
from .components import Components
from .names import component_named
from .placed import Placed
from .updates import ComponentUpdate, SendsUpdates

__all__ = ["ComponentUpdate", "Components", "LiveComponent", "Placed", "SendsUpdates", "component_named"]

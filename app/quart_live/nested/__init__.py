"""Views inside views: ``{{ live_render("ClockLive", id="clock") }}`` in a live template.

    class ClockLive(LiveView):
        inline_template = "<time>{{ now }}</time>"

        async def mount(self, params, session):
            self.assign(now="")
            self.send_interval("tick", 1)

        def handle_info(self, message):
            self.assign(now=datetime.now().strftime("%X"))

    class DeskLive(LiveView):
        inline_template = '<h1>Desk</h1> {{ live_render("ClockLive", id="clock", session={"zone": zone}) }}'

A nested view is a view of its own: own channel, session and mailbox, and its failure is its own. It has no
address, so `handle_params` never runs, and its `push_patch` is handed to the page's main view; it ends with
its parent. With ``sticky=True`` it belongs to no parent and stays, state and all, while the user navigates
between pages that render it with the same id (a player, a call), even if it is the sticky view that sends the
user there. With ``linked=True`` its crash takes the parent down too.

`placing` writes the child's element into its parent's tree; a `ViewHandle` is the child as its parent knows
it, and the parent as the child does. ``channel/family.py`` keeps the families of a socket;
``channel/nested_failure.py`` keeps a child that cannot mount from freezing the page. Over HTTP children are
rendered whole, by ``http/first_render.py``.

Source of the shapes: Phoenix LiveView, ``lib/phoenix_live_view/static.ex`` (``nested_render``).
"""

from ..view.handle import ViewHandle
from .methods import FamilyMethods

__all__ = ["FamilyMethods", "ViewHandle"]

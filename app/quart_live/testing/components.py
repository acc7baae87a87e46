"""`render_component`: the HTML of a live component by itself, without a page around it.

html = await render_component(app, CounterComponent, id="apples", label="Apples")
assert "Apples: 0" in html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quart import Quart

from ..components import LiveComponent
from ..diffs.view_rendering import ViewRendering
from ..rendering.tree import to_html
from ..view.state import state_of
from ..view.view import LiveView

if TYPE_CHECKING:
    from ..extension.extension import QuartLive


async def render_component(
    app: Quart, component: type[LiveComponent] | str, /, *, id: Any, **assigns: Any
) -> str:
    """Mount, update and render a component with those inside it, as for a first page. Return its HTML.

    Args:
        app: the app, for its templates.
        component: the class, or its name.
        id: the id it is placed with.
        assigns: the other assigns it is placed with.

    Raises:
        LiveViewError: if there is no such component, or its template is not one element.
        MissingAssignError: if its template reads a name that is neither assigned nor global.
    """
    live: QuartLive = app.extensions["quart_live"]
    view = LiveView()
    host = state_of(view).host
    host.pubsub = live.pubsub
    components = ViewRendering(live.runtime.templates, view).components
    cid = components.place(component, id, {"id": id, **assigns})
    try:
        await components.settle(for_page=True)
        return to_html(cid, components.trees())
    finally:
        await host.let_go()

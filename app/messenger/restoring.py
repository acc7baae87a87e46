"""Forms that a browser hands back to a newly mounted view.

    class DashboardLive(RestoresForm):
        on_mount = (require_user, restoring)

        async def restore(self, fields):
            ...

In the template the form has `phx-hook`, with a hook made by `restoresForm` in static/hooks/restore.js.
"""

from typing import Any

from quart_live import CONTINUE, HALT, LiveView, MalformedEventError, decode_form

from .params import text_in

EVENT = "restore_state"
MOST_FIELDS = 1000


class RestoresForm(LiveView):
    """A view with a form that the browser can restore after a new mount."""

    async def restore(self, fields: dict[str, Any]) -> None:
        """Show the form with these fields again, as far as they are still valid."""
        raise NotImplementedError


async def restoring(view: RestoresForm, params: dict[str, Any], session: dict[str, Any], stage: str) -> None:
    """Let a view take its form back from the browser. For `on_mount`."""
    view.attach_hook("restoring", "handle_event", give_back)


async def give_back(view: RestoresForm, event: str, params: Any) -> Any:
    """Give the form to the view, and pass all other events on."""
    if event != EVENT:
        return CONTINUE
    await view.restore(form_in(params))
    return HALT


def form_in(params: Any) -> dict[str, Any]:
    """Return the fields that a hook has sent, nested as their names say; empty if they cannot be read."""
    try:
        return decode_form(text_in(params, "form"), MOST_FIELDS)
    except MalformedEventError:
        return {}

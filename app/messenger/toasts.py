"""Toasts: what happens elsewhere, told in a corner of the page, for a while.

A browser that shows notifications gets none: nobody wants to be told everything twice.
"""

from typing import Any

from quart_live import CONTINUE, HALT, LiveView

from .notifications import Note
from .params import text_in

MOST = 3


class ShowsToasts(LiveView):
    """A view with toasts."""

    def toast(self, note: Note) -> None:
        """Show a note, unless this browser tells it otherwise."""
        if self.connect_params.get("notifications") is True:
            return
        # Of two from the same place the newer one is shown.
        self.dismiss(note.url)
        self.assign(toasts=[*self.assigns.toasts[1 - MOST :], note])

    def dismiss(self, url: str) -> None:
        """Take away the toast that leads there."""
        self.assign(toasts=[note for note in self.assigns.toasts if note.url != url])


async def toasting(view: ShowsToasts, params: dict[str, Any], session: dict[str, Any], stage: str) -> None:
    """For `on_mount`: the view has no toasts yet, and takes away those that nobody wants to see any more."""
    view.assign(toasts=[])
    view.attach_hook("toasting", "handle_event", take_away)


async def take_away(view: ShowsToasts, event: str, params: Any) -> Any:
    """All other events go their way."""
    if event != "dismiss":
        return CONTINUE
    # A button says which; the Escape key means the newest.
    newest = view.assigns.toasts[-1].url if view.assigns.toasts else ""
    view.dismiss(text_in(params, "url") or newest)
    return HALT

"""Toasts: news of other conversations, shown for a while in a corner of the page.

A browser that shows notifications gets none, so that nothing is shown twice.
"""

from typing import Any

from quart_live import CONTINUE, HALT, LiveView

from .notifications import Note
from .params import text_in

MOST = 3


class ShowsToasts(LiveView):
    """A view with toasts."""

    def toast(self, note: Note) -> None:
        """Show a note as a toast, unless this browser shows notifications."""
        if self.connect_params.get("notifications") is True:
            return
        # Of two toasts of one conversation only the newer one is shown.
        self.dismiss(note.url)
        self.assign(toasts=[*self.assigns.toasts[1 - MOST :], note])

    def dismiss(self, url: str) -> None:
        """Remove the toast that leads to this address."""
        self.assign(toasts=[note for note in self.assigns.toasts if note.url != url])


async def toasting(view: ShowsToasts, params: dict[str, Any], session: dict[str, Any], stage: str) -> None:
    """Start without toasts, and let the user dismiss them. For `on_mount`."""
    view.assign(toasts=[])
    view.attach_hook("toasting", "handle_event", take_away)


async def take_away(view: ShowsToasts, event: str, params: Any) -> Any:
    """Dismiss a toast, and pass all other events on."""
    if event != "dismiss":
        return CONTINUE
    # A button names the address; the Escape key means the newest toast.
    newest = view.assigns.toasts[-1].url if view.assigns.toasts else ""
    view.dismiss(text_in(params, "url") or newest)
    return HALT

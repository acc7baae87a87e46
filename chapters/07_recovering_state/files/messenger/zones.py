"""Time zones of readers: each join brings that of the browser, in `static/joining.js`."""

from typing import Any
from zoneinfo import ZoneInfo

from quart_live import LiveView

from .params import text_in


async def in_their_zone(view: LiveView, params: dict[str, Any], session: dict[str, Any], stage: str) -> None:
    """Assign the browser's time zone as `zone`; None before the page has joined. For `on_mount`."""
    view.assign(zone=zone_named(text_in(view.connect_params, "time_zone")))


def zone_named(name: str) -> ZoneInfo | None:
    """Return the zone of this name, such as `Europe/Lisbon`; None if there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        # Unknown, not a name at all, or the name of a folder, such as `Europe`.
        return None

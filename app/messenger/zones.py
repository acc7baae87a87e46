"""Where on earth somebody reads: their browser says so with each join, in `static/joining.js`."""

from typing import Any
from zoneinfo import ZoneInfo

from quart_live import LiveView

from .params import text_in


async def in_their_zone(view: LiveView, params: dict[str, Any], session: dict[str, Any], stage: str) -> None:
    """For `on_mount`: the view finds a time zone in `assigns.zone`; None before the page has joined."""
    view.assign(zone=zone_named(text_in(view.connect_params, "time_zone")))


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of this name, such as `Europe/Lisbon`; None for what is none."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        # Unknown; not a name at all; the name of a folder, as `Europe` is.
        return None

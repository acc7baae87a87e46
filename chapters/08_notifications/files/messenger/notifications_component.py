"""The part of the dashboard that turns notifications of this browser on and off."""

from contextlib import suppress
from typing import Any

from quart_live import LiveComponent

from .errors import Invalid, Unavailable
from .notifications import Address, forget_device, keep_device, pusher
from .params import text_in

STATES = ("on", "off", "denied", "unsupported")


class NotificationsComponent(LiveComponent):
    """A part of the dashboard. A hook asks the browser for its push address; `device` is its session's id.

    Assigns:
        state: one of `STATES`; empty until the browser has sent it.
        reach: `always` if a push arrives, `never` if not, empty while that is not known.
    """

    async def mount(self) -> None:
        """Start with an unknown state, until the hook sends it."""
        self.assign(state="", reach="", key=pusher.public_key)

    async def handle_event(self, event: str, params: Any) -> None:
        """Take the state of the browser, which the hook sends first and after each change."""
        state, device = text_in(params, "state"), self.assigns.device
        if event != "device" or state not in STATES or device is None:
            return
        self.assign(state=state)
        if state != "on":
            self.assign(reach="")
            with suppress(Unavailable):
                await forget_device(device)
        elif text_in(params, "endpoint"):
            self.assign(reach=await self.keep(device, params))
        elif text_in(params, "problem"):
            self.assign(reach="never")

    async def keep(self, device: int, params: Any) -> str:
        """Store the push address of this browser. Returns `reach`."""
        hosts = pusher.settings.hosts if pusher.settings is not None else ()
        try:
            await keep_device(device, Address.in_params(params, hosts))
        except Unavailable:
            return ""
        except Invalid:
            return "never"
        return "always"

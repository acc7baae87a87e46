"""The part of the dashboard that says whether this browser shows notifications, and changes it."""

from contextlib import suppress
from typing import Any

from quart_live import LiveComponent

from .errors import Invalid, Unavailable
from .notifications import Address, forget_device, keep_device, pusher
from .params import text_in

STATES = ("on", "off", "denied", "unsupported")


class NotificationsComponent(LiveComponent):
    """Asks the browser, by a hook, and stores where it takes pushes. Is given `device`, a session's id.

    Assigns:
        state: one of `STATES`; empty until the browser has said it.
        reach: `always` when a push gets there, `never` when it does not, empty while that is not known.
    """

    async def mount(self) -> None:
        """The browser will say."""
        self.assign(state="", reach="", key=pusher.public_key)

    async def handle_event(self, event: str, params: Any) -> None:
        """The hook says how things are, and again whenever they change."""
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
        """Remember where this browser takes pushes. Returns how far we reach it."""
        hosts = pusher.settings.hosts if pusher.settings is not None else ()
        try:
            await keep_device(device, Address.in_params(params, hosts))
        except Unavailable:
            return ""
        except Invalid:
            return "never"
        return "always"

"""Pushes are sent in tasks of their own, so that no page waits for a push service."""

import asyncio
import logging
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar

from ..errors import Invalid
from .devices import devices_to_tell, forget_endpoint
from .models import Device
from .notes import Note
from .sending import send
from .settings import PushSettings

log = logging.getLogger(__name__)

AT_ONCE = 20
TIMEOUT = ClientTimeout(total=10)
# For a push service that is too busy: seconds before the second attempt, and before the third.
PAUSES = (2, 20)
MOST_WAITING = 1000

GONE = (404, 410)
TRY_AGAIN = (429, 500, 502, 503, 504)


class Pusher:
    """A sender of pushes, some at a time. It does nothing without settings or before `connect`."""

    def __init__(self) -> None:
        self.settings: PushSettings | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._http: ClientSession | None = None
        self._free = asyncio.Semaphore(AT_ONCE)

    def connect(self, settings: PushSettings | None) -> None:
        """Use these settings from now on."""
        self.settings = settings
        self._free = asyncio.Semaphore(AT_ONCE)

    @property
    def public_key(self) -> str:
        """The key that a browser needs to subscribe; empty without settings."""
        return self.settings.public_key if self.settings is not None else ""

    def tell(self, note: Note, conversation_id: int, besides: int, read_below: int = 0) -> None:
        """Push a note to members of a conversation, a little later. `devices_to_tell` has the arguments."""
        if self.settings is None:
            return
        if len(self._tasks) >= MOST_WAITING:
            log.warning("Too many pushes are waiting: %s is not pushed", note.tag)
            return
        telling = self._tell(self.settings, note, (conversation_id, besides, read_below))
        task = asyncio.create_task(telling, name=f"push {note.tag}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (problem := task.exception()):
            log.error("A note was not pushed", exc_info=problem)

    async def _tell(self, settings: PushSettings, note: Note, whom: tuple[int, int, int]) -> None:
        # A member with an open page may have read it meanwhile, and then needs no push.
        await asyncio.sleep(settings.after)
        devices = await devices_to_tell(*whom)
        pushes = [self._push(settings, note, device) for device in devices]
        for problem in await asyncio.gather(*pushes, return_exceptions=True):
            if isinstance(problem, Exception):
                log.error("A push has failed", exc_info=problem)

    async def _push(self, settings: PushSettings, note: Note, device: Device) -> None:
        """Push to one device, and try again if its push service is too busy."""
        host = urlsplit(device.endpoint).hostname
        for pause in (*PAUSES, None):
            outcome = await self._attempt(settings, note, device)
            if outcome in GONE:
                log.info("A device at %s has gone", host)
                await forget_endpoint(device.endpoint)
            elif outcome in TRY_AGAIN and pause is not None:
                await asyncio.sleep(pause)
                continue
            elif outcome >= 300:
                log.warning("%s answers %s to a push", host, outcome)
            return

    async def _attempt(self, settings: PushSettings, note: Note, device: Device) -> int:
        """Return the status of the answer; 503 if there was none, 404 if the address is no longer trusted."""
        if self._http is None:
            self._http = ClientSession(timeout=TIMEOUT, cookie_jar=DummyCookieJar())
        try:
            async with self._free:
                return await send(self._http, device, note, settings)
        except Invalid:
            return 404
        except (ClientError, TimeoutError, OSError) as problem:
            log.info("No answer to a push: %r", problem)
            return 503

    async def disconnect(self) -> None:
        """Stop. Pushes that are being sent get two seconds."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=2)
            for task in late:
                task.cancel()
        if self._http is not None:
            await self._http.close()
            self._http = None


pusher = Pusher()

"""One who has the messenger's conversation page open: what the page and its hooks say, without a browser."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import Callable
from html import unescape

from client import Viewer
from support.live_page import TOLD, LivePage, request
from support.reading_hook import ReadingHook

# As the client does with a view that has crashed.
REJOIN_AFTER = 1.0
PATIENCE = 120.0
# So long that the list of conversations, which cuts messages, does not show the number at the end.
TEXT = "hello from the bench, the quick brown fox jumps over the lazy dog, and over the fence, and back again, as long as the light lasts: message number {}."  # noqa: E501
MARK = b"message number "
NUMBERS = re.compile(rb"message number (\d+)\.")
IDS = re.compile(rb"message-(\d+)")


class Trouble:
    """The counts of what went wrong."""

    def __init__(self) -> None:
        self.crashes = 0
        self.refusals = 0
        self.put_off = 0


class Member:
    """A page.

    Args:
        host: host and port of the server.
        path: of the conversation.
        cookie: of who has signed in.
        arrived: called with this member, a message's number, and when it came.
        trouble: where to count what goes wrong.

    Attributes:
        page_bytes: the length of the page.
        reply_bytes: the length of the last join's reply.
        reads: whether the page is before somebody's eyes.
        has_read: how often it has said how far.
        joined: whether it has a view.
        to: where its outbox belongs, as the page says.
        trouble: what goes wrong is counted there.
        seen: the numbers of all messages that have arrived.
    """

    viewer: Viewer
    page: LivePage
    to: str

    def __init__(
        self,
        host: str,
        path: str,
        cookie: str,
        arrived: Callable[[Member, int, float], None],
        trouble: Trouble,
    ) -> None:
        self._host, self._path, self._cookie = host, path, cookie
        self._arrived, self.trouble = arrived, trouble
        self.page_bytes = self.reply_bytes = 0
        self.reads, self.has_read = True, 0
        self.joined = asyncio.Event()
        self.seen: set[int] = set()
        self._hook = ReadingHook(self._read)
        self._waiting: dict[str, str] = {}

    def look_at(self, path: str) -> None:
        """Get some page, as a browser that has come for the first time."""
        request(self._host, path, self._cookie)

    def fetch(self) -> None:
        """Get the conversation's page, and take from it what its scripts take."""
        self.page = LivePage.request(self._host, self._path, self._cookie)
        self.page_bytes = len(self.page.html.encode())
        outbox = re.search(r'data-name="outbox:([^"]*)"', self.page.html)
        if outbox is None:
            raise RuntimeError(f"{self._path} is not a conversation: {self.page.html[:300]}")
        self.to = unescape(outbox[1])

    async def come(self) -> None:
        """Open a socket and join."""
        host, port = self._host.split(":")
        make = lambda: Viewer(self._host, self.page.socket, self.page.cookie, self.on_frame)  # noqa: E731
        _, self.viewer = await asyncio.get_running_loop().create_connection(make, host, int(port))
        await self.viewer.opened
        self.joined.clear()
        self.join()
        async with asyncio.timeout(PATIENCE):
            await self.joined.wait()

    def join(self) -> None:
        """Join with what static/joining.js tells."""
        self.viewer.send(self.page.join(**TOLD))

    def on_frame(self, viewer: Viewer, payload: bytes, now: float) -> None:
        """Take what the server says."""
        found = MARK in payload
        if found:
            for number in NUMBERS.findall(payload):
                if (one := int(number)) not in self.seen:
                    self.seen.add(one)
                    self._arrived(self, one, now)
        if not self.joined.is_set() and b'"rendered"' in payload:
            self._joined(payload)
            found = True
        if found and self.reads:
            self._hook.look(max(map(int, IDS.findall(payload)), default=0))
        if not found and (b'"phx_error"' in payload or b'"phx_close"' in payload):
            self._crashed(viewer)
        if b'"phx_reply"' in payload and (self._waiting or b'"status":"error"' in payload):
            self._answered(viewer, payload)

    def _joined(self, payload: bytes) -> None:
        self.reply_bytes = len(payload)
        self._hook.begin()
        self.joined.set()
        # What nobody has answered is sent again, with the same key.
        for ref, frame in list(self._waiting.items()):
            self._push(ref, frame)

    def _crashed(self, viewer: Viewer) -> None:
        self.trouble.crashes += 1
        self.joined.clear()
        asyncio.get_running_loop().call_later(REJOIN_AFTER, self._rejoin, viewer)

    def _rejoin(self, viewer: Viewer) -> None:
        if viewer is self.viewer:
            self.join()

    def _answered(self, viewer: Viewer, payload: bytes) -> None:
        _, ref, _, _, answer = json.loads(payload)
        if answer["status"] == "error" and ref == self.page.join_ref:
            self._crashed(viewer)
            return
        frame = self._waiting.pop(ref, "")
        response = answer["response"]
        said = (response.get("diff") or {}).get("r") or {} if frame and isinstance(response, dict) else {}
        if "later" in said:
            self.trouble.put_off += 1
            asyncio.get_running_loop().call_later(said["later"], self._push, ref, frame)
        elif "refused" in said or answer["status"] == "error":
            self.trouble.refusals += 1

    def _push(self, ref: str, frame: str) -> None:
        self._waiting[ref] = frame
        self.viewer.send(frame)

    def say(self, number: int) -> None:
        """Send a message as the hook Outbox does."""
        value = {"key": str(uuid.uuid4()), "content": TEXT.format(number), "to": self.to}
        ref, frame = self.page.hook_event("send", value)
        self._push(ref, frame)

    def _read(self, newest: int) -> None:
        self.has_read += 1
        self.viewer.send(self.page.hook_event("read", {"to": newest})[1])

    def drop(self) -> None:
        """Cut the line. Nothing is said until it is back."""
        self._hook.end()
        self.viewer.drop()

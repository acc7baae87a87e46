"""`WireTap`: the frames of a page's sockets, as Playwright reports them."""

from __future__ import annotations

from playwright.async_api import Page, WebSocket

from course.lab.link.decoder import Decoded, Decoder
from course.lab.link.frames import Direction, Frame


class WireTap:
    """A record of the frames on every WebSocket of one page.

    Attributes:
        frames: all frames since the page was made, oldest first.
        closed_sockets: the number of sockets that ended while the page stayed.
    """

    def __init__(self, who: str, page: Page) -> None:
        self.who = who
        self.frames: list[Frame] = []
        self.closed_sockets = 0
        self._live: set[WebSocket] = set()
        page.on("websocket", self._on_socket)

    def forget_sockets(self) -> None:
        """Note that all sockets have ended, because the page was left."""
        for socket in list(self._live):
            self._end(socket, "the page was left, and its socket with it")

    @property
    def open_sockets(self) -> int:
        """The number of sockets that the page has open now."""
        return len(self._live)

    def _on_socket(self, socket: WebSocket) -> None:
        decoder = Decoder()
        began = False

        def on_frame(direction: Direction, raw: str | bytes) -> None:
            nonlocal began
            # Playwright reports a failed attempt as a socket as well, so we count a socket from its first
            # frame on, and once: a frame that is reported after the page was left must not count it again.
            if not began:
                began = True
                self._live.add(socket)
                self._note("sent", Decoded("", "opened", "a socket is open"), 0)
            size = len(raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogatepass"))
            self._note(direction, decoder.decode(raw, sent=direction == "sent"), size)

        def on_close(_: WebSocket) -> None:
            if socket in self._live:
                self.closed_sockets += 1
                self._end(socket, "the socket is closed")

        socket.on("framesent", lambda raw: on_frame("sent", raw))
        socket.on("framereceived", lambda raw: on_frame("received", raw))
        socket.on("close", on_close)

    def _end(self, socket: WebSocket, meaning: str) -> None:
        self._live.discard(socket)
        self._note("received", Decoded("", "closed", meaning), 0)

    def _note(self, direction: Direction, part: Decoded, size: int) -> None:
        self.frames.append(Frame.of(self.who, direction, part, size))

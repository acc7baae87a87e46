"""The frames on the wire, as the page sent and received them, each with what it means."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from course.lab.link.decoder import Decoded, Decoder

if TYPE_CHECKING:
    from playwright.async_api import Page, WebSocket

Direction = Literal["sent", "received"]


@dataclass(frozen=True)
class Frame:
    """One frame, or the opening or end of a socket.

    Attributes:
        who: the person whose page it was.
        direction: ``"sent"`` by the page to the server, or ``"received"`` from it.
        event: the protocol's event name, such as ``phx_join``, ``event`` or ``diff``.
        kind: what it is for a reader: ``join``, ``rendered``, ``event``, ``diff``, ``reply``, ``patch``,
            ``leave``, ``heartbeat``, ``crash``, ``error``, ``close``, ``text``; ``opened`` and ``closed`` for
            the socket itself; ``page`` for a page that was loaded, which the stage shows as well.
        topic: the channel, such as ``lv:phx-GBrPaMz0QN4x``; empty when there is none.
        payload: the decoded JSON payload, or the raw text of frames that are not ours.
        size: bytes of the frame's payload, UTF-8.
        meaning: one phrase.
        join_ref: the join this frame belongs to.
        ref: the request this frame makes or answers.
        at: seconds on a monotonic clock.
    """

    who: str
    direction: Direction
    event: str
    kind: str
    topic: str
    payload: Any
    size: int
    meaning: str
    join_ref: str | None = None
    ref: str | None = None
    at: float = field(default_factory=time.monotonic, compare=False)

    @classmethod
    def of(cls, who: str, direction: Direction, part: Decoded, size: int) -> Frame:
        """A frame that was taken apart just now."""
        return cls(
            who=who,
            direction=direction,
            event=part.event,
            kind=part.kind,
            topic=part.topic,
            payload=part.payload,
            size=size,
            meaning=part.meaning,
            join_ref=part.join_ref,
            ref=part.ref,
        )

    def __str__(self) -> str:
        arrow = "→" if self.direction == "sent" else "←"
        size = f" {self.size} B" if self.size else ""
        return f"{self.who} {arrow} {self.kind}{size}: {self.meaning}"

    # Lists of frames stand in reports, too.
    __repr__ = __str__


class WireTap:
    """Listens to every WebSocket of one page.

    Attributes:
        frames: all frames since the page was made, oldest first.
        closed_sockets: how many sockets ended while the page stayed.
    """

    def __init__(self, who: str, page: Page) -> None:
        self.who = who
        self.frames: list[Frame] = []
        self.closed_sockets = 0
        self._live: set[WebSocket] = set()
        page.on("websocket", self._on_socket)

    def forget_sockets(self) -> None:
        """The page is left, and its sockets with it."""
        for socket in list(self._live):
            self._end(socket, "the page was left, and its socket with it")

    @property
    def open_sockets(self) -> int:
        """How many sockets the page has open now."""
        return len(self._live)

    def _on_socket(self, socket: WebSocket) -> None:
        decoder = Decoder()
        began = False

        def on_frame(direction: Direction, raw: str | bytes) -> None:
            nonlocal began
            # An attempt that fails is a socket to the browser too; ours begins with its first frame. And only
            # once: frames that are told when the page has been left make it no socket of the next one.
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

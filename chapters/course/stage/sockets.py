"""The messages in the bytes of a WebSocket that somebody else speaks."""

from __future__ import annotations

from collections.abc import Iterator

from websockets.exceptions import WebSocketException
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from course.lab.link.decoder import Decoder
from course.stage.tap import Tap


class Listener:
    """Reads along in one direction.

    Args:
        masked: whether it is the browser's direction; browsers mask what they send.
    """

    def __init__(self, *, masked: bool) -> None:
        self._masked = masked
        self._stream = StreamReader()
        self._parser = Frame.parse(self._stream.read_exact, mask=masked)
        self._parts: list[bytes] = []
        self._text = True
        self._lost = False

    def hear(self, data: bytes) -> Iterator[str | bytes]:
        """The messages that are complete with these bytes."""
        if self._lost:
            return
        self._stream.feed_data(data)
        while True:
            try:
                next(self._parser)
                return
            except StopIteration as done:
                frame: Frame = done.value
                self._parser = Frame.parse(self._stream.read_exact, mask=self._masked)
            except WebSocketException:
                # Whoever speaks like this is told so by the other side; we only stop listening.
                self._lost = True
                return
            if (message := self._take(frame)) is not None:
                yield message

    def _take(self, frame: Frame) -> str | bytes | None:
        """Join the parts of a message; pings, pongs and closes are none."""
        if frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return None
        if frame.opcode is not Opcode.CONT:
            self._text = frame.opcode is Opcode.TEXT
        self._parts.append(bytes(frame.data))
        if not frame.fin:
            return None
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole.decode("utf-8", "replace") if self._text else whole


class Conversation:
    """One WebSocket of a page, both directions."""

    def __init__(self, tap: Tap) -> None:
        self._tap = tap
        self._decoder = Decoder()
        self._sent = Listener(masked=True)
        self._received = Listener(masked=False)
        self._open = True
        tap.opened()

    def sent(self, data: bytes) -> None:
        """The page has sent these bytes; none means that it has closed its side."""
        if not data:
            self.ended()
        for message in self._sent.hear(data):
            self._tap.note("sent", self._decoder.decode(message, sent=True), _size(message))

    def received(self, data: bytes) -> None:
        """The page gets these bytes; none means that the server has closed its side."""
        if not data:
            self.ended()
        for message in self._received.hear(data):
            self._tap.note("received", self._decoder.decode(message, sent=False), _size(message))

    def ended(self) -> None:
        """The socket is closed; further calls do nothing."""
        if self._open:
            self._open = False
            self._tap.closed()


def _size(message: str | bytes) -> int:
    return len(message if isinstance(message, bytes) else message.encode())

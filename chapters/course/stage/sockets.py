"""The messages in the bytes of a WebSocket between a browser and a server."""

from __future__ import annotations

from collections.abc import Iterator

from websockets.exceptions import WebSocketException
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from course.lab.link.decoder import Decoder
from course.stage.tap import Tap


class Listener:
    """Reads one direction of a WebSocket.

    Args:
        masked: whether it is the browser's direction; browsers mask their frames.
    """

    def __init__(self, *, masked: bool) -> None:
        self._masked = masked
        self._stream = StreamReader()
        self._parser = Frame.parse(self._stream.read_exact, mask=masked)
        self._parts: list[bytes] = []
        self._text = True
        self._lost = False

    def hear(self, data: bytes) -> Iterator[str | bytes]:
        """Take more bytes; yield the messages that are complete with them."""
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
                # The other side refuses such bytes; we only stop reading.
                self._lost = True
                return
            if (message := self._take(frame)) is not None:
                yield message

    def _take(self, frame: Frame) -> str | bytes | None:
        """Join the parts of a message; return None for pings, pongs, closes and parts before the last."""
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
    """One WebSocket of a page, in both directions."""

    def __init__(self, tap: Tap) -> None:
        self._tap = tap
        self._decoder = Decoder()
        self._sent = Listener(masked=True)
        self._received = Listener(masked=False)
        self._open = True
        tap.opened()

    def sent(self, data: bytes) -> None:
        """Take bytes that the page has sent; an empty chunk means that it has closed its side."""
        if not data:
            self.ended()
        for message in self._sent.hear(data):
            self._tap.note("sent", self._decoder.decode(message, sent=True), _size(message))

    def received(self, data: bytes) -> None:
        """Take bytes that the server has sent; an empty chunk means that it has closed its side."""
        if not data:
            self.ended()
        for message in self._received.hear(data):
            self._tap.note("received", self._decoder.decode(message, sent=False), _size(message))

    def ended(self) -> None:
        """Note that the socket is closed; further calls do nothing."""
        if self._open:
            self._open = False
            self._tap.closed()


def _size(message: str | bytes) -> int:
    return len(message if isinstance(message, bytes) else message.encode())

"""Frames of the wire: ``[join_ref, ref, topic, event, payload]``.

    >>> parse_text('["4","5","lv:phx-1","event",{"type":"click"}]').event
    'event'
    >>> reply("4", "5", "lv:phx-1", "ok", {})
    '["4","5","lv:phx-1","phx_reply",{"status":"ok","response":{}}]'

`FrameWriter` keeps what does not change between the frames of one channel, because a frame that goes to
hundreds of viewers should cost no more than joining two strings.

Source of the format: phoenix, ``lib/phoenix/socket/serializers/v2_json_serializer.ex``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, NoReturn

import orjson

from ..errors import FrameTooBigError, MalformedFrameError, TooDeepError
from ..js import JS
from ..wellformed import dumps, loads
from .asgi import Event
from .json_depth import MAX_JSON_DEPTH, is_too_deep

MAX_REF = 64
MAX_NAME = 256


@dataclass(slots=True)
class Message:
    """A frame from a client.

    Attributes:
        join_ref: the ref of the join that it belongs to.
        ref: the message's own ref.
        topic: the topic.
        event: the name of the event.
        payload: parsed JSON, or `bytes` of a binary frame.
        load: its weight while it waits for its view, see `quart_live.socket.budgets.Load`.
    """

    join_ref: str | None
    ref: str | None
    topic: str
    event: str
    payload: Any
    load: object = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TooLong:
    """The payload of an event whose frame was too long; nothing of it was read.

    Attributes:
        size: the length of the frame in characters.
    """

    size: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The payload of an event or a join that no official client can have sent.

    Attributes:
        why: the reason.
    """

    why: str


def to_json(value: Any) -> str:
    """Return JSON text of ``value``; `orjson.Fragment` values go in as they are, `JS` commands as lists."""
    return to_json_bytes(value).decode()


def to_json_bytes(value: Any) -> bytes:
    """Return JSON of ``value`` as bytes, as `to_json`."""
    return dumps(value, default=_encode_commands)


def end_of_diff(diff: dict[str, Any]) -> bytes:
    """Return the bytes of a ``diff`` push after `FrameWriter.diff_head`, the same on every channel."""
    return to_json_bytes(diff) + b"]"


def _encode_commands(value: object) -> list[Any]:
    if isinstance(value, JS):
        return list(value)
    raise TypeError


def parse_text(text: str, max_depth: int = MAX_JSON_DEPTH) -> Message:
    """Read a text frame.

    Args:
        text: the frame.
        max_depth: how deep its JSON may be nested.

    Raises:
        MalformedFrameError: if it is not five values of the right kinds.
        TooDeepError: if its JSON is nested deeper.
    """
    try:
        fields = loads(text)
    except orjson.JSONDecodeError as error:
        if "depth" in str(error) or "recursion" in str(error).lower():  # orjson's own bound, far above ours
            raise TooDeepError("nested too deep") from error
        raise MalformedFrameError("not JSON") from error
    if not isinstance(fields, list) or len(fields) != 5:
        raise MalformedFrameError("not an array of five")
    if is_too_deep(text, fields, max_depth):
        raise TooDeepError("nested too deep")
    join_ref, ref, topic, event, payload = fields
    return Message(_ref(join_ref), _ref(ref), _name(topic), _name(event), payload)


def read(event: Event, max_bytes: int, max_depth: int) -> Message:
    """Read the frame of an ASGI event.

    Args:
        event: a ``websocket.receive``.
        max_bytes: how long a frame may be. A longer event or join gets `TooLong` as its payload: if the
            socket were closed, the client would send the form or the join again, and be closed again.
        max_depth: how deep its JSON may be nested. A deeper event or join gets `Unreadable`.

    Raises:
        FrameTooBigError: if another frame is too long.
        TooDeepError: if the JSON of another frame is nested deeper.
        MalformedFrameError: if the official client cannot have sent it.
    """
    text, data = event.get("text"), event.get("bytes")
    if text is None:
        if len(data or b"") > max_bytes:
            raise FrameTooBigError("a frame is too big")
        return parse_binary(data or b"")
    if len(text) <= max_bytes and (
        len(text) * 4 <= max_bytes or len(text.encode(errors="replace")) <= max_bytes
    ):
        try:
            return parse_text(text, max_depth)
        except TooDeepError as error:
            return _unread(text, Unreadable(str(error))) or _raise(error)
    return _unread(text, TooLong(len(text))) or _raise(FrameTooBigError("a frame is too big"))


def _unread(text: str, instead: TooLong | Unreadable) -> Message | None:
    """Return the message with `instead` as its payload, if its head can be read."""
    head = _HEAD.match(text)
    return Message(head[1], head[2], head[3], head[4], instead) if head is not None else None


def _raise(error: Exception) -> NoReturn:
    raise error


_HEAD = re.compile(r'\["([^"\\]{1,64})","([^"\\]{1,64})","([^"\\]{1,256})","(event|phx_join)",')


def parse_binary(data: bytes) -> Message:
    """Read a binary frame (an upload chunk): kind 0, four lengths, four strings, then the raw data.

    Raises:
        MalformedFrameError: if the lengths do not fit the data.
    """
    if len(data) < 5 or data[0] != 0:
        raise MalformedFrameError("not a binary push")
    parts: list[str] = []
    position = 5
    for length in data[1:5]:
        part = data[position : position + length]
        if len(part) != length:
            raise MalformedFrameError("binary frame is too short")
        try:
            parts.append(part.decode())
        except UnicodeDecodeError as error:
            raise MalformedFrameError("binary frame with names that are not UTF-8") from error
        position += length
    join_ref, ref, topic, event = parts
    return Message(join_ref or None, ref or None, _name(topic), _name(event), data[position:])


def _ref(value: object) -> str | None:
    if value is None or (isinstance(value, str) and len(value) <= MAX_REF):
        return value
    raise MalformedFrameError("a ref must be a short string or null")


def _name(value: object) -> str:
    if isinstance(value, str) and 0 < len(value) <= MAX_NAME:
        return value
    raise MalformedFrameError("topic and event must be short strings")


def reply(join_ref: str | None, ref: str | None, topic: str, status: str, response: object) -> str:
    """Return a ``phx_reply`` frame. ``status`` is ``"ok"`` or ``"error"``."""
    return to_json([join_ref, ref, topic, "phx_reply", {"status": status, "response": response}])


class FrameWriter:
    """The writer of the frames of one channel, that is of one topic and one join.

    Args:
        join_ref: the ref of the join that the frames belong to; the client drops frames of another join.
        topic: the channel's topic.

    Attributes:
        diff_head: the first bytes of an unsolicited ``diff`` push; see `end_of_diff`.
    """

    __slots__ = ("_diff_head", "_head", "_join_ref", "_push_head", "_topic", "diff_head")

    def __init__(self, join_ref: str | None, topic: str) -> None:
        self._join_ref = to_json(join_ref)
        self._topic = to_json(topic)
        self._head = f"[{self._join_ref},"
        self._push_head = f"[{self._join_ref},null,{self._topic},"
        self._diff_head = f'{self._push_head}"diff",'
        self.diff_head = self._diff_head.encode()

    def diff(self, diff: object) -> str:
        """Return an unsolicited ``diff`` push."""
        return f"{self._diff_head}{to_json(diff)}]"

    def push(self, event: str, payload: object) -> str:
        """Return any other unsolicited push."""
        return f"{self._push_head}{to_json(event)},{to_json(payload)}]"

    def ok(self, ref: str | None, response: object) -> str:
        """Return the ok reply to the message ``ref``."""
        return self._reply(ref, '{"status":"ok","response":', response)

    def error(self, ref: str | None, response: object) -> str:
        """Return the error reply to the message ``ref``."""
        return self._reply(ref, '{"status":"error","response":', response)

    def closed(self) -> str:
        """Return ``phx_close``: this channel is gone and must not be joined again."""
        return f'{self._head}{self._join_ref},{self._topic},"phx_close",{{}}]'

    def crashed(self) -> str:
        """Return ``phx_error``: this channel has failed, and the client joins it again."""
        return f'{self._head}{self._join_ref},{self._topic},"phx_error",{{"reason":"channel_crash"}}]'

    def _reply(self, ref: str | None, opening: str, response: object) -> str:
        return f'{self._head}{to_json(ref)},{self._topic},"phx_reply",{opening}{to_json(response)}}}]'

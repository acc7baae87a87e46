"""`Frame`: a frame on the wire, as a page has sent or received it, with its meaning."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Literal

from course.lab.link.decoder import Decoded

Direction = Literal["sent", "received"]


@dataclass(frozen=True)
class Frame:
    """One frame, or the opening or end of a socket.

    Attributes:
        who: the name of the person whose page it was.
        direction: ``"sent"`` by the page to the server, or ``"received"`` from it.
        event: the protocol's event name, such as ``phx_join``, ``event`` or ``diff``.
        kind: the kind that readers see: ``join``, ``rendered``, ``event``, ``diff``, ``reply``, ``patch``,
            ``leave``, ``heartbeat``, ``crash``, ``error``, ``close``, ``text``; ``opened`` and ``closed`` for
            the socket itself; ``page`` for a page that was loaded, which the stage shows as well.
        topic: the topic of the channel, such as ``lv:phx-GBrPaMz0QN4x``; empty when there is none.
        payload: the decoded JSON payload, or the raw text of a frame that is not of the protocol.
        size: bytes of the frame's payload, UTF-8.
        meaning: the meaning in one phrase.
        join_ref: the reference of the join that this frame belongs to.
        ref: the reference of the request that this frame makes or answers.
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
        """Make a frame from its decoded part."""
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

    # Reports show lists of frames as well.
    __repr__ = __str__

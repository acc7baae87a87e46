"""The conversation that all pages show."""

from __future__ import annotations

import os
from dataclasses import dataclass

WINDOW = 50
WORDS = "the quick brown fox jumps over the lazy dog "


@dataclass(frozen=True)
class Message:
    """One message."""

    id: int
    author: str
    at: str
    text: str


class Conversation:
    """Messages so far; a page shows the last `WINDOW` of them."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        for number in range(int(os.environ.get("BENCH_HISTORY", "10"))):
            self.add("ann", f"message {number} {WORDS * 2}")

    def add(self, author: str, text: str) -> Message:
        """Add a message."""
        message = Message(len(self.messages) + 1, author, "12:34", text)
        self.messages.append(message)
        return message

    def recent(self) -> list[Message]:
        """Those that a page shows."""
        return self.messages[-WINDOW:]

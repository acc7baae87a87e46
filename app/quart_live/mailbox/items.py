"""The items of a mailbox: messages for the view, steps of the engine, and an error that ends the view."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any


class Envelope:
    """A message on its way to `handle_info`; one envelope is shared by all its receivers.

    Attributes:
        topic: the PubSub topic it was sent to, ``None`` for timers and ``send_self``.
        message: the message itself. Receivers share it, so nobody may change it.
        shares: the diffs rendered of it, the `Shares` of :mod:`quart_live.diffs.fanout`; None before.
    """

    __slots__ = ("message", "shares", "topic")

    def __init__(self, message: object, topic: str | None = None) -> None:
        self.message = message
        self.topic = topic
        self.shares: Any = None


class Turn:
    """A step of the engine that waits for its turn between the view's messages; then the page is updated.

    Attributes:
        run: the function that does the step. It may return something to await.
        owner: the view, or the component, whose state it changes.
    """

    __slots__ = ("owner", "run")

    def __init__(self, run: Callable[[], Awaitable[None] | None], owner: object = None) -> None:
        self.run = run
        self.owner = owner


class Urgent:
    """An item that is taken even when the mailbox is full: it ends the view with ``error``."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error

"""Timers of a view: they post messages to its mailbox and end with it."""

from __future__ import annotations

import asyncio

from .endings import Part
from .items import Envelope
from .mailbox import Mailbox


class Timer:
    """A running timer. `cancel` stops it; a message that is already in the mailbox still arrives."""

    __slots__ = ("_envelope", "_handle", "_interval", "_timers")

    def __init__(self, timers: Timers, envelope: object, seconds: float, repeat: bool) -> None:
        self._timers = timers
        self._envelope = envelope
        self._interval = seconds if repeat else None
        self._handle: asyncio.TimerHandle | None = None
        if not timers.mailbox.closed:  # else it would go on for ever, as its view has ended
            self._arm(seconds)

    @property
    def active(self) -> bool:
        """Whether the timer will still fire."""
        return self._handle is not None

    def cancel(self) -> None:
        """Stop the timer. Does nothing if it was stopped, or has fired."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        self._timers.forget(self)

    def _arm(self, seconds: float) -> None:
        self._handle = asyncio.get_running_loop().call_later(seconds, self._fire)

    def _fire(self) -> None:
        # A view that is slower than its interval gets one tick at a time, not a growing number of them.
        if self._interval is None or self._envelope not in self._timers.mailbox:
            self._timers.mailbox.post(self._envelope)
        if self._interval is None:
            self._handle = None
            self._timers.forget(self)
        else:
            self._arm(self._interval)


class Timers:
    """All timers of one view."""

    __slots__ = ("_active", "mailbox")

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self._active: set[Timer] = set()

    def __len__(self) -> int:
        return len(self._active)

    def start(self, message: object, seconds: float, *, repeat: bool = False) -> Timer:
        """Post ``message`` for `handle_info` after ``seconds``, or every ``seconds``.

        Raises:
            ValueError: if ``seconds`` is negative, or zero for a repeating timer.
        """
        if seconds < 0 or (repeat and seconds == 0):
            raise ValueError(f"a timer needs a positive number of seconds, not {seconds!r}")
        return self.post_later(Envelope(message), seconds, repeat=repeat)

    def post_later(self, item: object, seconds: float, *, repeat: bool = False) -> Timer:
        """Post any item of the mailbox after ``seconds``, or every ``seconds``."""
        timer = Timer(self, item, seconds, repeat)
        if timer.active:
            self._active.add(timer)
            self.mailbox.on_end(Part.TIMERS, self.cancel_all)
        return timer

    def forget(self, timer: Timer) -> None:
        """Remove a timer that has ended; the timer calls this."""
        self._active.discard(timer)

    def cancel_all(self) -> None:
        """Stop all timers."""
        for timer in tuple(self._active):
            timer.cancel()

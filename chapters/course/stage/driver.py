"""`Driver`: the connection to the script in one person's page: it sends errands, and gets answers and news.

The messages go through the stage's own page, which has the frame and forwards them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import count
from typing import Any

from course.lab.person.page import View
from course.stage.errors import ActFailed
from course.stage.retry import with_second_tries

Message = dict[str, Any]

SECONDS_TO_ACT = 5.0
SECONDS_TO_OPEN = 15.0
# The longest time for the way there and back, and for a busy browser.
SECONDS_OF_SLACK = 5.0
# A pace of 1 types and moves so that a class can follow; 0 does all at once.
SECONDS_TO_POINT = 1.5
SECONDS_TO_TYPE = 0.12


class Errand:
    """One action to carry out in the page.

    Attributes:
        message: the message that was sent.
        begun: whether the page has found the element and begun to act.
        answer: the page's answer.
    """

    def __init__(self, message: Message) -> None:
        self.message = message
        self.begun = False
        self.answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()


class Driver:
    """Sends errands to one page, one after the other or several at once.

    Args:
        who: the person's name.
        send: called with each message for the person's frame.

    Attributes:
        url: the address of the page.
        documents: the number of pages that have been loaded.
        loaded: set while a page with our script is there.
        known: the page's live views, as it reported them last.
        pace: the pace of pointer and typing; 0 while a person arrives.
        seconds: the longest time to look for an element.
    """

    def __init__(self, who: str, send: Callable[[Message], None]) -> None:
        self.who = who
        self.url = ""
        self.documents = 0
        self.loaded = asyncio.Event()
        self.known: tuple[View, ...] = ()
        self.pace = 0.0
        self.seconds = SECONDS_TO_ACT
        self._outline = False
        self._send = send
        self._numbers = count(1)
        self._errands: dict[int, Errand] = {}
        self._new_document = asyncio.Event()
        self._document = ""

    async def do(
        self,
        action: str,
        steps: Sequence[Mapping[str, Any]] = (),
        *args: Any,
        seconds: float | None = None,
    ) -> Any:
        """Let the page carry out an action; return its answer.

        Args:
            action: the name of an action in ``act.js``.
            steps: the steps of the locator that finds the element.
            args: the arguments of the action.
            seconds: the longest time to look for the element; by default `self.seconds`.

        Raises:
            ActFailed: if there is no page, or no such element in time, or more than one. Within an act of the
                demo the teacher decides whether to try again.
        """
        return await with_second_tries(lambda: self._do(action, steps, args, seconds))

    async def _do(
        self, action: str, steps: Sequence[Mapping[str, Any]], args: Sequence[Any], seconds: float | None
    ) -> Any:
        await self._wait_for_page()
        seconds = self.seconds if seconds is None else seconds
        number = next(self._numbers)
        message = {
            "do": action,
            "id": number,
            "steps": [dict(step) for step in steps],
            "args": list(args),
            "ms": round(seconds * 1000),
            "pace": self.pace,
        }
        errand = self._errands[number] = Errand(message)
        self._send(message)
        typed = sum(len(arg) for arg in args if isinstance(arg, str))
        patience = seconds + SECONDS_OF_SLACK + self.pace * (SECONDS_TO_POINT + typed * SECONDS_TO_TYPE)
        try:
            async with asyncio.timeout(patience):
                return await errand.answer
        except TimeoutError:
            raise ActFailed(f"{self.who}'s page does not answer.", "Load the page again (⟳).") from None
        finally:
            del self._errands[number]

    async def open(self, url: str) -> None:
        """Load a page into the frame; return when its document is there.

        Raises:
            ActFailed: if no page came within fifteen seconds. Within an act the teacher decides, as in `do`.
        """
        await with_second_tries(lambda: self._open(url))

    async def _open(self, url: str) -> None:
        self._new_document.clear()
        self._send({"do": "open", "url": url})
        await self._wait_for_document(f"load {url}")

    async def leads_on(self, action: Awaitable[None]) -> None:
        """Await an action that loads another page; return when its document is there.

        Raises:
            ActFailed: if the action fails, or no page came within fifteen seconds.
        """
        self._new_document.clear()
        await action
        await self._wait_for_document("go to another page")

    def hear(self, message: Message) -> None:
        """Handle a message from the frame."""
        match message.get("say"):
            case "page":
                self._hear_page(message)
            case "views":
                if message.get("document") == self._document:
                    self._hear_views(message)
            case "url":
                self.url = str(message.get("url"))
            case "nothing":
                self.forget_page()
            case "leaving":
                self._hear_leaving(message)
            case "begun":
                if (errand := self._errands.get(int(message["id"]))) is not None:
                    errand.begun = True
            case "answer":
                self._hear_answer(message)

    def outline(self, on: bool) -> None:
        """Outline changes in this page and the next ones for a moment, or stop that."""
        self._outline = on
        self._send({"do": "outline", "on": on})

    def arrived(self) -> None:
        """Tell the page that the person is at their start page, so that the teacher gets the focus back."""
        self._send({"do": "arrived"})

    def forget_page(self) -> None:
        """Note that the frame is gone, or has no page with our script."""
        self.loaded.clear()
        self.known = ()

    async def _wait_for_document(self, what: str) -> None:
        try:
            async with asyncio.timeout(SECONDS_TO_OPEN):
                await self._new_document.wait()
        except TimeoutError:
            raise ActFailed(f"{self.who}'s page did not {what}.", "Is the server running?") from None

    async def _wait_for_page(self) -> None:
        try:
            async with asyncio.timeout(SECONDS_TO_OPEN):
                await self.loaded.wait()
        except TimeoutError:
            raise ActFailed(
                f"{self.who} has no page to act in.",
                "Is the stage open in a browser, and does the frame load?",
            ) from None

    def _hear_page(self, message: Message) -> None:
        self.url = str(message.get("url"))
        self._hear_views(message)
        if str(message.get("document")) == self._document and self.loaded.is_set():
            return  # the page is known
        self._document = str(message.get("document"))
        self.documents += 1
        self.loaded.set()
        self._new_document.set()
        if self._outline:
            self.outline(True)
        for errand in self._errands.values():
            if errand.answer.done():
                continue
            if errand.begun:
                errand.answer.set_result(None)
            else:
                # An errand that waited in the old page is sent to the new one.
                self._send(errand.message)

    def _hear_leaving(self, message: Message) -> None:
        if message.get("document") != self._document:
            return
        self.forget_page()
        for errand in self._errands.values():
            # A click that loads another page gets no answer of its own.
            if errand.begun and not errand.answer.done():
                errand.answer.set_result(None)

    def _hear_views(self, message: Message) -> None:
        self.known = tuple(
            View(str(v["id"]), bool(v["main"]), bool(v["nested"]), tuple(map(str, v["classes"])))
            for v in message.get("views", ())
        )

    def _hear_answer(self, message: Message) -> None:
        errand = self._errands.get(int(message["id"]))
        if errand is None or errand.answer.done():
            return
        if "problem" in message:
            errand.answer.set_exception(ActFailed(f"{self.who}'s page: {message['problem']}"))
        else:
            errand.answer.set_result(message.get("value"))

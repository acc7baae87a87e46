"""Faults, each with its proof: a function here returns only when the page shows the effect.

A check that makes a fault and then finds everything in order proves nothing unless the fault really happened.
So every fault looks: did the socket close, does the container have the error class, is there a new join on
the wire? If not, it raises `FaultDidNotHappen`.
"""

from __future__ import annotations

from collections.abc import Sequence

from course.lab.errors import FaultDidNotHappen
from course.lab.person.page import View
from course.lab.person.watched import Watched

CLIENT_ERROR = "phx-client-error"
SERVER_ERROR = "phx-server-error"

SECONDS_TO_SEE = 5.0
# The client waits up to five seconds between two attempts; a busy machine adds to that.
SECONDS_TO_RETURN = 20.0
SECONDS_TO_HANG = 0.4


class Before:
    """The state of a page before a fault."""

    def __init__(self, person: Watched, views: Sequence[View]) -> None:
        self.person = person
        self.views = {view.id for view in views if view.connected}
        self.sockets = person.open_sockets
        self.closed = person.closed_sockets
        self.mark = person.mark()

    @classmethod
    async def of(cls, person: Watched) -> Before:
        """Return the state of the page now."""
        return cls(person, await person.views())


async def see_lost(before: Before, what: str) -> None:
    """Wait until the page has lost its connection.

    A page with live views shows it in their classes, a page with plain sockets by their end, any other by
    a request that fails.

    Raises:
        FaultDidNotHappen: if the connection stays.
    """
    person = before.person

    def noticed(views: list[View]) -> bool:
        marked = all(CLIENT_ERROR in v.classes for v in views if v.id in before.views and not v.nested)
        return marked and person.closed_sockets - before.closed >= before.sockets

    if before.views or before.sockets:
        problem = _unseen(what, f"{person.name}'s page stays connected")
        await person.until(noticed, SECONDS_TO_SEE, lambda _: problem)
    elif person.on_a_page:
        answered, _, _ = await person.probe(SECONDS_TO_SEE)
        if answered:
            raise _unseen(what, f"the server still answers {person.name}")


async def see_back(person: Watched, mark: int, views: set[str], what: str) -> None:
    """Wait until the page is served again: every live view that was lost has joined anew and is connected.

    Args:
        person: the owner of the page.
        mark: a position in the frames from before the fix.
        views: the ids of the views that had lost their connection.
        what: the name of the fault that is over, for the message.

    Raises:
        FaultDidNotHappen: if the page is not served in time.
    """

    def back(now: list[View]) -> bool:
        since = person.frames_since(mark)
        joined = {frame.topic.removeprefix("lv:") for frame in since if frame.kind == "rendered"}
        # A reloaded page has other ids. Checks that must know whether it was reloaded use `person.loads`.
        same = {view.id for view in now} & views
        return all(view.connected for view in now) and same <= joined

    if views:
        problem = _unseen(what, f"{person.name}'s page has not returned")
        await person.until(back, SECONDS_TO_RETURN, lambda _: problem)
    elif person.on_a_page:
        answered, _, _ = await person.probe(SECONDS_TO_SEE)
        if not answered:
            raise _unseen(what, f"the server does not answer {person.name}")


def lost_views(views: Sequence[View]) -> set[str]:
    """Return the ids of the views that are marked as not connected; nested ones are left out."""
    return {view.id for view in views if not view.connected and not view.nested}


async def cut(person: Watched, *, reset: bool = True) -> None:
    """End this person's connections, and all new ones, until fixed.

    Raises:
        FaultDidNotHappen: if the page does not show the effect.
    """
    before = await Before.of(person)
    person.network.cut(reset=reset)
    await see_lost(before, "cut")


async def refuse(person: Watched) -> None:
    """End this person's connections in good order and refuse new ones until fixed.

    Raises:
        FaultDidNotHappen: if the page does not show the effect.
    """
    before = await Before.of(person)
    person.network.refuse()
    await see_lost(before, "refuse")


async def hang(person: Watched) -> None:
    """Keep this person's connections open and forward nothing until fixed.

    Raises:
        FaultDidNotHappen: if the page does not show the effect.
    """
    sockets, received = person.open_sockets, person.network.received
    person.network.hang()
    if person.on_a_page:
        answered, late, _ = await person.probe(SECONDS_TO_HANG)
        if answered or not late:
            raise _unseen("hang", f"{person.name}'s page still gets answers")
    if person.network.received != received and person.open_sockets < sockets:
        raise _unseen("hang", f"{person.name}'s connections did not stay open")


async def deafen(person: Watched) -> None:
    """Forward what this person sends, and no answer of the server, until fixed.

    Raises:
        FaultDidNotHappen: if the page does not show the effect.
    """
    sent, received = person.network.sent, person.network.received
    person.network.deafen()
    if person.on_a_page:
        answered, late, _ = await person.probe(SECONDS_TO_HANG)
        if answered or not late or person.network.received != received:
            raise _unseen("deafen", f"{person.name}'s page still gets answers")
        if person.network.sent == sent:
            raise _unseen("deafen", f"nothing that {person.name}'s page sends arrives")


async def delay(person: Watched, seconds: float) -> None:
    """Hold everything back for so many seconds each way, until fixed.

    Raises:
        FaultDidNotHappen: if the page does not show the effect.
    """
    person.network.delay(seconds)
    if person.on_a_page:
        answered, _, took = await person.probe(2 * seconds + SECONDS_TO_SEE)
        # The delay counts twice, there and back; a browser's clock is coarse on purpose.
        if not answered or took < 2 * seconds * 0.9:
            raise _unseen("delay", f"{person.name}'s page got its answer in {took:.2f} s")


async def fix(person: Watched) -> None:
    """Let this person's link forward everything again; return when the page's views have joined again.

    Raises:
        FaultDidNotHappen: if a view has not joined again.
        PageNotLive: if the page does not become live.
    """
    mark = person.mark()
    lost = lost_views(await person.views())
    await person.network.fix()
    await see_back(person, mark, lost, "fix")
    # A connection that hung may have been lost meanwhile. Then the client joins again as well.
    await person.live(SECONDS_TO_RETURN)


async def crash(person: Watched, topic: str, mark: int) -> None:
    """Wait until the page shows that the view of this topic crashed: it is marked, or has joined again.

    Raises:
        FaultDidNotHappen: if the page does not show the effect.
    """
    name = topic.removeprefix("lv:")

    def seen(views: list[View]) -> bool:
        since = [frame for frame in person.frames_since(mark) if frame.topic == topic]
        told = any(frame.kind == "crash" for frame in since)
        marked = any(view.id == name and SERVER_ERROR in view.classes for view in views)
        again = any(frame.kind == "join" for frame in since)
        return told and (marked or again)

    problem = _unseen("crash", f"{person.name}'s page shows no crashed view")
    await person.until(seen, SECONDS_TO_SEE, lambda _: problem)


def _unseen(what: str, seen: str) -> FaultDidNotHappen:
    message = f"The fault “{what}” was asked for, but {seen}."
    return FaultDidNotHappen(message, "The Lab did not make the fault, so nothing was tested. Try again.")

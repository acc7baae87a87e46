"""`what_survives`: which way of keeping state survives which fault, tried out on the page `keeping`.

    matrix = await what_survives(lab, "/conversations/2/keeping")
    matrix["Address"]["refresh"]          # "yes"

Before each fault a new word is written in all ways. So a word that an earlier fault has left behind is never
taken for one that has survived this fault. A stash in a store on the server is written a moment after the
reply to the handler; the fault waits for it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from course.lab.errors import FaultDidNotHappen
from course.lab.lab import Lab
from course.lab.person.person import Person
from course.lab.tables import CELL, Table
from course.lab.until import until

FAULTS = ("kill", "cut", "crash", "refresh", "other device")
YES, OFFERED, NO = "yes", "offered", "no"

Matrix = Mapping[str, Mapping[str, str]]

ROWS_JS = """() => [...document.querySelectorAll("[id^='row-']")].map(row => ({
  title: row.querySelector("label").innerText,
  word: row.querySelector("output").innerText,
  offered: row.querySelector("[data-offer]")?.checkVisibility() ?? false,
}))"""

WRITE_JS = """word => document.querySelectorAll("[id^='way-'] input").forEach(field => {
  field.value = word;
  field.dispatchEvent(new Event("input", { bubbles: true }));
})"""

WRITTEN_JS = """word => [...document.querySelectorAll("[id^='row-'] output")]
  .every(output => output.innerText === word)"""

STORED_JS = """async word => {
  const html = await (await fetch(location.href)).text();
  const fresh = new DOMParser().parseFromString(html, "text/html");
  return fresh.querySelector("#row-user output")?.textContent.trim() === word;
}"""

STORED_SECONDS = 5
"""The most seconds to wait until the database has a word."""

LOOKED_JS = """before => [...document.querySelectorAll("[role='status']")]
  .every(status => status.innerText !== before)"""


async def what_survives(lab: Lab, path: str, name: str = "Alice") -> Matrix:
    """Make each fault once, and return what each way of keeping state has kept.

    Args:
        lab: a Lab with the messenger of chapter 7 or a later one.
        path: the path of the page, such as ``/conversations/2/keeping``.
        name: the name of a user who may open it.

    Raises:
        FaultDidNotHappen: if the page has not joined again, or was reloaded by another fault than a refresh.
    """
    here, there = await lab.people(name, f"{name} on another device")
    for person in (here, there):
        await _open_page(lab, person, name, path)
    found: dict[str, dict[str, str]] = {}
    stores = True
    for fault in FAULTS:
        word = fault.replace(" ", "-")
        await here.page.evaluate(WRITE_JS, word)
        await here.page.wait_for_function(WRITTEN_JS, arg=word)
        stores = stores and await _is_stored(here, word)
        seen_on = await _make_fault(lab, fault, here, there)
        await _look(seen_on)
        for row in await seen_on.page.evaluate(ROWS_JS):
            kept = YES if row["word"] == word else OFFERED if row["offered"] else NO
            found.setdefault(row["title"], {})[fault] = kept
    return found


async def _open_page(lab: Lab, person: Person, name: str, path: str) -> None:
    """Open the page, and sign in if the app asks for that."""
    await person.goto(path)
    if urlsplit(person.page.url).path != path:
        await lab.sign_in(person, name)
        await person.goto(path)


async def _is_stored(person: Person, word: str) -> bool:
    """Wait until a new page would show the word of the stash in the database. Return whether it does."""

    async def look() -> bool:
        return bool(await person.page.evaluate(STORED_JS, word))

    try:
        # `wait_for_function` would take the promise of an async function for its result.
        return await until(look, bool, STORED_SECONDS, lambda _: TimeoutError())
    except TimeoutError:
        return False


async def _make_fault(lab: Lab, fault: str, here: Person, there: Person) -> Person:
    """Make the fault; return the person whose page to look at afterwards, when it is live again."""
    mark, loads = here.mark(), here.loads
    if fault == "other device":
        parts = urlsplit(here.page.url)
        await there.goto(f"{parts.path}?{parts.query}")
        return there
    happen: Mapping[str, Callable[[], Awaitable[object]]] = {
        "kill": lab.restart,
        "cut": lambda: _cut_and_fix(lab, here),
        "crash": lambda: lab.crash(here),
        "refresh": here.reload,
    }
    await happen[fault]()
    await here.live()
    joined = any(frame.kind == "join" for frame in here.frames_since(mark))
    if not joined or (here.loads > loads) != (fault == "refresh"):
        seen = f"The page has {'' if joined else 'not '}joined again, after {here.loads - loads} page loads."
        raise FaultDidNotHappen(
            f"{fault}: {seen}",
            "Each fault but the refresh must lead to a new join on a page that stays.",
        )
    return here


async def _cut_and_fix(lab: Lab, person: Person) -> None:
    await lab.cut(person)
    await lab.fix(person)


async def _look(person: Person) -> None:
    """Press “Look again” and wait: all that the page has sent by itself since it joined is answered then."""
    said = await person.page.get_by_role("status").filter(has_text="Looked").inner_text()
    await person.button("Look again").click()
    await person.page.wait_for_function(LOOKED_JS, arg=said)


def matrix_table(matrix: Matrix) -> Table:
    """Return the matrix as a table: a row for each way, a column for each fault."""
    rows = tuple((way, *(kept[fault] for fault in FAULTS)) for way, kept in matrix.items())
    return Table(("way", *FAULTS), (CELL,) * (len(FAULTS) + 1), rows, "Nothing was tried.")


def matrix_in(text: str) -> Matrix:
    """Read the matrix in a chapter's prose, which is the Markdown table whose first header is ``way``.

    Raises:
        ValueError: if there is none.
    """
    lines = iter(text.splitlines())
    for line in lines:
        if _cells(line)[:1] == ["way"]:
            faults = _cells(line)[1:]
            next(lines)
            found: dict[str, dict[str, str]] = {}
            for row in lines:
                if not row.startswith("|"):
                    return found
                way, *kept = _cells(row)
                found[way] = dict(zip(faults, kept, strict=True))
            return found
    raise ValueError("no table with the header “way”")


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")] if line.startswith("|") else []

"""Demos: ``chapters/NN_…/demo.py`` is one scenario, for the classroom, for pictures and for a test.

A demo has

* ``PEOPLE``: the names of its people;
* ``STARTS``: the path of each person's start page, ``{"Alice": "/counter", …}``; ``/`` for all others;
* ``async def acts(lab)``, an asynchronous generator: each ``yield`` is the caption of the act that follows.

From chapter 4 on a start page may ask people to sign in; `arrive` signs them in.

`course.lab.protocols` lists the methods that acts may use.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from course.errors import CourseError
from course.lab.messenger.sign_in import PAGE as SIGN_IN_PAGE
from course.lab.protocols import Lab, Person
from course.source.model import Chapter

NOBODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Demo:
    """A chapter's demo.

    Attributes:
        people: the names of its people, in the order of their places on the stage.
        starts: the path of each person's start page.
        captions: the captions of the acts, as they are in the file.
        acts: plays the acts in a Lab or on a stage.
    """

    people: tuple[str, ...]
    starts: Mapping[str, str]
    captions: tuple[str, ...]
    acts: Callable[[Any], AsyncIterator[str]]

    def start_of(self, name: str) -> str:
        """Return the path of this person's start page."""
        return self.starts.get(name, "/")


async def arrive(lab: Lab, person: Person, start: str) -> None:
    """Sign a person in if the start page that they have opened asks for that, and bring them back to it."""
    await person.live()
    if path_of(person.page.url) != SIGN_IN_PAGE:
        return
    await lab.sign_in(person)
    if path_of(person.page.url) != start:
        await person.goto(start)


def path_of(url: str) -> str:
    """Return the path of an address, without the query."""
    return urlsplit(url).path or "/"


def load_demo(chapter: Chapter) -> Demo:
    """Import a chapter's demo.

    Raises:
        CourseError: if it has none, or one that cannot be used.
    """
    path = chapter.path / "demo.py"
    spec = importlib.util.spec_from_file_location(f"parley_demo_{chapter.number:02}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise CourseError(f"Chapter {chapter.number} has no demo.", "See `course list` for the chapters.")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ModuleNotFoundError as problem:
        if (problem.name or "").split(".")[0] != "playwright":
            raise
        raise CourseError(
            f"{path} needs Playwright, which is not installed here.",
            "Import `Lab` and `Person` from `course.lab.protocols`; then the stage can play it.",
        ) from None
    if not hasattr(module, "acts"):
        raise CourseError(f"{path} has no `async def acts(lab)`.", "Each yield is the caption of an act.")
    return Demo(
        people=tuple(getattr(module, "PEOPLE", ("Alice", "Bob"))),
        starts=getattr(module, "STARTS", NOBODY),
        captions=captions_in(path),
        acts=module.acts,
    )


def captions_in(path: Path) -> tuple[str, ...]:
    """Return the captions that ``acts`` yields, in the order of its lines, without playing it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    acts = [
        node
        for node in tree.body
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef) and node.name == "acts"
    ]
    found = [node for function in acts for node in ast.walk(function) if isinstance(node, ast.Yield)]
    found.sort(key=lambda node: node.lineno)
    return tuple(
        node.value.value
        for node in found
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    )


async def play(
    chapter: Chapter, lab: Any, before_act: Callable[[int, str], Awaitable[None]] | None = None
) -> list[str]:
    """Play all acts in a Lab.

    Args:
        chapter: the chapter with the demo.
        lab: the Lab.
        before_act: awaited with each act's number and caption.

    Returns:
        The captions.

    Raises:
        CourseError: if the chapter has no demo, or one that cannot be used.
    """
    captions: list[str] = []
    async for caption in load_demo(chapter).acts(lab):
        captions.append(caption)
        if before_act is not None:
            await before_act(len(captions), caption)
    return captions

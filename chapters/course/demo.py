"""Demos: ``chapters/NN_…/demo.py`` is one scenario, for the classroom, for pictures and for a test.

A demo has ``async def acts(lab)``, an asynchronous generator: each ``yield`` is the caption of the act that
follows.
"""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator, Awaitable, Callable
from types import ModuleType
from typing import Any

from course.errors import CourseError
from course.model import Chapter


def load_demo(chapter: Chapter) -> ModuleType:
    """Imports a chapter's demo. Raises `CourseError` when it has none."""
    path = chapter.path / "demo.py"
    spec = importlib.util.spec_from_file_location(f"parley_demo_{chapter.number:02}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise CourseError(f"Chapter {chapter.number} has no demo.", "See `course list` for the chapters.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not hasattr(module, "acts"):
        raise CourseError(f"{path} has no `async def acts(lab)`.", "Each yield is the caption of an act.")
    return module


async def play(
    chapter: Chapter, lab: Any, before_act: Callable[[int, str], Awaitable[None]] | None = None
) -> list[str]:
    """Plays all acts in a Lab; ``before_act`` is awaited with each act's number and caption.

    Returns the captions.
    """
    captions: list[str] = []
    acts: AsyncIterator[str] = load_demo(chapter).acts(lab)
    async for caption in acts:
        captions.append(caption)
        if before_act is not None:
            await before_act(len(captions), caption)
    return captions

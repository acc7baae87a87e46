"""ARCHITECTURE.md of the engine: each file, each name and each room that it speaks of is there."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from support.definitions import defined

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "app" / "quart_live"
PAGE = (ENGINE / "ARCHITECTURE.md").read_text(encoding="utf-8")
FLOORS = PAGE.partition("## The floors")[2].partition("\n## ")[0]

FILES = sorted(set(re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.py|[a-z_]+\.py)`", PAGE)))
# One step of a walk, one row of a table, one seat; each may go on in the next line.
WALKS = PAGE.partition("## Three seats")[2]
STEPS = re.findall(r"^(?:\d+\. |\| |- \*\*).*\n(?: +.*\n)*", WALKS, re.MULTILINE)
IN_APPS = {"def handle_info", "handle_event", "assign", "terminate", "mount", "handle_params", "on_mount"}
OTHERS = {"phx_error", "QuartLive"}


def named(step: str) -> list[tuple[tuple[str, ...], str]]:
    """The names of a step, each with the files of that step, one of which has to define it."""
    files = tuple(file for file in re.findall(r"`([\w/]+\.py)`", step) if (ENGINE / file).is_file())
    names = re.findall(r"`([A-Z]\w*(?:\.\w+)?|[a-z_]+(?:\.[a-z_]+)?)`", step)
    return [(files, name) for name in names if files and not name.endswith(".py")]


NAMES = [pair for step in STEPS for pair in named(step) if pair[1] not in IN_APPS | OTHERS]


def test_it_leads_somewhere() -> None:
    """A test that looks at nothing would pass as well."""
    assert len(FILES) >= 40
    assert len(NAMES) >= 60


@pytest.mark.parametrize("file", FILES)
def test_a_file_is_there(file: str) -> None:
    assert (ENGINE / file).is_file() or (ROOT / file).is_file()


@pytest.mark.parametrize(("files", "name"), NAMES, ids=lambda given: given if isinstance(given, str) else "")
def test_a_name_is_defined_there(files: tuple[str, ...], name: str) -> None:
    assert any(name in defined(ENGINE / file) for file in files)


def test_the_floors_name_every_room_and_no_other() -> None:
    told = {room.rstrip("/").removesuffix(".py") for room in re.findall(r"`([a-z_]+(?:/|\.py))`", FLOORS)}
    files = {path.stem for path in ENGINE.glob("*.py")}
    folders = {path.parent.name for path in ENGINE.glob("*/__init__.py")}
    assert told == files | folders


def test_the_floors_are_those_that_are_held() -> None:
    """A room of the contract stands no lower on the page than the rooms that the contract puts below it."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(c["layers"] for c in contracts["contracts"] if c["id"] == "engine-floors")
    rows = re.findall(r"^\| (\d+) \| (.*?) \|", FLOORS, re.MULTILINE)
    floor = {
        name.rstrip("/").removesuffix(".py"): int(number)
        for number, rooms in rows
        for name in re.findall(r"`(.*?)`", rooms)
    }
    heights = [[floor[room.strip()] for room in re.split(r"[|:]", layer)] for layer in layers]
    for above, below in pairwise(heights):
        assert max(above) >= max(below)

"""What CONTRIBUTING says of the tool: each file and each name that it leads to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.definitions import defined

ROOT = Path(__file__).parents[2]
TOOL = ROOT / "chapters" / "course"
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## The tool, floor by floor")[2]
PAGE = PAGE.partition("\n## ")[0]

FILES = sorted(set(re.findall(r"`([a-z_]+(?:/[a-z_]+)*\.py)`", PAGE)))
# One step of a walk, or one row of the table of answers; a step may go on in the next line.
STEPS = re.findall(r"^(?:\d+\. |\| \w)(?:.*\n)(?:   .*\n)*", PAGE, re.M)
FOLDERS = {"static"}


def named(step: str) -> list[tuple[tuple[str, ...], str]]:
    """The names in a step, each with the files of that step, one of which defines it."""
    files = tuple(re.findall(r"`([\w/]+\.py)`", step))
    return [(files, name) for name in re.findall(r"`([A-Za-z][\w.]*)`", step) if not name.endswith(".py")]


NAMES = [(files, name) for step in STEPS for files, name in named(step) if name not in FOLDERS]


def test_it_leads_somewhere() -> None:
    """A test that looks at nothing would pass as well."""
    assert len(FILES) >= 25
    assert len(NAMES) >= 40


@pytest.mark.parametrize("file", FILES)
def test_a_file_is_there(file: str) -> None:
    assert (TOOL / file).is_file()


@pytest.mark.parametrize(("files", "name"), NAMES, ids=lambda given: given if isinstance(given, str) else "")
def test_a_name_is_defined_there(files: tuple[str, ...], name: str) -> None:
    assert any(name in defined(TOOL / file) for file in files)


def test_the_floors_are_those_that_are_held() -> None:
    """The table has each folder and file that the layers in pyproject.toml have, in the same order."""
    layers = re.search(r'containers = \["course"\].*?layers = \[(.*?)\]', pyproject(), re.S)
    assert layers is not None
    held = [name for line in re.findall(r'"([^"]+)"', layers[1]) for name in line.split(" | ")]
    table = re.findall(r"^\| (`.*?`) \|", PAGE.partition("###")[0], re.M)
    told = [name.removesuffix(".py") for row in table for name in re.findall(r"`([\w.]+)`", row)]
    assert sorted(told) == sorted(set(held) - {"__main__"})
    floor = {
        name: number
        for number, line in enumerate(re.findall(r'"([^"]+)"', layers[1]))
        for name in line.split(" | ")
    }
    assert [floor[name] for name in told] == sorted(floor[name] for name in told)


def pyproject() -> str:
    return (ROOT / "pyproject.toml").read_text(encoding="utf-8")

"""The example in the engine's README runs as shown, and so does the test below it."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest
from support.readme import README, blocks

import quart_live

LONGEST = 40
NAMES = ("LiveView", "QuartLive", "LiveRouter", "LiveComponent", "Presence", "Stash", "JS", "to_form")


async def test_the_app_and_its_test_run_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, test = blocks()
    assert len([line for line in source.splitlines() if line.strip()]) <= LONGEST
    (tmp_path / "room.py").write_text(source, encoding="utf-8")
    imports = "from quart_live import LiveViewTest\nfrom room import app\n\n"
    (tmp_path / "check_room.py").write_text(imports + test, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    await importlib.import_module("check_room").test_two_people_in_a_room()


def test_the_front_page_shows_the_same_app() -> None:
    front = (README.parents[2] / "README.md").read_text(encoding="utf-8")
    assert f"```python\n{blocks()[0]}```" in front


def test_every_public_name_says_what_it_is() -> None:
    """Also every public method, its own or one that it inherits."""
    silent = []
    for name in quart_live.__all__:
        thing = getattr(quart_live, name)
        silent += [] if inspect.getdoc(thing) or not callable(thing) else [name]
        if inspect.isclass(thing):
            for member in (member for member in dir(thing) if not member.startswith("_")):
                found = inspect.getattr_static(thing, member)
                ours = getattr(found, "__module__", "").startswith("quart_live") or isinstance(
                    found, property
                )
                if ours and not inspect.getdoc(getattr(thing, member)):
                    silent.append(f"{name}.{member}")
    assert not silent


def test_the_main_names_are_in_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    for name in NAMES:
        assert name in text
        assert name in quart_live.__all__

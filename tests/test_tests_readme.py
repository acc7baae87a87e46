"""``tests/README.md`` names every helper and folder, and no file that has gone; CONTRIBUTING the slowest."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parent
README = (TESTS / "README.md").read_text(encoding="utf-8")
NAMES = re.findall(r"`([\w./]+)`", README)


def test_every_helper_and_every_folder_is_named() -> None:
    helpers = {path.stem for path in (TESTS / "support").glob("*.py")}
    folders = {f"{path.name}/" for path in TESTS.iterdir() if any(path.rglob("*.py"))}
    assert (helpers | folders) - set(NAMES) == set()


def test_the_slowest_tests_are_twenty_and_are_there() -> None:
    page = (TESTS.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    slowest = re.findall(r"^\| [\d to]+ \| `([\w/]+\.py)`: `(test_\w+)`", page, re.M)
    assert len(slowest) == 20
    for file, name in slowest:
        assert f"def {name}(" in (TESTS / file).read_text(encoding="utf-8"), name


def test_every_file_that_is_named_is_there() -> None:
    files = {name for name in NAMES if "/" in name and not name.startswith(("app/", "chapters/"))}
    assert len(files) > 30
    assert [name for name in files if not (TESTS / name).exists()] == []

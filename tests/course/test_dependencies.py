"""Dependencies point one way: course → messenger → quart_live."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from course import Course

ROOT = Course.here().root
# What each package must know nothing of.
FORBIDDEN = {
    "quart_live": {"messenger", "course"},
    "messenger": {"course"},
}


def imported(source: str) -> Iterator[tuple[int, str]]:
    """The top-level packages a file imports, with their lines, inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module.split(".")[0]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in (
            "import_module",
            "importlib.import_module",
        ):
            for argument in node.args[:1]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield node.lineno, argument.value.split(".")[0]


def trespasses(folders: list[Path], forbidden: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line} imports {package}"
        for folder in folders
        for path in sorted(folder.rglob("*.py"))
        for line, package in imported(path.read_text(encoding="utf-8"))
        if package in forbidden
    ]


def test_the_engine_knows_neither_messenger_nor_course() -> None:
    folder = ROOT / "app" / "quart_live"
    assert any(folder.rglob("*.py"))
    assert trespasses([folder], FORBIDDEN["quart_live"]) == []


def test_the_messenger_does_not_know_the_course() -> None:
    folders = [
        ROOT / "app" / "messenger",
        *(ROOT / "chapters").glob("*/files"),
        *(ROOT / "chapters").glob("*/exercises"),
    ]
    assert any(folders[0].rglob("*.py"))
    assert trespasses(folders, FORBIDDEN["messenger"]) == []


def test_checks_need_only_what_every_learner_has() -> None:
    """``course check`` runs them: no package of the tests, and no file of theirs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[\[><=]", line)[0] for line in project["dependencies"]}
    distributions = packages_distributions()
    files = sorted((ROOT / "chapters").glob("*_*/checks/*.py"))
    assert len(files) > 30
    for file in files:
        for line, package in imported(file.read_text(encoding="utf-8")):
            known = package in sys.stdlib_module_names or package == "course"
            place = f"{file.relative_to(ROOT)}:{line} imports {package}"
            assert known or needed & set(distributions.get(package, ())), place


@pytest.mark.parametrize(
    "line", ["import course", "from messenger.chat import x", "import_module('course.lab')"]
)
def test_a_trespass_is_seen(line: str) -> None:
    assert [package in FORBIDDEN["quart_live"] for _, package in imported(f"def f():\n    {line}\n")] == [
        True
    ]


def test_importing_the_engine_imports_nothing_of_the_others() -> None:
    code = (
        "import sys, quart_live; "
        "print(sorted(n for n in sys.modules if n.split('.')[0] in ('messenger', 'course')))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_quick_commands_do_not_load_browsers_or_jupyter() -> None:
    """`course verify` is quick because it imports little."""
    code = (
        "import sys, course.cli, course.author.gates, course.author.weave; "
        "print(sorted({'playwright', 'IPython', 'nbformat', 'quart', 'sqlalchemy'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"

"""Uses of another object's private names; found in the source, without running it.

A name with one underscore in front is private, except of ``self``, ``cls`` and ``super()``. It counts

* as an attribute: ``socket._send``;
* in an import: ``from re import _parser``;
* as text: ``monkeypatch.setattr(store, "_write", …)``, ``getattr(page, "_link")``, ``patch("app._now")``.

Names that are public in spite of their underscore do not count: a named tuple's ``_replace``, ``os._exit``,
IPython's ``_repr_html_``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PUBLIC = frozenset({"_", "_asdict", "_exit", "_fields", "_make", "_replace"})
BY_NAME = frozenset({"getattr", "setattr", "hasattr", "delattr", "patch", "object"})


@dataclass(frozen=True)
class Touch:
    """One place where a private name is used.

    Attributes:
        path: the path of the file, from the folder that was searched.
        line: the number of the line.
        name: the private name.
    """

    path: str
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.name}"


def touches(folder: Path) -> list[Touch]:
    """Return all places in a folder's Python files, in order."""
    return [
        Touch(path.relative_to(folder).as_posix(), line, name)
        for path in sorted(folder.rglob("*.py"))
        for line, name in sorted(touches_in(path.read_text(encoding="utf-8")))
    ]


def touches_in(source: str) -> Iterator[tuple[int, str]]:
    """Yield the number of each line that uses a private name, and the name."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                continue
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super"))):
                continue
            case ast.Attribute(attr=name) if is_private(name):
                yield node.lineno, name
            case ast.Import() | ast.ImportFrom():
                yield from ((node.lineno, name) for name in _imported(node) if is_private(name))
            case ast.Call(func=ast.Name(id=function) | ast.Attribute(attr=function)) if function in BY_NAME:
                for text in (each.value for each in node.args if isinstance(each, ast.Constant)):
                    if isinstance(text, str) and is_private(name := text.rpartition(".")[2]):
                        yield node.lineno, name


def is_private(name: str) -> bool:
    """Return whether a name begins with one underscore, and is not public in spite of it."""
    if not name.startswith("_") or name.startswith("__") or not name.isidentifier():
        return False
    return name not in PUBLIC and not (name.startswith("_repr_") and name.endswith("_"))


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    for alias in node.names:
        yield from alias.name.split(".")
    if isinstance(node, ast.ImportFrom):
        yield from (node.module or "").split(".")

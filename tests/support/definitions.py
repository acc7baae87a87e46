"""Definitions in a Python file: what pages that lead through the code may name."""

from __future__ import annotations

import ast
from pathlib import Path


def defined(file: Path) -> set[str]:
    """Return the names at the top of a module, and the methods of its classes as ``Class.name``."""
    found = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.update(ast.unparse(target) for target in targets)
        if isinstance(node, ast.ClassDef):
            members = (m for m in node.body if isinstance(m, ast.FunctionDef | ast.AsyncFunctionDef))
            found.update(f"{node.name}.{member.name}" for member in members)
    return found

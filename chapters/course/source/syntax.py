"""Syntax errors in a file's text: Python, Jinja templates and templates inside Python; nothing is run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2

_MERGE_MARK = re.compile(r"^(<{7} |>{7} |\|{7} |={7}$)", re.MULTILINE)
_TEMPLATE_SUFFIXES = (".html", ".jinja", ".j2")


@dataclass(frozen=True)
class Problem:
    """A syntax error, with its line in the text (from 1)."""

    line: int
    message: str


def problem_in(path: str, text: str) -> Problem | None:
    """Return the first error of ``text`` as a file at ``path``; None when it parses."""
    mark = _MERGE_MARK.search(text)
    if mark:
        return Problem(text.count("\n", 0, mark.start()) + 1, f"a merge mark is left: {mark[0].strip()}")
    if path.endswith(".py"):
        return _python_problem(path, text)
    if path.endswith(_TEMPLATE_SUFFIXES):
        return template_problem(text)
    return None


def _python_problem(path: str, text: str) -> Problem | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text, path)
            compile(tree, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        hint = " (a non-breaking space: type a plain one)" if "U+00A0" in error.msg else ""
        return Problem(error.lineno or 1, error.msg + hint)
    except ValueError as error:
        return Problem(1, str(error))
    for line, source in _inline_templates(tree):
        problem = template_problem(source)
        if problem:
            return Problem(line + problem.line - 1, f"in the template: {problem.message}")
    return None


def _inline_templates(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            names, value = [t.id for t in node.targets if isinstance(t, ast.Name)], node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            names, value = [node.target.id], node.value
        else:
            continue
        if "inline_template" not in names or not isinstance(value, ast.Constant):
            continue
        if isinstance(value.value, str):
            yield value.lineno, value.value


def template_problem(text: str) -> Problem | None:
    """Return the first Jinja syntax error of a template."""
    # It is slow to import, and not every file is a template.
    import jinja2

    try:
        _environment().parse(text)
    except jinja2.TemplateSyntaxError as error:
        return Problem(error.lineno, error.message or "this is not a Jinja template")
    return None


@cache
def _environment() -> jinja2.Environment:
    import jinja2  # as above

    return jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True)

"""`template_lines`: the lines of the parts of an app's live templates, to show where a diff's numbers are.

A diff says that part 2 of something changed. The browser was told once what the texts around the parts are,
the *statics*, and these are the same for every page. So the statics identify the template, or the branch,
loop body or macro in it, and each of its parts has a line there.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

import jinja2

LONGEST_LINE = 160


def template_lines(app: Any) -> list[dict[str, Any]]:
    """Return the lines of all parts in the live templates of an app.

    Args:
        app: the Quart app, with its ``quart_live``.

    Returns:
        For each list of statics ``{"statics": […], "template": name, "lines": [[number, text], …]}``, in the
        order of its parts.
    """
    return [
        {
            "statics": statics.strings,
            "template": name,
            "lines": [[number, _line(source, number)] for number in numbers],
        }
        for name, template, source in _templates(app.extensions["quart_live"].runtime.templates)
        for statics, numbers in template.part_lines.items()
    ]


def _templates(library: Any) -> Iterator[tuple[str, Any, list[str]]]:
    """Yield the name, the template and the lines of each template that compiles."""
    environment = library.environment
    for name in environment.list_templates(extensions=("html",)):
        # A template of an ordinary page may use features that live ones lack; it is in no diff.
        with contextlib.suppress(jinja2.TemplateError), warnings.catch_warnings(action="ignore"):
            source, _, _ = environment.loader.get_source(environment, name)
            yield name, environment.get_live_template(name), source.splitlines()
    for view, template in library.inline.items():
        yield view.__name__, template, str(view.inline_template).splitlines()


def _line(source: list[str], number: int) -> str:
    text = source[number - 1].strip() if 0 < number <= len(source) else ""
    return text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1] + "…"

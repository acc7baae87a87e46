"""Resolving marks: from the names of one template to those of all that it includes and calls.

A template knows its own names when it is compiled, and has marks for the rest (:mod:`.links`). Here the marks
are followed, through as many files as it takes, when all of these can be loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

import jinja2

from .compiled import CompiledTemplate
from .errors import LiveTemplateError
from .links import ALWAYS, EVERYTHING, OUTPUT, Link
from .sharing import UNSHARED_NAMES

CANNOT_BE_LOADED = (jinja2.TemplateError, LiveTemplateError, UnicodeError)
"""The errors of a template that cannot be loaded."""

ADDRESS = "url_for"
"""The name that stands for all global functions called by a macro without context: they may use addresses."""


class Linker:
    """The follower of one template's marks; it leaves out names that are certainly not read.

    Args:
        template: the template.
    """

    def __init__(self, template: CompiledTemplate) -> None:
        self._template = template

    def names_of(self, names: Iterable[str]) -> frozenset[str]:
        """Return the assigns and globals that names and marks depend on, perhaps with :data:`ALWAYS`."""
        found: set[str] = set()
        followed: set[tuple[Link, str, bool]] = set()
        inside = [self._template]
        linked: set[str] = set()  # found in what is included, to which local names are given
        looked_up: set[tuple[int, str]] = set()
        waiting: list[tuple[CompiledTemplate, Iterable[str], bool]] = [(self._template, names, True)]
        while waiting:
            where, some, is_visible = waiting.pop()
            volatile = where.volatile_globals
            if followed and is_visible:
                linked.update(some)
            for name in some:
                link = where.links.get(name)
                if link is None:
                    if name in volatile:
                        found.add(ALWAYS)
                    if is_visible or name == ALWAYS or name in UNSHARED_NAMES:
                        found.add(name)
                    elif name in where.globals:
                        found.add(ADDRESS)
                    continue
                if not link.templates:
                    found.add(ALWAYS)
                if (link, "", is_visible) in followed:
                    continue
                followed.add((link, "", is_visible))
                for target in loaded(where, link):
                    if target is None:
                        found.add(ALWAYS)
                        continue
                    waiting.append((target, part_of(target, link), is_visible and link.with_context))
                    if is_visible and link.with_context and target not in inside:
                        inside.append(target)
            if not waiting:
                for index, template in enumerate(inside):
                    for name in linked & template.bound.keys():
                        if (index, name) not in looked_up:
                            looked_up.add((index, name))
                            waiting.append((template, template.bound[name], True))
        return frozenset(found)


def part_of(template: CompiledTemplate, link: Link) -> Iterable[str]:
    """Return the names and marks that the part of a template depends on to which a link leads."""
    if link.is_macro:
        return template.bound.get(link.part, ())
    if link.part == OUTPUT:
        return template.output
    assert link.part == EVERYTHING
    return {*template.output, *(name for names in template.bound.values() for name in names)}


def loaded(where: CompiledTemplate, link: Link) -> Iterator[CompiledTemplate | None]:
    """Load the templates to which a link can lead, as far as they exist; yield None for a broken one."""
    for name in link.templates:
        try:
            yield cast(CompiledTemplate, where.environment.get_template(name))
        except jinja2.TemplateNotFound:
            continue  # raised where it is used
        except CANNOT_BE_LOADED:
            yield None

"""The rendered tree: the output of a template, in place of one long string.

A *node* is a plain list ``[statics, dynamic, dynamic, ...]``. Its first element is the :class:`Statics` of
the template (or branch, or macro) that made it; that object's identity is the fingerprint. A *loop* holds one
list ``[key, dynamic, ...]`` per entry, all sharing one :class:`Statics`.

A *dynamic* is one of

* ``str``: finished, escaped HTML;
* a node (``list``): a branch, a macro call, an included template;
* a :class:`Loop`;
* ``int``: the cid of a live component, whose tree is kept elsewhere (see :mod:`.placing`).

Trees are built afresh by every render, but a part whose inputs have not changed is the *same object* as
before. Nobody changes a tree once it is built.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import orjson

from ..wellformed import dumps
from .errors import LiveTemplateError
from .outline import outline

Node: TypeAlias = list[Any]
"""``[Statics, dynamic, ...]`` (a loop entry has its key in place of the statics)."""

Dynamic: TypeAlias = "str | int | Node | Loop"


_PARAGRAPH = re.compile(r"\s*<p[\s>]", re.IGNORECASE)


class Statics:
    """The constant strings around the dynamics of one template, branch, macro or loop body.

    Created once per compiled template, so that ``a is b`` means "the browser knows these strings already".

    Args:
        strings: the strings, one more than there are dynamics.
        keyed: for a loop body, whether its entries have keys (else they are compared by position).
        marked: whether this part and those in it may be marked as elements.
        only_text: whether every dynamic is text, none a node, loop or component.

    Attributes:
        is_element: whether it is exactly one element, so that the client can mark it.
        in_content: for each dynamic whether it stands where an element can stand; all false if not `marked`.
        is_balanced: whether its elements begin and end in it.
    """

    __slots__ = ("__weakref__", "fragment", "in_content", "is_balanced", "is_element", "keyed", "strings")

    def __init__(
        self, strings: Sequence[str], keyed: bool = False, marked: bool = True, only_text: bool = True
    ) -> None:
        self.strings = tuple(strings)
        self.keyed = keyed
        self.fragment = orjson.Fragment(dumps(self.strings))
        found = outline(self.strings)
        # A paragraph ends where another part in it begins a block.
        ends_early = not only_text and _PARAGRAPH.match(self.strings[0]) is not None
        self.is_element = found.is_element and marked and not ends_early
        self.in_content = found.in_content if marked else (False,) * len(found.in_content)
        self.is_balanced = found.is_balanced

    def __repr__(self) -> str:
        return f"Statics({self.strings!r})"


class Loop:
    """A rendered ``for``: the statics of its body and one ``[key, dynamic, ...]`` per round."""

    __slots__ = ("entries", "statics")

    def __init__(self, statics: Statics) -> None:
        self.statics = statics
        self.entries: list[Node] = []

    def __repr__(self) -> str:
        return f"Loop({self.statics!r}, {self.entries!r})"


class SharedRow(Node):
    """An entry of a stream that several views send; its JSON and its HTML are made once.

    Attributes:
        json: its JSON, made by :mod:`.diff` at the first need.
        html: its HTML, made here at the first need.
    """

    __slots__ = ("html", "json")

    def __init__(self, row: Node) -> None:
        super().__init__(row)
        self.json: Any = None
        self.html: str | None = None


Components: TypeAlias = Mapping[int, Node]
"""The trees of live components by cid."""

_NO_COMPONENTS: Components = {}


def to_html(dynamic: Dynamic, components: Components = _NO_COMPONENTS) -> str:
    """Return the HTML of a tree or of a part of it.

    Raises:
        LiveTemplateError: if it has a live component that is not among `components`.
    """
    parts: list[str] = []
    _write(dynamic, parts, components)
    return "".join(parts)


def _write(dynamic: Dynamic, parts: list[str], components: Components) -> None:
    if isinstance(dynamic, list):
        _write_row(dynamic[0].strings, dynamic, parts, components)
    elif isinstance(dynamic, Loop):
        strings = dynamic.statics.strings
        for entry in dynamic.entries:
            if type(entry) is SharedRow:  # has no components
                if entry.html is None:
                    entry.html = "".join(_row_parts(strings, entry))
                parts.append(entry.html)
            else:
                _write_row(strings, entry, parts, components)
    elif isinstance(dynamic, str):
        parts.append(dynamic)
    elif dynamic in components:
        _write(components[dynamic], parts, components)
    else:
        raise LiveTemplateError(
            "A live component is part of something that has to be one text, for example the result of a "
            "macro that is put into a variable or through a filter. Use the macro as a whole expression."
        )


def _row_parts(strings: tuple[str, ...], row: Node) -> list[str]:
    parts: list[str] = []
    _write_row(strings, row, parts, _NO_COMPONENTS)
    return parts


def _write_row(strings: tuple[str, ...], row: Node, parts: list[str], components: Components) -> None:
    parts.append(strings[0])
    for index in range(1, len(row)):
        dynamic = row[index]
        if isinstance(dynamic, str):
            parts.append(dynamic)
        else:
            _write(dynamic, parts, components)
        parts.append(strings[index])

"""What a piece of a template reads by itself, as it stands there: names, and what can change without them.

`dependencies.py` adds what those names stand for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from jinja2 import nodes
from jinja2.utils import _PassArg

if TYPE_CHECKING:
    from .environment import LiveEnvironment

ALWAYS = ""
"""Stands among names, as no name can be empty: the value can change without an assign."""

Names = frozenset[str]

_OPAQUE = (
    nodes.Include,
    nodes.ContextReference,
    nodes.DerivedContextReference,
    nodes.OverlayScope,
    nodes.ExtensionAttribute,
    nodes.ImportedName,
)
_FILTERS_OF_FILTERS = frozenset({"map", "select", "reject"})


class Reader:
    """Reads pieces of templates.

    Args:
        environment: knows which filters are volatile.
    """

    def __init__(self, environment: LiveEnvironment) -> None:
        self._environment = environment

    def names_in(self, *pieces: nodes.Node | None) -> Names:
        """The names that the pieces read, with everything inside them."""
        return frozenset(name for piece in pieces if piece is not None for name in self._names_in(piece))

    def _names_in(self, piece: nodes.Node) -> Iterator[str]:
        if isinstance(piece, nodes.Name):
            if piece.ctx == "load":
                yield piece.name
                if piece.name == "self":
                    yield ALWAYS
        elif isinstance(piece, nodes.NSRef):
            yield piece.name
        elif isinstance(piece, _OPAQUE) or (isinstance(piece, nodes.Filter) and self._is_volatile(piece)):
            yield ALWAYS
        for child in piece.iter_child_nodes():
            yield from self._names_in(child)

    def _is_volatile(self, node: nodes.Filter) -> bool:
        if self._environment.is_volatile_filter(node.name):
            return True
        if node.name in _FILTERS_OF_FILTERS and node.args:
            applied = node.args[0]
            return not isinstance(applied, nodes.Const) or self._environment.is_volatile_filter(applied.value)
        # A filter that asks for the context can read any name.
        function: Any = self._environment.filters.get(node.name)
        wants_context = function is not None and _PassArg.from_obj(function) is _PassArg.context
        return wants_context and getattr(function, "__module__", "") != "jinja2.filters"


def stored(target: nodes.Node) -> Iterator[nodes.Name]:
    """The names that an assignment or a loop gives a value to."""
    if isinstance(target, nodes.Name):
        yield target
    yield from target.find_all(nodes.Name)


def free_names(piece: nodes.Node, bound: Names = frozenset()) -> Iterator[nodes.Name]:
    """Where names are read that no loop, macro or ``with`` around them gives a value to.

    Args:
        piece: a piece of a template.
        bound: names that have got a value around it.
    """
    if isinstance(piece, nodes.Name):
        if piece.ctx == "load" and piece.name not in bound:
            yield piece
        return
    outer: list[nodes.Node] = []
    inner: Names = frozenset()
    if isinstance(piece, nodes.For):
        outer = [piece.iter, *piece.else_]
        inner = frozenset(name.name for name in stored(piece.target)) | {"loop"}
    elif isinstance(piece, nodes.Macro | nodes.CallBlock):
        outer = [piece.call] if isinstance(piece, nodes.CallBlock) else []
        inner = frozenset(argument.name for argument in piece.args) | {"varargs", "kwargs", "caller"}
    elif isinstance(piece, nodes.With):
        outer = list(piece.values)
        inner = frozenset(name.name for target in piece.targets for name in stored(target))
    for child in piece.iter_child_nodes():
        yield from free_names(child, bound if any(child is one for one in outer) else bound | inner)


def root_name(node: nodes.Node) -> str | None:
    """The name at the left end of ``a.b[c].d``."""
    while not isinstance(node, nodes.Name):
        inner = getattr(node, "node", None)
        if not isinstance(inner, nodes.Node):
            return None
        node = inner
    return node.name


def method_of(node: nodes.Node) -> str | None:
    """The name of the method if `node` is one: ``a.append``, ``a["append"]``."""
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return str(node.arg.value)
    return None


def imported_names(node: nodes.Import | nodes.FromImport) -> list[str]:
    """The names that an import gives a value to."""
    if isinstance(node, nodes.Import):
        return [node.target]
    return [name if isinstance(name, str) else name[1] for name in node.names]

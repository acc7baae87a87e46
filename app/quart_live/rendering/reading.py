"""The names that a piece of a template reads directly, and the reasons why it can change without them.

`dependencies.py` adds the names that the values of those names depend on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from jinja2 import nodes
from jinja2.utils import _PassArg

from .links import ALWAYS, EVERYTHING, Links, name_in_module
from .untracked import AT_EVERY_RENDER, Untracked

if TYPE_CHECKING:
    from .purity import PurityEnvironment

Names = frozenset[str]

_OPAQUE = (
    nodes.ContextReference,
    nodes.DerivedContextReference,
    nodes.OverlayScope,
    nodes.ExtensionAttribute,
    nodes.ImportedName,
)
_FILTERS_OF_FILTERS = frozenset({"map", "select", "reject"})


class Reader:
    """The reader of names in pieces of templates.

    Args:
        environment: the environment, with its volatile filters.
        links: the links to other files.
        untracked: the list of reasons, to which parts are added that can change without an assign.
    """

    def __init__(self, environment: PurityEnvironment, links: Links, untracked: Untracked) -> None:
        self._environment = environment
        self._links = links
        self._untracked = untracked

    def names_in(self, *pieces: nodes.Node | None) -> Names:
        """Return the names that the pieces read, with everything inside them but the macros they define.

        Defining a macro does not call it; a part that calls it, or hands it on, reads its name.
        """
        return frozenset(name for piece in pieces if piece is not None for name in self._names_in(piece))

    def _names_in(self, piece: nodes.Node) -> Iterator[str]:
        if isinstance(piece, nodes.Macro):
            return
        if isinstance(piece, nodes.Name):
            if piece.ctx == "load":
                yield piece.name
                if piece.name in self._links.modules:
                    yield name_in_module(piece.name, EVERYTHING)
                if piece.name == "self":
                    yield self._always(piece, "what a block of self prints is not followed")
        elif isinstance(piece, nodes.Getattr) and self._links.is_of_module(piece):
            assert isinstance(piece.node, nodes.Name)
            yield piece.node.name
            yield name_in_module(piece.node.name, piece.attr)
            return
        elif isinstance(piece, nodes.NSRef):
            yield piece.name
        elif isinstance(piece, nodes.Include):
            yield self._links.of_include(piece)
        elif isinstance(piece, _OPAQUE):
            yield self._always(piece, f"what {type(piece).__name__} gives can depend on anything")
        elif isinstance(piece, nodes.Filter) and (why := self._why_volatile(piece)):
            yield self._always(piece, why)
        for child in piece.iter_child_nodes():
            yield from self._names_in(child)

    def _always(self, node: nodes.Node, why: str) -> str:
        self._untracked.note(node, f"{why}, {AT_EVERY_RENDER}")
        return ALWAYS

    def _why_volatile(self, node: nodes.Filter) -> str | None:
        if self._environment.is_volatile_filter(node.name):
            return f"the filter {node.name} is marked volatile"
        if node.name in _FILTERS_OF_FILTERS and node.args:
            applied = node.args[0]
            if not isinstance(applied, nodes.Const):
                return f"which filter or test {node.name} applies is known only while rendering"
            if self._environment.is_volatile_filter(applied.value):
                return f"the filter {applied.value} is marked volatile"
            return None
        # A filter that asks for the context can read any name.
        function: Any = self._environment.filters.get(node.name)
        wants_context = function is not None and _PassArg.from_obj(function) is _PassArg.context
        if wants_context and getattr(function, "__module__", "") != "jinja2.filters":
            return f"the filter {node.name} is given the context and can read any name"
        return None


def stored(target: nodes.Node) -> Iterator[nodes.Name]:
    """Yield the names that an assignment or a loop binds."""
    if isinstance(target, nodes.Name):
        yield target
    yield from target.find_all(nodes.Name)


def free_names(piece: nodes.Node, bound: Names = frozenset()) -> Iterator[nodes.Name]:
    """Yield the reads of names that no loop, macro or ``with`` around them binds.

    Args:
        piece: a piece of a template.
        bound: the names that are bound around it.
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
    """Return the name at the left end of ``a.b[c].d``."""
    while not isinstance(node, nodes.Name):
        inner = getattr(node, "node", None)
        if not isinstance(inner, nodes.Node):
            return None
        node = inner
    return node.name


def method_of(node: nodes.Node) -> str | None:
    """Return the name of the method if `node` is one: ``a.append``, ``a["append"]``."""
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return str(node.arg.value)
    return None


def is_stream(iterable: nodes.Node) -> bool:
    """Return whether a loop's iterable is ``streams.rows``, ``streams["rows"]`` or ``streams[name]``."""
    return (
        isinstance(iterable, (nodes.Getattr, nodes.Getitem))
        and isinstance(iterable.node, nodes.Name)
        and iterable.node.name == "streams"
    )


def imported_names(node: nodes.Import | nodes.FromImport) -> list[str]:
    """Return the names that an import binds."""
    if isinstance(node, nodes.Import):
        return [node.target]
    return [name if isinstance(name, str) else name[1] for name in node.names]

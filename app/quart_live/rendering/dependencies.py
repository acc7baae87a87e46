"""Which names does a piece of a template depend on? Worked out once, when the template is compiled.

The answer decides whether a dynamic may be skipped when only some assigns have changed, so it errs on the
side of "more". It goes by name only, not by scope or order: every name bound anywhere in the template (by
``set``, ``for``, ``with``, ``macro``, ``import``) stands for the union of all that it was ever bound to *and*
of the tests around those bindings.

:data:`ALWAYS` among them means "evaluate at every render": the value can change without an assign.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from jinja2 import nodes
from jinja2.utils import _PassArg

if TYPE_CHECKING:
    from .environment import LiveEnvironment

ALWAYS = ""
"""Stands among names, as no name can be empty."""

Names = frozenset[str]

MUTATORS = frozenset(
    {
        *("add", "append", "clear", "discard", "extend", "insert", "next", "pop", "popitem", "remove"),
        *("reset", "reverse", "setdefault", "sort", "update"),
    }
)
"""Methods that change their object: what reads the name they are called on is evaluated at every render."""

PURE_METHODS = frozenset(
    {
        *("capitalize", "casefold", "center", "count", "endswith", "find", "format", "index", "isalnum"),
        *("isalpha", "isdigit", "join", "ljust", "lower", "lstrip", "replace", "rjust", "rsplit", "rstrip"),
        *("split", "splitlines", "startswith", "strip", "swapcase", "title", "upper", "zfill"),
        *("date", "isoformat", "strftime", "time", "total_seconds", "weekday"),
        *("copy", "get", "items", "keys", "values"),
    }
)
"""Methods of strings, dates and mappings that change nothing and depend on nothing but their object."""

_BINDERS = (nodes.Assign, nodes.AssignBlock, nodes.Import, nodes.FromImport, nodes.Macro)
_SCOPES = (nodes.For, nodes.Macro, nodes.CallBlock, nodes.With, nodes.FilterBlock, nodes.Block, nodes.Scope)
_OPAQUE = (
    nodes.Include,
    nodes.ContextReference,
    nodes.DerivedContextReference,
    nodes.OverlayScope,
    nodes.ExtensionAttribute,
    nodes.ImportedName,
)
_FILTERS_OF_FILTERS = frozenset({"map", "select", "reject"})


class Dependencies:
    """The dependency sets of one template.

    Args:
        environment: knows which filters are volatile.
        template: the parsed template.
    """

    def __init__(self, environment: LiveEnvironment, template: nodes.Template) -> None:
        self._environment = environment
        self._bound: dict[str, set[str]] = {}
        self._top_level = {id(statement) for statement in template.body}
        self._own_values: set[str] = set()
        self._aliases: set[str] = set()
        self._walk(template.body, frozenset())
        self._mark_mutated(template)
        self._close()

    def of(self, *pieces: nodes.Node | None) -> Names:
        """All names the pieces depend on, with everything inside them."""
        direct = self._read(*pieces)
        return direct.union(*(self._bound.get(name, ()) for name in direct))

    def of_entries(self, loop: nodes.For, around: Iterable[nodes.Node]) -> Names:
        """All names that the entries of a loop depend on besides the items it goes through."""
        own = {name.name for name in _stored(loop.target)}
        direct = self._read(*loop.body, *around)
        names = (direct - own).union(*(self._bound.get(name, ()) for name in direct - own))
        if any(ALWAYS in self._bound.get(name, ()) for name in own):  # the body changes the item itself
            names |= {ALWAYS}
        return names

    def binds(self, name: str) -> bool:
        """Whether the template gives a name a value of its own somewhere."""
        return name in self._bound

    def is_marked(self, node: nodes.Import | nodes.FromImport) -> bool:
        """Whether what is imported depends on a mark, to be set at run time, instead of on :data:`ALWAYS`.

        Only where the import comes before all that use it, and is never skipped itself.
        """
        return not node.with_context and id(node) in self._top_level

    def binds_outside(self, statement: nodes.Node) -> bool:
        """Whether the statement binds a name that is visible after it (then it may not be skipped)."""
        return any(
            isinstance(child, _BINDERS)
            or type(child) is nodes.EvalContextModifier
            or (not isinstance(child, _SCOPES) and self.binds_outside(child))
            for child in statement.iter_child_nodes()
        )

    # -- what a piece reads by itself

    def _read(self, *pieces: nodes.Node | None) -> Names:
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

    # -- what each bound name stands for

    def _bind(self, name: str, dependencies: Iterable[str]) -> None:
        self._bound.setdefault(name, set()).update(dependencies)

    def _bind_target(self, target: nodes.Node, dependencies: Names) -> None:
        for name in target.find_all(nodes.Name) if not isinstance(target, nodes.Name) else (target,):
            self._bind(name.name, dependencies)
        for reference in target.find_all(nodes.NSRef) if not isinstance(target, nodes.NSRef) else (target,):
            self._bind(reference.name, dependencies | {ALWAYS})

    def _walk(self, body: Iterable[nodes.Node], control: Names) -> None:
        for statement in body:
            self._visit(statement, control)

    def _visit(self, node: nodes.Node, control: Names) -> None:
        if isinstance(node, nodes.Output):
            return
        if isinstance(node, nodes.If):
            tests = control | self._read(node.test, *(branch.test for branch in node.elif_))
            for body in (node.body, *(branch.body for branch in node.elif_), node.else_):
                self._walk(body, tests)
        elif isinstance(node, nodes.For):
            rounds = control | self._read(node.iter, node.test)
            self._bind_target(node.target, rounds)
            self._aliases.update(name.name for name in _stored(node.target))
            self._walk(node.body, rounds)
            self._walk(node.else_, rounds)
        elif isinstance(node, nodes.ScopedEvalContextModifier):
            self._walk(node.body, control | self._read(*node.options))
        elif isinstance(node, nodes.ExprStmt):
            names = self._read(node.node)
            for name in names - {ALWAYS}:
                self._bind(name, names | control | {ALWAYS})
        else:
            self._visit_binder(node, control)
            self._walk(getattr(node, "body", ()), control)

    def _visit_binder(self, node: nodes.Node, control: Names) -> None:
        if isinstance(node, nodes.Assign):
            self._bind_target(node.target, control | self._read(node.node))
            self._own_values.update(name.name for name in _stored(node.target))
        elif isinstance(node, nodes.AssignBlock):
            self._bind_target(node.target, control | self._read(node.filter, *node.body))
        elif isinstance(node, nodes.With):
            for target, value in zip(node.targets, node.values, strict=True):
                self._bind_target(target, control | self._read(value))
                self._own_values.update(name.name for name in _stored(target))
        elif isinstance(node, nodes.Macro):
            self._bind(node.name, control | self._read(*node.body, *node.defaults))
            self._aliases.update(argument.name for argument in node.args)
        elif isinstance(node, nodes.CallBlock):
            self._aliases.update(argument.name for argument in node.args)
        elif isinstance(node, (nodes.Import, nodes.FromImport)):
            mark = import_mark(node) if self.is_marked(node) else ALWAYS
            for name in _imported_names(node):
                self._bind(name, control | self._read(node.template) | {mark})

    # -- values that change by a method call

    def _mark_mutated(self, template: nodes.Template) -> None:
        aliased = False
        for call in template.find_all(nodes.Call):
            root = _root_name(call.node)
            if root is None or root == "loop":
                continue
            method = _method(call.node)
            if method in MUTATORS or (root in self._own_values and method not in PURE_METHODS):
                self._bind(root, {ALWAYS})
                aliased |= root in self._aliases or method is None
        if aliased:
            # What is changed may be reachable by any name the template has made itself.
            for name in self._own_values:
                self._bind(name, {ALWAYS})

    def _close(self) -> None:
        growing = True
        while growing:
            growing = False
            for dependencies in self._bound.values():
                size = len(dependencies)
                for name in tuple(dependencies):
                    dependencies.update(self._bound.get(name, ()))
                growing |= len(dependencies) > size


def _stored(target: nodes.Node) -> Iterator[nodes.Name]:
    if isinstance(target, nodes.Name):
        yield target
    yield from target.find_all(nodes.Name)


def _root_name(node: nodes.Node) -> str | None:
    """The name at the left end of ``a.b[c].d``."""
    while not isinstance(node, nodes.Name):
        inner = getattr(node, "node", None)
        if not isinstance(inner, nodes.Node):
            return None
        node = inner
    return node.name


def _method(node: nodes.Node) -> str | None:
    """The name of the method if `node` is one: ``a.append``, ``a["append"]``."""
    if isinstance(node, nodes.Getattr):
        return node.attr
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return str(node.arg.value)
    return None


_IMPORT_MARK = "import in line "


def import_mark(node: nodes.Import | nodes.FromImport) -> str:
    """A name (that no template can have) for "what is imported here can change by itself"."""
    return f"{_IMPORT_MARK}{node.lineno}"


def is_import_mark(name: str) -> bool:
    """Whether a name is one that `import_mark` has made."""
    return name.startswith(_IMPORT_MARK)


def _imported_names(node: nodes.Import | nodes.FromImport) -> list[str]:
    if isinstance(node, nodes.Import):
        return [node.target]
    return [name if isinstance(name, str) else name[1] for name in node.names]

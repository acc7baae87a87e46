"""Which names does a piece of a template depend on? Worked out once, when the template is compiled.

The answer decides whether a dynamic may be skipped when only some assigns have changed, so it errs on the
side of "more". It goes by name only, not by scope or order: every name bound anywhere in the template (by
``set``, ``for``, ``with``, ``macro``, ``import``) stands for the union of all that it was ever bound to *and*
of the tests around those bindings.

:data:`ALWAYS` among them means "evaluate at every render": the value can change without an assign.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jinja2 import nodes

from .reading import ALWAYS, Names, Reader, imported_names, method_of, root_name, stored

if TYPE_CHECKING:
    from .environment import LiveEnvironment

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


class Dependencies:
    """The dependency sets of one template.

    Args:
        environment: knows which filters are volatile.
        template: the parsed template.
    """

    def __init__(self, environment: LiveEnvironment, template: nodes.Template) -> None:
        self._reader = Reader(environment)
        self._bound: dict[str, set[str]] = {}
        self._top_level = {id(statement) for statement in template.body}
        self._own_values: set[str] = set()
        self._aliases: set[str] = set()
        self._walk(template.body, frozenset())
        self._mark_mutated(template)
        self._close()

    def of(self, *pieces: nodes.Node | None) -> Names:
        """All names the pieces depend on, with everything inside them."""
        direct = self._reader.names_in(*pieces)
        return direct.union(*(self._bound.get(name, ()) for name in direct))

    def of_entries(self, loop: nodes.For, around: Iterable[nodes.Node]) -> Names:
        """All names that the entries of a loop depend on besides the items it goes through."""
        own = {name.name for name in stored(loop.target)}
        direct = self._reader.names_in(*loop.body, *around)
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
            tests = control | self._reader.names_in(node.test, *(branch.test for branch in node.elif_))
            for body in (node.body, *(branch.body for branch in node.elif_), node.else_):
                self._walk(body, tests)
        elif isinstance(node, nodes.For):
            rounds = control | self._reader.names_in(node.iter, node.test)
            self._bind_target(node.target, rounds)
            self._aliases.update(name.name for name in stored(node.target))
            self._walk(node.body, rounds)
            self._walk(node.else_, rounds)
        elif isinstance(node, nodes.ScopedEvalContextModifier):
            self._walk(node.body, control | self._reader.names_in(*node.options))
        elif isinstance(node, nodes.ExprStmt):
            names = self._reader.names_in(node.node)
            for name in names - {ALWAYS}:
                self._bind(name, names | control | {ALWAYS})
        else:
            self._visit_binder(node, control)
            self._walk(getattr(node, "body", ()), control)

    def _visit_binder(self, node: nodes.Node, control: Names) -> None:
        if isinstance(node, nodes.Assign):
            self._bind_target(node.target, control | self._reader.names_in(node.node))
            self._own_values.update(name.name for name in stored(node.target))
        elif isinstance(node, nodes.AssignBlock):
            self._bind_target(node.target, control | self._reader.names_in(node.filter, *node.body))
        elif isinstance(node, nodes.With):
            for target, value in zip(node.targets, node.values, strict=True):
                self._bind_target(target, control | self._reader.names_in(value))
                self._own_values.update(name.name for name in stored(target))
        elif isinstance(node, nodes.Macro):
            self._bind(node.name, control | self._reader.names_in(*node.body, *node.defaults))
            self._aliases.update(argument.name for argument in node.args)
        elif isinstance(node, nodes.CallBlock):
            self._aliases.update(argument.name for argument in node.args)
        elif isinstance(node, (nodes.Import, nodes.FromImport)):
            mark = import_mark(node) if self.is_marked(node) else ALWAYS
            for name in imported_names(node):
                self._bind(name, control | self._reader.names_in(node.template) | {mark})

    # -- values that change by a method call

    def _mark_mutated(self, template: nodes.Template) -> None:
        aliased = False
        for call in template.find_all(nodes.Call):
            root = root_name(call.node)
            if root is None or root == "loop":
                continue
            method = method_of(call.node)
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


_IMPORT_MARK = "import in line "


def import_mark(node: nodes.Import | nodes.FromImport) -> str:
    """A name (that no template can have) for "what is imported here can change by itself"."""
    return f"{_IMPORT_MARK}{node.lineno}"


def is_import_mark(name: str) -> bool:
    """Whether a name is one that `import_mark` has made."""
    return name.startswith(_IMPORT_MARK)

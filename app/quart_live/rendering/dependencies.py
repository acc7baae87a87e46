"""The names that a piece of a template depends on, found out once, when the template is compiled.

They decide whether a dynamic may be skipped when only some assigns have changed, so in doubt there are more
of them. Only names count, not scope or order: every name bound anywhere in the template (by
``set``, ``for``, ``with``, ``macro``, ``import``) stands for the union of all that it was ever bound to *and*
of the tests around those bindings.

:data:`ALWAYS` among them means "evaluate at every render": the value can change without an assign.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from jinja2 import nodes

from .immutables import Immutables
from .links import ALWAYS, Links
from .reading import Names, Reader, free_names, is_stream, method_of, root_name, stored
from .untracked import AT_EVERY_RENDER, Untracked

if TYPE_CHECKING:
    from .purity import PurityEnvironment

MUTATORS = frozenset(
    {
        *("add", "append", "clear", "discard", "extend", "insert", "next", "pop", "popitem", "remove"),
        *("reset", "reverse", "setdefault", "sort", "update"),
    }
)
"""Methods that change their object: all that reads the name of that object is evaluated at every render."""

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
        environment: the environment, with its volatile filters and its globals that never change.
        template: the parsed template.
        name: the template's name.

    Attributes:
        untracked: the parts that can change without an assign, with the reasons.
        links: the links to other files.
    """

    def __init__(self, environment: PurityEnvironment, template: nodes.Template, name: str | None) -> None:
        self.untracked = Untracked()
        self.links = Links(environment, template, name, self.untracked)
        self._reader = Reader(environment, self.links, self.untracked)
        self._bound: dict[str, set[str]] = {}
        self._own_values: set[str] = set()
        self._aliases: set[str] = set()
        self._arguments: dict[str, set[str]] = {}  # read by macros; their values are the caller's
        self._environment = environment
        loaded = {name.name for name in template.find_all(nodes.Name) if name.ctx == "load"}
        # Read only where a loop, a macro or a 'with' gives them a value: no assign is meant.
        self._local = loaded.difference(name.name for name in free_names(template))
        self._walk(template.body, frozenset())
        self._mark_mutated(template)
        reads = sum(name.name == "streams" for name in template.find_all(nodes.Name))
        loops = sum(is_stream(loop.iter) for loop in template.find_all(nodes.For))
        self._only_loops_read_streams = reads == loops
        self._close()

    def of(self, *pieces: nodes.Node | None) -> Names:
        """Return all names that the pieces depend on, with everything inside them."""
        direct = self._reader.names_in(*pieces)
        return direct.union(*(self._bound.get(name, ()) for name in direct)) - self._local

    def of_entries(self, loop: nodes.For, around: Iterable[nodes.Node]) -> Names:
        """Return all names that the entries of a loop depend on, besides the items of the loop itself."""
        own = {name.name for name in stored(loop.target)}
        direct = self._reader.names_in(*loop.body, *around)
        names = (direct - own).union(*(self._bound.get(name, ()) for name in direct - own))
        if any(ALWAYS in self._bound.get(name, ()) for name in own):  # the body changes the item itself
            names |= {ALWAYS}
        if self._only_loops_read_streams and "streams" not in direct:
            names -= {"streams"}  # what the body sets "depends" on the loop around it, which has these items
        return names - self._local

    def binds(self, name: str) -> bool:
        """Return whether the template itself binds a name somewhere."""
        return name in self._bound

    def bound(self) -> dict[str, list[str]]:
        """Return for each name that the template binds all names that its value depends on."""
        return {name: sorted(names - self._local) for name, names in sorted(self._bound.items())}

    def of_name(self, name: str) -> Names:
        """Return all names that the value bound to a name depends on."""
        return frozenset(self._bound.get(name, ())) - self._local

    def binds_outside(self, statement: nodes.Node) -> bool:
        """Return whether the statement binds a name that is visible after it (it is never skipped)."""
        return any(
            isinstance(child, _BINDERS)
            or type(child) is nodes.EvalContextModifier
            or (not isinstance(child, _SCOPES) and self.binds_outside(child))
            for child in statement.iter_child_nodes()
        )

    # -- the values of bound names

    def _bind(self, name: str, dependencies: Iterable[str]) -> None:
        self._bound.setdefault(name, set()).update(dependencies)

    def _bind_target(self, target: nodes.Node, dependencies: Names) -> None:
        for name in target.find_all(nodes.Name) if not isinstance(target, nodes.Name) else (target,):
            self._bind(name.name, dependencies)
        for reference in target.find_all(nodes.NSRef) if not isinstance(target, nodes.NSRef) else (target,):
            why = f"the namespace {reference.name} is changed while rendering"
            self.untracked.note(reference, f"{why}, {AT_EVERY_RENDER}")
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
            self.untracked.note(node, f"a 'do' may change all that it reads, {AT_EVERY_RENDER}")
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
            self.untracked.note(node, "this block is made anew at every render, to be given its name")
            self._bind_target(node.target, control | self._reader.names_in(node.filter, *node.body))
        elif isinstance(node, nodes.With):
            for target, value in zip(node.targets, node.values, strict=True):
                self._bind_target(target, control | self._reader.names_in(value))
                self._own_values.update(name.name for name in stored(target))
        elif isinstance(node, nodes.Macro):
            names = self._reader.names_in(*node.body, *node.defaults)
            arguments = frozenset(argument.name for argument in node.args)
            self._bind(node.name, control | (names - arguments))
            self._arguments.setdefault(node.name, set()).update(names & arguments)
            self._aliases.update(arguments)
        elif isinstance(node, nodes.CallBlock):
            self._aliases.update(argument.name for argument in node.args)
        elif isinstance(node, (nodes.Import, nodes.FromImport)):
            around = control | self._reader.names_in(node.template)
            for name, mark in self.links.of_import(node):
                self._bind(name, around | {mark})
            if isinstance(node, nodes.Import):
                self._bind(node.target, around)

    # -- values that change by a method call

    def _mark_mutated(self, template: nodes.Template) -> None:
        immutables = Immutables(self._environment, template, self._aliases, self._bound, self.links)
        aliased = False
        for call in template.find_all(nodes.Call):
            root = root_name(call.node)
            if root is None or root == "loop":
                continue
            method = method_of(call.node)
            is_own = root in self._own_values and root not in immutables.names | immutables.parts
            if method in MUTATORS or (is_own and method not in PURE_METHODS):
                called = f"{root}.{method}" if method is not None else root
                self.untracked.note(call, f"{called}() may change {root}, {AT_EVERY_RENDER}")
                self._bind(root, {ALWAYS})
                aliased |= root in self._aliases or method is None
        if aliased:
            # What is changed may be reachable by any name the template has made itself.
            for name in self._own_values - immutables.names:
                self._bind(name, {ALWAYS})

    def _close(self) -> None:
        growing = True
        while growing:
            growing = False
            for bound, dependencies in self._bound.items():
                size = len(dependencies)
                for name in (*dependencies, *self._arguments.get(bound, ())):
                    dependencies.update(self._bound.get(name, ()))
                growing |= len(dependencies) > size

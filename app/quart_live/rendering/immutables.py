"""The names of a template whose values no method can change.

A method call on a value that the template has made may change the value: after ``{% set l = [] %}`` and
``{{ l.append(x) }}`` everything that reads ``l`` has to be evaluated at every render. Text cannot change, nor
can a chain of commands: each method of ``JS`` returns a new chain.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Set
from typing import TYPE_CHECKING, TypeAlias

from jinja2 import nodes

from .links import Links
from .reading import imported_names, stored

if TYPE_CHECKING:
    from .purity import PurityEnvironment

_TEXT_OR_NUMBER = (nodes.TemplateData, nodes.Concat, nodes.Compare, nodes.Not, nodes.Test)

Check: TypeAlias = "Callable[[nodes.Node, frozenset[str]], bool]"


class Immutables:
    """The immutable ones among the names that only ``set`` and ``with`` bind.

    Args:
        environment: the environment, with its globals that never change.
        template: the parsed template.
        aliases: the names bound by loops and by calls of macros.
        bound: all names that the template binds.
        links: the links to other files, with what is imported.

    Attributes:
        names: the names whose values no method and no call can change; macros are among them.
        parts: the names whose values are parts of assigns, found by ``a.b["c"]``. Their methods are treated
            like those of an assign.
    """

    def __init__(
        self,
        environment: PurityEnvironment,
        template: nodes.Template,
        aliases: Set[str],
        bound: Collection[str],
        links: Links,
    ) -> None:
        self._environment = environment
        self._bound = bound
        self._links = links
        self._aliases = aliases
        values: dict[str, list[nodes.Node | None]] = {}
        for target, value in _assignments(template):
            for name in stored(target):
                values.setdefault(name.name, []).append(value if target is name else None)
        macros = {macro.name for macro in template.find_all(nodes.Macro)}
        for module in template.find_all(nodes.FromImport):
            macros.update(imported_names(module))
        others = macros | links.modules
        self._macros = macros - values.keys() - links.modules - aliases
        self._values = {name: values[name] for name in values if name not in others | aliases}
        self._chains = self._names_passing(self._is_chain)
        self.names = self._names_passing(self._is_immutable)
        self.parts = self._names_passing(self._is_part)

    def _names_passing(self, check: Check) -> frozenset[str]:
        """Return the names of which each value passes a check that is given the names it may count on."""
        names = frozenset(self._values)
        while True:
            kept = frozenset(
                name
                for name in names
                if all(value is not None and check(value, names) for value in self._values[name])
            )
            if kept == names:
                return names
            names = kept

    def _is_immutable(self, value: nodes.Node, names: frozenset[str]) -> bool:
        if isinstance(value, nodes.Const):
            return isinstance(value.value, (str, int, float, bool, type(None)))
        if isinstance(value, nodes.CondExpr):
            rest = value.expr2 is None or self._is_immutable(value.expr2, names)
            return rest and self._is_immutable(value.expr1, names)
        if isinstance(value, (nodes.And, nodes.Or)):
            return self._is_immutable(value.left, names) and self._is_immutable(value.right, names)
        if isinstance(value, nodes.Name) and (value.name in names or value.name in self._macros):
            return True
        if isinstance(value, nodes.Getattr) and self._links.is_of_module(value):
            assert isinstance(value.node, nodes.Name)
            return value.node.name not in self._values and value.node.name not in self._aliases
        if isinstance(value, _TEXT_OR_NUMBER):
            return True
        return self._is_chain(value, self._chains)

    def _is_chain(self, value: nodes.Node, names: frozenset[str]) -> bool:
        """Return whether it is a chain of methods of an immutable global: ``JS.push("save").hide()``."""
        if isinstance(value, nodes.CondExpr) and value.expr2 is not None:
            return self._is_chain(value.expr1, names) and self._is_chain(value.expr2, names)
        while isinstance(value, nodes.Call):
            value = value.node.node if isinstance(value.node, nodes.Getattr) else value.node
        return isinstance(value, nodes.Name) and (value.name in names or self._never_changes(value.name))

    def _is_part(self, value: nodes.Node, names: frozenset[str]) -> bool:
        is_path = False
        while isinstance(value, nodes.Getattr) or (
            isinstance(value, nodes.Getitem) and isinstance(value.arg, nodes.Const)
        ):
            value, is_path = value.node, True
        if not is_path or not isinstance(value, nodes.Name):
            return False
        return value.name in names or value.name not in self._bound

    def _never_changes(self, name: str) -> bool:
        value = self._environment.globals.get(name)
        return name not in self._bound and getattr(type(value), "live_immutable", False)


def _assignments(template: nodes.Template) -> Iterator[tuple[nodes.Node, nodes.Node]]:
    for assign in template.find_all(nodes.Assign):
        yield assign.target, assign.node
    for around in template.find_all(nodes.With):
        yield from zip(around.targets, around.values, strict=True)

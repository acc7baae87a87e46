"""Links of a template to other files: whole templates by ``include``, macros by ``import``.

Only the other file knows which names it reads and whether it can change by itself, and it may not even exist
yet when this one is compiled. So a link gets a *mark*, a name that no template can have. It stands among the
names that a part depends on; :mod:`.linking` resolves it.

A mark is about one macro, not about its file: ``button of macros.html``. Only where a module as a whole is
handed on, or the name of the file is worked out while rendering, does it stand for everything in there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from jinja2 import nodes

from .untracked import AT_EVERY_RENDER, Untracked

if TYPE_CHECKING:
    from .purity import PurityEnvironment

ALWAYS = ""
"""The mark of a value that can change without an assign. No name is empty, so it can stand among names."""

OUTPUT = "output"
EVERYTHING = "everything"

Import: TypeAlias = nodes.Import | nodes.FromImport


class Link(NamedTuple):
    """A link to a part of another file.

    Attributes:
        templates: the names of the files of which it is one; empty if that is known only while rendering.
        part: the name of a macro, or :data:`OUTPUT` or :data:`EVERYTHING` of the file.
        is_macro: whether `part` is the name of a macro.
        with_context: whether the other file reads the names of this template.
    """

    templates: tuple[str, ...]
    part: str
    is_macro: bool
    with_context: bool

    @property
    def mark(self) -> str:
        """The mark that stands for the link."""
        extra = " with context" if self.with_context else ""
        return f"{self.part} of {' or '.join(self.templates)}{extra}"


class Links:
    """The links of one template.

    Args:
        environment: the environment, which joins the names of templates.
        template: the parsed template.
        name: the template's name.
        untracked: the list of reasons, to which links without a certain file are added.

    Attributes:
        found: the links by mark, of all marks that were made so far.
        modules: the names of imported files, ``tools`` in ``import "x.html" as tools``.
    """

    def __init__(
        self, environment: PurityEnvironment, template: nodes.Template, name: str | None, untracked: Untracked
    ) -> None:
        self._environment = environment
        self._name = name
        self._untracked = untracked
        self._top_level = {id(statement) for statement in template.body}
        self._attributes: dict[str, set[str]] = {}
        self.found: dict[str, Link] = {}
        self.modules = frozenset(module.target for module in template.find_all(nodes.Import))
        for reference in template.find_all(nodes.Getattr):
            if self.is_of_module(reference) and isinstance(reference.node, nodes.Name):
                self._attributes.setdefault(reference.node.name, set()).add(reference.attr)
        self._includes = Counter(self.of_include(include) for include in template.find_all(nodes.Include))

    def is_of_module(self, reference: nodes.Getattr) -> bool:
        """Return whether ``a.b`` is the macro ``b`` of the imported file ``a``."""
        inner = reference.node
        return isinstance(inner, nodes.Name) and inner.name in self.modules and reference.attr[:1] != "_"

    def is_only(self, mark: str) -> bool:
        """Return whether the template has one include with that mark, of one certain file."""
        link = self.found.get(mark)
        return link is not None and len(link.templates) == 1 and self._includes[mark] == 1

    def of_include(self, node: nodes.Include) -> str:
        """Return the mark of an include."""
        return self._mark(node, OUTPUT, is_macro=False)

    def of_import(self, node: Import) -> Iterator[tuple[str, str]]:
        """Yield the names that an import binds, as `name_in_module` makes them, with their marks."""
        if isinstance(node, nodes.FromImport):
            for name in node.names:
                original, alias = (name, name) if isinstance(name, str) else name
                yield alias, self._mark(node, original, is_macro=True)
            return
        yield name_in_module(node.target, EVERYTHING), self._mark(node, EVERYTHING, is_macro=False)
        for attribute in sorted(self._attributes.get(node.target, ())):
            yield name_in_module(node.target, attribute), self._mark(node, attribute, is_macro=True)

    def is_seen_at_run_time(self, node: Import) -> bool:
        """Return whether an import of a file that is known only while rendering can report what it has found.

        Such an import comes before all its uses, and is never skipped.
        """
        return not node.with_context and id(node) in self._top_level and not _names_of(node.template)

    def parts_at_run_time(self, node: Import) -> Iterator[tuple[str, str, bool]]:
        """Yield the marks of such an import, each with the part of the file that it leads to."""
        for _, mark in self.of_import(node):
            link = self.found[mark]
            yield mark, link.part.rpartition(" in line ")[0], link.is_macro

    def _mark(self, node: Import | nodes.Include, part: str, is_macro: bool) -> str:
        names = _names_of(node.template) or ()
        templates = tuple(self._environment.join_path(name, self._name or "") for name in names)
        if not templates:
            if isinstance(node, nodes.Include) or not self.is_seen_at_run_time(node):
                what = "include" if isinstance(node, nodes.Include) else "import"
                why = f"the {what} is of a template whose name is worked out while rendering"
                self._untracked.note(node, f"{why}, {AT_EVERY_RENDER}")
                return ALWAYS
            part = f"{part} in line {node.lineno}"
        link = Link(templates, part, is_macro, node.with_context)
        self.found[link.mark] = link
        return link.mark


def name_in_module(module: str, part: str) -> str:
    """Return a name (that no template can have) for one macro of an imported file, or for all of them."""
    return f"{module}.{part}"


def _names_of(template: nodes.Expr) -> list[str] | None:
    """Return the names of which one is the template's; None if they are not known."""
    if isinstance(template, nodes.Const):
        if isinstance(template.value, str):
            return [template.value]
        inner: list[nodes.Expr] = []
        if isinstance(template.value, (tuple, list)) and all(
            isinstance(name, str) for name in template.value
        ):
            return list(template.value)
    elif isinstance(template, (nodes.List, nodes.Tuple)):
        inner = template.items
    elif isinstance(template, nodes.CondExpr) and template.expr2 is not None:
        inner = [template.expr1, template.expr2]
    else:
        return None
    names = [_names_of(one) for one in inner]
    if not names or None in names:
        return None
    return [name for some in names for name in some or ()]

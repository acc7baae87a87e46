"""`CompiledTemplate`: a template with all facts that the compiler has found out about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, cast

import jinja2
from jinja2.runtime import Context

from .links import Link
from .sharing import StreamPlan
from .tree import Node, Statics
from .untracked import AT_EVERY_RENDER, tell

if TYPE_CHECKING:
    from .purity import PurityEnvironment


class CompiledTemplate(jinja2.Template):
    """One compiled template file and its facts; a mark stands for each thing that it takes from another file.

    Attributes:
        live_root: the compiled function ``(context, changed, previous tree or None) -> tree``.
        statics: the statics of its root node, the fingerprint of the template.
        name_lines: the names the template reads from the context, with the first line that does.
        optional: those of its names that it guards by ``is defined`` or ``default``.
        reads: every name in it, local ones too.
        inherits: whether it extends another template (then it is one dynamic).
        output: the names and marks that its output depends on.
        bound: for each name that it binds, macros too, the names and marks that the value depends on.
        links: the link of each mark.
        own_plans: the loops over streams in this file, by the statics of their bodies.
        stands_alone: whether nothing in this file reads its streams but plain loops in its outermost part.
        places: the indices in its root node at which it includes others, by their marks.
        part_lines: for each statics (the whole, branches, loop bodies, macros) the line of each dynamic.
    """

    live_root: Callable[[Context, frozenset[str], Node | None], Node]
    statics: Statics
    name_lines: Mapping[str, int]
    optional: frozenset[str]
    reads: frozenset[str]
    inherits: bool
    output: frozenset[str]
    bound: Mapping[str, tuple[str, ...]]
    links: Mapping[str, Link]
    part_lines: Mapping[Statics, tuple[int, ...]]
    own_plans: Mapping[Statics, StreamPlan]
    stands_alone: bool
    places: Mapping[str, int]

    @classmethod
    def _from_namespace(
        cls,
        environment: jinja2.Environment,
        namespace: MutableMapping[str, Any],
        globals: MutableMapping[str, Any],
    ) -> Self:
        template = cast(Self, super()._from_namespace(environment, namespace, globals))
        facts = namespace["live_facts"]
        template.live_root = namespace["live_root"]
        template.statics = namespace["live_statics"]
        template.name_lines = facts["name_lines"]
        template.optional = frozenset(facts["optional"])
        template.reads = frozenset(facts["reads"])
        template.inherits = facts["inherits"]
        template.part_lines = namespace["live_lines"]
        template.output = frozenset(facts["output"])
        template.bound = {name: tuple(names) for name, names in facts["bound"].items()}
        template.links = {mark: Link(*link) for mark, link in facts["links"].items()}
        template.own_plans = {statics: StreamPlan(*plan) for statics, plan in namespace["live_plans"].items()}
        template.stands_alone, template.places = facts["stands_alone"], facts["places"]
        reasons = [
            (line, f"{name} is a global that can change by itself, {AT_EVERY_RENDER}")
            for name, line in template.name_lines.items()
            if name in template.volatile_globals
        ]
        tell(template.name, sorted([*facts["untracked"], *reasons]))
        return template

    @cached_property
    def volatile_globals(self) -> frozenset[str]:
        """The names of globals whose value or result can change without an assign."""
        environment = cast("PurityEnvironment", self.environment)
        return frozenset(
            name
            for name in self.reads & self.globals.keys()
            if environment.is_volatile_global(name, self.globals[name])
        )

"""A compiled template, and what is known about it and the files it takes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Set
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import jinja2
from jinja2.runtime import Context

from .errors import MissingAssignError
from .linking import Linker, part_of
from .links import ALWAYS, Link
from .plans import Plans
from .sharing import SharedStream, StreamPlan
from .tree import Node, Statics
from .untracked import AT_EVERY_RENDER, tell

if TYPE_CHECKING:
    from .environment import LiveEnvironment


class LiveTemplate(jinja2.Template):
    """A compiled template that can also give its output as a tree. Made by :class:`LiveEnvironment`.

    Attributes:
        live_root: the compiled function ``(context, changed, previous tree or None) -> tree``.
        statics: the statics of the whole, its fingerprint.
        name_lines: the names the template reads from the context, with the first line that does.
        optional: the names among them it guards by ``is defined`` or ``default``.
        reads: every name in it, local ones too.
        inherits: whether it extends another template (then it is one dynamic).
        output: the names and marks that what it prints depends on.
        bound: for each name that it gives a value to, macros too: what this value depends on.
        links: what its marks stand for.
        own_plans: the loops over streams in this file.
        stands_alone: whether nothing in this file reads its streams but plain loops in its outermost part.
        places: where in its outermost part it includes others, by their marks.
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
    ) -> LiveTemplate:
        template = cast(LiveTemplate, super()._from_namespace(environment, namespace, globals))
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

    @property
    def live_environment(self) -> LiveEnvironment:
        """Its environment."""
        return cast("LiveEnvironment", self.environment)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names the template reads that assigns or globals have to provide."""
        return frozenset(self.name_lines) - self.optional

    @cached_property
    def volatile_globals(self) -> frozenset[str]:
        """Names of globals whose value or result can change without an assign."""
        environment = self.live_environment
        return frozenset(
            name
            for name in self.reads & self.globals.keys()
            if environment.is_volatile_global(name, self.globals[name])
        )

    @cached_property
    def output_names(self) -> frozenset[str]:
        """All names that what it prints depends on, also by what it includes and the macros it calls."""
        return self.resolved(self.output)

    @cached_property
    def is_volatile(self) -> bool:
        """Whether what it prints can change without an assign."""
        return ALWAYS in self.output_names

    @cached_property
    def plans(self) -> Plans:
        """The loops over streams in it, and in what it includes."""
        return Plans(self)

    @property
    def stream_plans(self) -> Mapping[Statics, StreamPlan]:
        """The loops over streams whose items views can share."""
        return self.plans.rows

    @property
    def whole_plans(self) -> tuple[SharedStream, ...]:
        """All loops over streams, if nothing else is evaluated when only streams have changed; else none."""
        return self.plans.whole

    def resolved(self, names: Iterable[str]) -> frozenset[str]:
        """Names, with what its marks among them stand for."""
        return Linker(self).names_of(names)

    def affected(self, changed: frozenset[str]) -> frozenset[str]:
        """The names that count as changed: those that were assigned, volatile globals, and marks.

        Args:
            changed: the names that were assigned.
        """
        always, others = self._marks
        affected = changed | self.volatile_globals | always
        if others:
            marks = [mark for mark, names in others if not names.isdisjoint(changed)]
            if marks:
                return affected.union(marks)
        return affected

    @cached_property
    def _marks(self) -> tuple[frozenset[str], tuple[tuple[str, frozenset[str]], ...]]:
        """The marks that always count as changed; and the names on which the others depend."""
        names = {
            mark: self.resolved([mark])
            for mark, link in self.links.items()
            if link.templates  # else the template finds out while it is rendered
        }
        always = frozenset(mark for mark, some in names.items() if ALWAYS in some)
        others = tuple((mark, some) for mark, some in names.items() if some and mark not in always)
        return always, others

    def is_volatile_part(self, part: str, is_macro: bool) -> bool:
        """Whether a macro of it, or something in it, can change without an assign."""
        return ALWAYS in self.resolved(part_of(self, Link((), part, is_macro, False)))

    def check_names(self, known: Set[str]) -> None:
        """Raise :class:`MissingAssignError` for the first name of the template that is not `known`."""
        if self.names <= known:
            return
        missing = [name for name in self.names - known if name not in self.globals]
        if missing:
            name = min(missing, key=lambda name: (self.name_lines[name], name))
            assigns = sorted(set(known) - self.globals.keys())
            raise MissingAssignError(name, self.name, self.name_lines[name], assigns, self.filename)

"""A compiled template, and what is known about it and the files it takes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from functools import cached_property

from .compiled import CompiledTemplate
from .errors import MissingAssignError
from .linking import Linker, part_of
from .links import ALWAYS, Link
from .plans import Plans
from .sharing import SharedStream, StreamPlan
from .tree import Statics


class LiveTemplate(CompiledTemplate):
    """A compiled template that can also give its output as a tree. Made by a ``LiveEnvironment``."""

    @cached_property
    def names(self) -> frozenset[str]:
        """The names the template reads that assigns or globals have to provide."""
        return frozenset(self.name_lines) - self.optional

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
        return Plans(self, is_volatile=self.is_volatile)

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

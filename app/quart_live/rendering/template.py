"""`LiveTemplate`: a compiled template, with the facts about it and the files it includes and imports."""

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
    """A compiled template that can also return its output as a tree. Made by a ``LiveEnvironment``."""

    @cached_property
    def names(self) -> frozenset[str]:
        """The names the template reads that assigns or globals have to provide."""
        return frozenset(self.name_lines) - self.optional

    @cached_property
    def output_names(self) -> frozenset[str]:
        """All names that its output depends on, also through includes and macros."""
        return self.resolved(self.output)

    @cached_property
    def is_volatile(self) -> bool:
        """Whether its output can change without an assign."""
        return ALWAYS in self.output_names

    @cached_property
    def plans(self) -> Plans:
        """The loops over streams in it, and in all that it includes."""
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
        """Return the names, with the names that the marks among them stand for."""
        return Linker(self).names_of(names)

    def affected(self, changed: frozenset[str]) -> frozenset[str]:
        """Return the names that count as changed: those that were assigned, volatile globals, and marks.

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
        """Return whether a macro of it, or something in it, can change without an assign."""
        return ALWAYS in self.resolved(part_of(self, Link((), part, is_macro, False)))

    def check_names(self, known: Set[str]) -> None:
        """Check that all names of the template are known.

        Args:
            known: the names of assigns and other values given to it.

        Raises:
            MissingAssignError: for the first name that is neither known nor global.
        """
        if self.names <= known:
            return
        missing = [name for name in self.names - known if name not in self.globals]
        if missing:
            name = min(missing, key=lambda name: (self.name_lines[name], name))
            assigns = sorted(set(known) - self.globals.keys())
            raise MissingAssignError(name, self.name, self.name_lines[name], assigns, self.filename)

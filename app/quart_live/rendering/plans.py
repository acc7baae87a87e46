"""The loops over streams, in a template and in all that it includes, whose items views can share."""

from __future__ import annotations

from collections.abc import Iterator

from .compiled import CompiledTemplate
from .linking import Linker, loaded
from .links import ALWAYS, OUTPUT
from .sharing import UNSHARED_NAMES, SharedStream, StreamPlan
from .tree import Statics

BARRED = {ALWAYS, *UNSHARED_NAMES}


class Plans:
    """The loops over streams that views with the same template can share.

    Args:
        template: the template of a view.
        is_volatile: whether its output can change without an assign.

    Attributes:
        rows: the loops whose single items can be shared.
        whole: all loops over streams, if nothing else is evaluated when only streams have changed; else none.
    """

    def __init__(self, template: CompiledTemplate, *, is_volatile: bool) -> None:
        self._templates = list(_included(template))
        self.rows: dict[Statics, StreamPlan] = {}
        for one in self._templates:
            for statics, plan in one.own_plans.items():
                names = self._names_of(one, plan)
                if BARRED.isdisjoint(names):
                    self.rows[statics] = plan._replace(names=tuple(sorted(names)))
        whole = self._whole(template, ()) or []
        is_clear = len({shared.stream for shared in whole}) == len(whole) and not is_volatile
        self.whole = tuple(whole) if is_clear else ()

    def _names_of(self, template: CompiledTemplate, plan: StreamPlan) -> frozenset[str]:
        """Return the names that the items of a loop depend on, local names of including templates too."""
        names = Linker(template).names_of(plan.names)
        while True:
            around = [one for one in self._templates if one is not template]
            more = names.union(
                *(
                    Linker(one).names_of(one.bound[name])
                    for one in around
                    for name in names & one.bound.keys()
                )
            )
            if more == names:
                return names
            names = more

    def _whole(self, template: CompiledTemplate, path: tuple[int, ...]) -> list[SharedStream] | None:
        """Return all loops over streams, with their places; None if more than these depends on streams."""
        if not template.stands_alone or len(path) > len(self._templates):
            return None
        found: list[SharedStream] = []
        for statics, plan in template.own_plans.items():
            row = self.rows.get(statics)
            if row is None or plan.place is None:
                return None
            found.append(SharedStream(plan.stream, row.names, (*path, plan.place), statics))
        for mark in template.output & template.links.keys():
            if "streams" not in Linker(template).names_of([mark]):
                continue
            place = template.places.get(mark)
            inner = list(loaded(template, template.links[mark]))
            if place is None or len(inner) != 1 or inner[0] is None or "streams" in template.bound:
                return None
            more = self._whole(inner[0], (*path, place))
            if more is None:
                return None
            found += more
        return found


def _included(template: CompiledTemplate) -> Iterator[CompiledTemplate]:
    """Yield the template and all that it includes."""
    seen = [template]
    for one in seen:
        yield one
        for link in one.links.values():
            if link.part == OUTPUT and link.with_context:
                seen.extend(inner for inner in loaded(one, link) if inner is not None and inner not in seen)

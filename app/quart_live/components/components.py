"""The components of one mounted view: which there are, and bringing them up to date.

Rendering happens in rounds, as templates do not wait. While the view's template runs, each place of a
component only gets its cid (`Components.place`). Then `Components.settle` mounts the new ones, updates those
that were placed with other arguments, class by class, and renders them, which may place more of them, for
the next round.

Components disappear when the *browser* says so. Its two messages, and what may happen between them, are

1. ``cids_will_destroy``: their elements have gone. They are marked.
2. A rendering places one of them again: the mark is taken away, and since the browser has forgotten what it
   had of it and of the components in it, all of that is rendered in full.
3. ``cids_destroyed``: those still marked are forgotten, with all inside them. The same class and id is a new
   component from now on.

Source of these rules: phoenix_live_view, ``lib/phoenix_live_view/diff.ex`` and ``view.ts``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import LiveViewError
from ..rendering import LiveTemplate, Renderer
from ..rendering.diff import Wire
from ..rendering.tree import Node
from .component import LiveComponent
from .names import component_class
from .placed import Placed
from .updates import ComponentUpdate

if TYPE_CHECKING:
    from ..templates import TemplateLibrary
    from ..view import LiveView

MAX_ROUNDS = 100
"""Components within components, at most. More is a component that contains itself."""

ComponentClass = type[LiveComponent]


class Components:
    """All components of one view and join.

    Args:
        library: the app's templates.
        view: the view.

    Attributes:
        waiting: what was placed since the last `settle`, with its arguments.
    """

    def __init__(self, library: TemplateLibrary, view: LiveView) -> None:
        self._library = library
        self._view = view
        self._by_cid: dict[int, Placed] = {}
        self._by_key: dict[tuple[ComponentClass, Any], Placed] = {}
        self._classes: dict[object, ComponentClass] = {}
        self._last_cid = 0
        self._settled: set[int] = set()
        self._parent: Placed | None = None
        self.waiting: dict[Placed, dict[str, Any]] = {}

    def __len__(self) -> int:
        return len(self._by_cid)

    def __contains__(self, cid: object) -> bool:
        return cid in self._by_cid

    def get(self, component: ComponentClass | str | int, id: Any = None) -> Placed | None:
        """A component by class (or its name) and id, or by its cid."""
        if isinstance(component, int):
            return self._by_cid.get(component)
        return self._by_key.get((component_class(component, type(self._view).__module__), id))

    def trees(self) -> dict[int, Node]:
        """What each component last rendered, by cid."""
        rendered = ((cid, placed.renderer) for cid, placed in self._by_cid.items())
        return {cid: renderer.tree for cid, renderer in rendered if renderer and renderer.tree is not None}

    # -- while a template is running -----------------------------------------------------------------------

    def place(self, component: ComponentClass | str, id: Any, assigns: dict[str, Any]) -> int:
        """See `rendering.placing.Placing.place`.

        Raises:
            LiveViewError: there is no such component, or it was placed twice.
        """
        around = self._parent.component if self._parent is not None else self._view
        near = type(around).__module__
        kind = self._classes.get((component, near)) or self._class_of(component, near)
        if id is None:
            raise LiveViewError(f"{kind.__name__} needs an id that is not None")
        placed = self._by_key.get((kind, id)) or self._add(kind, id)
        if placed in self.waiting or placed.cid in self._settled:
            raise LiveViewError(
                f"{kind.__name__} is placed twice with the id {id!r}. Give each of them an id of its own"
            )
        self.waiting[placed] = assigns
        placed.stand_in(self._parent)
        if placed.marked:
            placed.marked, placed.renderer = False, None
        return placed.cid

    def _class_of(self, component: ComponentClass | str, near: str) -> ComponentClass:
        kind = self._classes[component, near] = component_class(component, near)
        return kind

    def _add(self, kind: ComponentClass, id: Any) -> Placed:
        self._last_cid += 1
        placed = Placed(self._last_cid, kind())
        placed.component._attach(self._view, placed.cid, id)
        self._by_cid[placed.cid] = self._by_key[(kind, id)] = placed
        return placed

    # -- afterwards ----------------------------------------------------------------------------------------

    async def settle(self, *, for_page: bool = False) -> dict[str, Wire]:
        """Mount, update and render what was placed, and what is placed thereby.

        Args:
            for_page: the first render, of which only the trees are wanted.

        Returns:
            What goes under ``c`` in the message.

        Raises:
            LiveViewError: a component contains itself without end, or its `update` goes elsewhere.
        """
        wires: dict[str, Wire] = {}
        try:
            for _ in range(MAX_ROUNDS):
                batch, self.waiting = self.waiting, {}
                if not batch:
                    return wires
                self._settled.update(placed.cid for placed in batch)
                await self._update(batch)
                for placed in batch:
                    self._render(placed, wires, for_page)
        finally:
            self._settled.clear()
        name = type(next(iter(batch)).component).__name__
        raise LiveViewError(f"{name} contains itself without end")

    async def update(self, message: ComponentUpdate) -> Placed | None:
        """Do what `send_update` asks for. Returns the component, if it is still there."""
        placed = self.get(message.component, message.id)
        if placed is not None:
            component = placed.component
            await self._update_class(type(component), [(component, {"id": component.id, **message.assigns})])
        return placed

    async def changes_of(self, placed: Placed) -> dict[str, Wire]:
        """Render a component that has changed by itself, and what it places; as `settle`."""
        wires: dict[str, Wire] = {}
        if placed.cid in self._by_cid:
            self._render(placed, wires)
            wires.update(await self.settle())
        return wires

    def forget_trees(self) -> None:
        """The browser has forgotten all components, as its whole tree was replaced: keep only their state."""
        for placed in self._by_cid.values():
            placed.renderer = None

    async def _update(self, batch: Mapping[Placed, dict[str, Any]]) -> None:
        groups: dict[ComponentClass, list[tuple[LiveComponent, dict[str, Any]]]] = {}
        for placed, arguments in batch.items():
            if not placed.mounted:
                if self._view._host.visit is not None:
                    await self._view._host.visit.keep_component(placed.component)
                await placed.component.mount()
                placed.component._gives_way = None
                placed.mounted = True
            if placed.takes(arguments):
                groups.setdefault(type(placed.component), []).append((placed.component, dict(arguments)))
        for kind, updates in groups.items():
            await self._update_class(kind, updates)

    async def _update_class(
        self, kind: ComponentClass, updates: list[tuple[LiveComponent, dict[str, Any]]]
    ) -> None:
        await kind.update_many(updates)
        if self._view._navigation is not None:
            raise LiveViewError(
                f"{kind.__name__} goes to {self._view._navigation.to!r} while it is mounted or updated; "
                "a component can do so only in handle_event"
            )

    def _render(self, placed: Placed, wires: dict[str, Wire], for_page: bool = False) -> None:
        component, renderer = placed.component, placed.renderer
        values = component._assigns._values
        changed = component._assigns._take_changed()
        if component._keeper is not None:
            component._keeper.note(component, changed)
        template = self._template_of(component, renderer)
        self._parent = placed
        if renderer is None or template is not renderer.template:
            placed.renderer = renderer = Renderer(template, self)
            wire: Wire = {"page": renderer.render(values)} if for_page else renderer.join(values)
            wire["r"] = 1  # without it the client would not know the element as a component
        elif changed:
            wire = renderer.diff(values, changed)
        else:
            wire = {}
        self._parent = None
        renderer.save_memory()  # of components there may be hundreds
        if wire:
            self._library.root_check(component, renderer)
            wires[str(placed.cid)] = wire

    def _template_of(self, component: LiveComponent, renderer: Renderer | None) -> LiveTemplate:
        if renderer is not None and type(component).render is LiveComponent.render:
            return renderer.template
        return self._library.of(component)

    # -- removal -------------------------------------------------------------------------------------------

    def will_destroy(self, cids: Iterable[int]) -> None:
        """The browser has no elements of these any more."""
        for cid in cids:
            if placed := self._by_cid.get(cid):
                placed.marked = True

    def destroyed(self, cids: Iterable[int]) -> list[int]:
        """The browser confirms that they are gone; returns the cids that it can forget, too.

        What is inside them goes with them: also what is not marked any more, or was never in the page, as
        they were rendered once more between the two messages.
        """
        gone: list[int] = []
        for cid in cids:
            placed = self._by_cid.get(cid)
            if placed is None:
                gone.append(cid)
            elif placed.marked:
                self._forget(placed, gone)
        return list(dict.fromkeys(gone))

    def _forget(self, placed: Placed, gone: list[int]) -> None:
        placed.stand_in(None)
        if (tasks := self._view._host.tasks) is not None:
            tasks.cancel_of(placed.component)
        if (uploads := self._view._host.uploads) is not None:
            uploads.release(placed.component)
        del self._by_cid[placed.cid]
        del self._by_key[(type(placed.component), placed.component.id)]
        gone.append(placed.cid)
        for inner in tuple(placed.inside):
            self._forget(inner, gone)

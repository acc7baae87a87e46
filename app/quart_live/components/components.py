"""The components of one mounted view: placing, updating and rendering them.

Rendering happens in rounds, as templates do not wait. While the view's template runs, each place of a
component only gets its cid (`Components.place`). Then `Components.settle` mounts the new ones, updates those
that were placed with other arguments, class by class, and renders them, which may place more of them, for
the next round.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import LiveViewError
from ..rendering import LiveTemplate, Renderer
from ..rendering.diff import Wire
from ..rendering.showing import show_again
from ..rendering.tree import Node
from ..view.lifecycle_hooks import run_after_render
from ..view.state import state_of
from .component import LiveComponent
from .names import component_class
from .placed import Placed
from .root import RootCheck
from .table import ComponentClass, ComponentTable
from .trial import Trial
from .updates import ComponentUpdate, TakesUpdates

if TYPE_CHECKING:
    from ..view.stateful import Stateful
    from ..view.view import LiveView

MAX_ROUNDS = 100
"""The most rounds of components within components. A component that needs more contains itself."""


class Templates(Protocol):
    """The app's templates."""

    root_check: RootCheck

    def of(self, view: Stateful, /) -> LiveTemplate:
        """Return the template with which a view or component is rendered now."""


class Components:
    """All components of one view and join.

    Args:
        library: the app's templates.
        view: the view.

    Attributes:
        table: the components by cid, and by class and id.
        waiting: the components that were placed since the last `settle`, with their arguments.
    """

    def __init__(self, library: Templates, view: LiveView) -> None:
        self._library = library
        self._view = view
        self._state = state_of(view)
        self.table = ComponentTable(self._state)
        self._classes: dict[object, ComponentClass] = {}
        self._settled: set[int] = set()
        self._parent: Placed | None = None
        self.waiting: dict[Placed, dict[str, Any]] = {}

    def get(self, component: type[TakesUpdates] | str | int, id: Any = None) -> Placed | None:
        """Return a component by class (or its name) and id, or by its cid; None if there is none."""
        if isinstance(component, int):
            return self.table.at(component)
        return self.table.find(component_class(component, type(self._view).__module__), id)

    def trees(self) -> dict[int, Node]:
        """Return the tree that each component last rendered, by cid."""
        rendered = ((placed.cid, placed.renderer) for placed in self.table)
        return {cid: renderer.tree for cid, renderer in rendered if renderer and renderer.tree is not None}

    # -- while a template is running -----------------------------------------------------------------------

    def place(self, component: ComponentClass | str, id: Any, assigns: dict[str, Any]) -> int:
        """Place a component in the running template; see `rendering.placing.Placing.place`.

        Raises:
            LiveViewError: if there is no such component, its id is None, or it was placed twice.
        """
        around = self._parent.component if self._parent is not None else self._view
        near = type(around).__module__
        kind = self._classes.get((component, near)) or self._class_of(component, near)
        if id is None:
            raise LiveViewError(f"{kind.__name__} needs an id: pass one that is not None")
        placed = self.table.find(kind, id) or self.table.add(kind, id)
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

    # -- afterwards ----------------------------------------------------------------------------------------

    async def settle(self, *, for_page: bool = False) -> dict[str, Wire]:
        """Mount, update and render the components that were placed, and those that are placed thereby.

        Args:
            for_page: whether it is the first render, which needs only the trees.

        Returns:
            The messages under ``c`` in a diff, by cid.

        Raises:
            LiveViewError: if a component contains itself, is not one element, or goes elsewhere meanwhile.
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
        """Run the `update` of a component for `send_update`. Return the component, if it is still there."""
        placed = self.get(message.component, message.id)
        if placed is not None:
            component = placed.component
            await self._update_class(type(component), [(component, {"id": component.id, **message.assigns})])
        return placed

    async def changes_of(self, placed: Placed) -> dict[str, Wire]:
        """Render a component that has changed by itself, and those that it places; result as of `settle`."""
        wires: dict[str, Wire] = {}
        if placed.cid in self.table:
            self._render(placed, wires)
            wires.update(await self.settle())
            self.show_again(wires, {})
        return wires

    def show_again(self, wires: dict[str, Wire], diff: Wire, tree: Node | None = None) -> None:
        """Send the cids of changed components again where the client would leave out the part around them.

        Args:
            wires: the messages under ``c``, which are completed.
            diff: the diff of the view itself, if there is one, which is completed.
            tree: the view's tree.
        """
        if not diff and len(wires) < 2:
            return  # the client builds that component alone
        inside: dict[Placed | None, set[int]] = {}
        for cid in wires:
            placed = self.table.at(int(cid))
            while placed is not None:
                inside.setdefault(placed.parent, set()).add(placed.cid)
                placed = placed.parent
        for host, cids in inside.items():
            if host is None:
                if diff and tree is not None:
                    show_again(diff, tree, cids)
            elif host.renderer is not None and host.renderer.tree is not None:
                wire = wires.get(str(host.cid), {})
                show_again(wire, host.renderer.tree, cids)
                if wire:
                    wires[str(host.cid)] = wire

    def forget_trees(self) -> None:
        """Forget all trees, as the browser does when its whole tree is replaced; keep the states."""
        for placed in self.table:
            placed.renderer = None

    def try_out(self) -> None:
        """Render each component by its template as it is now, and throw the result away.

        Raises:
            Exception: the error of a template.
            LiveViewError: if a component is not one element.
        """
        for placed in self.table:
            component = placed.component
            renderer = Renderer(self._library.of(component), Trial(type(component)))
            renderer.render(state_of(component).assigns.values)
            self._library.root_check(component, renderer)

    async def _update(self, batch: Mapping[Placed, dict[str, Any]]) -> None:
        groups: dict[ComponentClass, list[tuple[LiveComponent, dict[str, Any]]]] = {}
        for placed, arguments in batch.items():
            if not placed.mounted:
                if self._state.host.mount_stash is not None:
                    await self._state.host.mount_stash.keep_component(placed.component, placed.component.id)
                await placed.component.mount()
                state_of(placed.component).restored = None
                placed.mounted = True
            if placed.takes(arguments):
                groups.setdefault(type(placed.component), []).append((placed.component, dict(arguments)))
        for kind, updates in groups.items():
            await self._update_class(kind, updates)

    async def _update_class(
        self, kind: ComponentClass, updates: list[tuple[LiveComponent, dict[str, Any]]]
    ) -> None:
        await kind.update_many(updates)
        if self._state.navigation is not None:
            raise LiveViewError(
                f"{kind.__name__} goes to {self._state.navigation.to!r} while it is mounted or updated; "
                "let it do so in handle_event"
            )

    def _render(self, placed: Placed, wires: dict[str, Wire], for_page: bool = False) -> None:
        component, renderer = placed.component, placed.renderer
        state = state_of(component)
        values, changed = state.assigns.values, state.assigns.take_changed()
        if state.stash is not None:
            state.stash.note(state, changed)
        template = self._template_of(component, renderer)
        self._parent = placed
        if renderer is None or template is not renderer.template:
            placed.renderer = renderer = Renderer(template, self)
            wire: Wire = {"page": renderer.render(values)} if for_page else renderer.join(values)
            wire["r"] = 1  # without it the client would not know the element as a component
        else:
            wire = renderer.diff(values, changed) if changed else {}
        self._parent = None
        if (wire or changed) and "after_render" in state.hooks:
            run_after_render(component)
        renderer.save_memory()  # of components there may be hundreds
        if wire:
            self._library.root_check(component, renderer)
            wires[str(placed.cid)] = wire

    def _template_of(self, component: LiveComponent, renderer: Renderer | None) -> LiveTemplate:
        if renderer is not None and type(component).render is LiveComponent.render:
            return renderer.template
        return self._library.of(component)

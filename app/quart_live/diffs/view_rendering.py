"""The rendering of one mounted view: from its assigns to the tree that the browser has, and to diffs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

from ..components import Components
from ..components.components import Templates as ComponentTemplates
from ..components.placed import Placed
from ..components.trial import Trial
from ..rendering import LiveTemplate, Renderer
from ..rendering.burst import Burst
from ..rendering.seen import Seen
from ..rendering.tree import to_html
from ..telemetry import Measured
from ..view.lifecycle_hooks import run_after_render
from ..view.request_names import check_names
from ..view.state import state_of
from ..view.view import LiveView
from .fanout import Shares

NOT_IN_TREE = frozenset({"e", "t"})
"""What a diff brings besides changes of the view's tree."""


class Templates(ComponentTemplates, Protocol):
    """The app's templates; see `quart_live.runtime.templates.TemplateLibrary`."""

    @property
    def burst(self) -> Burst | None:
        """Items that full pages and joins share for a moment; None if nothing is shared."""


class ViewRendering:
    """The rendering of one mounted view: keeps the tree that the browser has, and makes diffs against it.

    Attributes:
        state: the view's record.
        components: the view's live components.
    """

    def __init__(self, library: Templates, view: LiveView) -> None:
        self._library = library
        self._view = view
        self.state = state_of(view)
        self._chooses = type(view).render is not LiveView.render
        self._renderer: Renderer | None = None
        self._template: LiveTemplate | None = None
        self._is_outdated = False
        self.components = Components(library, view)

    async def html(self) -> str:
        """The whole page part as HTML, for the first render."""
        self.state.assigns.take_changed()
        with self._measured("page"):
            tree = self._make_renderer().render(self.state.assigns.values, self._library.burst)
        await self.components.settle(for_page=True)
        run_after_render(self._view)
        return to_html(tree, self.components.trees())

    async def join(self) -> dict[str, Any]:
        """The complete tree, for the join reply."""
        changed = self.state.assigns.take_changed()
        with self._measured("join"):
            tree = self._make_renderer().join(self.state.assigns.values, self._library.burst)
        tree = await self.with_components(tree)
        run_after_render(self._view)
        return self._with_extras(tree, changed)

    def diff(self, shares: Shares | None = None) -> dict[str, Any]:
        """What has changed in the view's template since the last rendering; empty if nothing.

        If ``components.waiting`` is not empty afterwards, `with_components` has to complete it.

        Args:
            shares: what other views have rendered of the message that was handled.
        """
        with self._measured("diff"):
            return self._diff(shares)

    def replace(self) -> None:
        """Make the next diff a complete one, by templates read again: their files have changed.

        First all is rendered for trial, and what comes of it is thrown away.

        Raises:
            Exception: what the new templates raise; nothing is replaced then.
        """
        template = self._library.of(self._view)
        check_names(template, type(self._view), self.state.assigns.reader)
        Renderer(template, Trial(type(self._view))).render(self.state.assigns.values)
        self.components.try_out()
        self._is_outdated = True

    def _measured(self, kind: str) -> Measured:
        return self.state.host.telemetry.view_span("live_view.render", self._view, kind=kind)

    def _diff(self, shares: Shares | None) -> dict[str, Any]:
        changed = self.state.assigns.take_changed()
        if self._is_outdated or (self._chooses and self._library.of(self._view) is not self._template):
            self._is_outdated = False
            # Another root template: the browser's tree is replaced whole, statics, components and all.
            self.components.forget_trees()
            tree = self._make_renderer().join(self.state.assigns.values)
            run_after_render(self._view)
            return self._with_extras(tree, changed)
        if not changed:
            return self._with_extras({}, changed)
        assert self._renderer is not None, "diff before join"
        tree = self._renderer.diff(self.state.assigns.values, changed, shares)
        if "after_render" in self.state.hooks:
            run_after_render(self._view)
        return self._with_extras(tree, changed)

    def find_shared(self, shares: Shares) -> Seen | None:
        """Look whether another view has made the coming diff. If so, there is nothing left to render.

        Args:
            shares: what other views have rendered of the message that was handled.

        Returns:
            The diff, with the end of its frame if it was found; None if it may be this view's alone.
        """
        state, renderer = self.state, self._renderer
        assigns = state.assigns
        changed = assigns.changed
        if (
            "streams" not in changed
            or renderer is None
            or "page_title" in changed
            or state.pushed_events
            or "after_render" in state.hooks
            or (state.stash is not None and state.stash.waits(changed))
            or self._chooses
            or self._is_outdated
            or self.components.waiting
        ):
            return None
        seen = shares.find(renderer, assigns.values, changed)
        if seen is not None and seen.end:
            renderer.pass_over(assigns.values, changed, assigns.streams)
            changed.clear()
        return seen

    async def with_components(self, diff: dict[str, Any]) -> dict[str, Any]:
        """Add to a diff what belongs to the components that its rendering has placed."""
        if self.components.waiting:
            if changes := await self.components.settle():
                if diff.keys() - NOT_IN_TREE:
                    tree = self._renderer.tree if self._renderer is not None else None
                    self.components.show_again(changes, diff, tree)
                else:
                    self.components.show_again(changes, {})
                diff["c"] = changes
            self._with_extras(diff, ())
        return diff

    async def diff_of(self, component: Placed) -> dict[str, Any]:
        """What has changed in one component, by an event of its own or `send_update`."""
        changes = await self.components.changes_of(component)
        return {"c": changes} if changes else {}

    def current_html(self) -> str:
        """HTML of the tree as last rendered."""
        return self._renderer.current_html(self.components.trees()) if self._renderer is not None else ""

    def _make_renderer(self) -> Renderer:
        template = self._library.of(self._view)
        if template is not self._template:
            check_names(template, type(self._view), self.state.assigns.reader)
        self._template, self._renderer = template, Renderer(template, self.components)
        return self._renderer

    def _with_extras(self, tree: dict[str, Any], changed: Collection[str]) -> dict[str, Any]:
        state = self.state
        if state.stash is not None:
            state.stash.note(state, changed)
        if "page_title" in changed:
            title = state.assigns.values["page_title"]
            tree["t"] = "" if title is None else str(title)
        if state.pushed_events:
            tree["e"] = [*tree.get("e", ()), *state.take_pushed_events()]
        return tree

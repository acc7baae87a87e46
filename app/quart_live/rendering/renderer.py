"""Rendering one mounted view: the first page, the join and every diff after it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence, Set
from typing import Any

from jinja2.runtime import Context

from .diff import Wire, changes, complete
from .keys import NoKeyError, Parts
from .placing import Placing, placing
from .seen import Seen
from .sharing import RowCache, SharedItems, names_key, shown_loop
from .streams import LiveStream, Streams, streams_among
from .template import LiveTemplate
from .tree import Components, Node, to_html

_STREAMS = frozenset({"streams"})


class Renderer:
    """The renderer of one mounted view: it keeps the tree between renders. One per view and join.

    Args:
        template: the compiled template of the view, or of a component.
        components: the view's components, if it can have some.
    """

    def __init__(self, template: LiveTemplate, components: Placing | None = None) -> None:
        self.template = template
        self._components = components
        self._tree: Node | None = None
        self._context: Context | None = None
        self._unseen: frozenset[str] = frozenset()
        self._plans = template.whole_plans
        self._shown: Node | None = None  # the tree in which all loops of the plans were found

    def html(self, assigns: Mapping[str, Any]) -> str:
        """Render everything to HTML, as for the first page.

        Raises:
            MissingAssignError: if the template reads a name that is neither assigned nor global.
        """
        html = to_html(self.render(assigns))
        _settle_streams(assigns)
        return html

    def join(self, assigns: Mapping[str, Any], cache: RowCache | None = None) -> Wire:
        """Render everything for a browser that has nothing yet: the `rendered` of a join reply.

        Raises:
            MissingAssignError: if the template reads a name that is neither assigned nor global.
        """
        message: Wire = complete(self.render(assigns, cache))
        _settle_streams(assigns)
        return message

    def diff(self, assigns: Mapping[str, Any], changed: Set[str], cache: RowCache | None = None) -> Wire:
        """Render all that depends on the `changed` names and return the diff; ``{}`` if nothing differs.

        Values that were not assigned again count as unchanged, whatever happened inside them.

        Args:
            assigns: all assigns.
            changed: the names among them that were assigned since the last render.
            cache: items of streams that other views have rendered.

        Raises:
            MissingAssignError: as `render`, at the first render.
        """
        names = self._unseen.union(changed)
        old = self._tree
        if old is None:
            return self.join(assigns, cache)
        self._unseen = names  # stays if the template raises: the next diff catches up
        if self._context is None:
            self._context = context = self.template.new_context(dict(assigns))
        else:
            context = self._updated_context(self._context, assigns, names)
        new = self._render_sharing(cache if "streams" in names else None, assigns, context, names, old)
        self._unseen = frozenset()
        message = changes(old, new)
        if "streams" in names:
            _settle_streams(assigns)
        return message

    def save_memory(self) -> None:
        """Drop all but the tree until the next render, which takes some microseconds longer."""
        self._context = None

    @property
    def tree(self) -> Node | None:
        """The tree that was last rendered, if any."""
        return self._tree

    def current_html(self, components: Components = {}) -> str:  # noqa: B006 - it is only read
        """Return the HTML of the view as last rendered; ``""`` before the first render.

        Raises:
            LiveTemplateError: if it has a live component that is not among `components`.
        """
        return "" if self._tree is None else to_html(self._tree, components)

    def render(self, assigns: Mapping[str, Any], cache: RowCache | None = None) -> Node:
        """Render everything, whatever was rendered before; streams keep their items.

        Args:
            assigns: all assigns.
            cache: items of streams that other views have rendered.

        Raises:
            MissingAssignError: if the template reads a name that is neither assigned nor global.
        """
        self.template.check_names(assigns.keys())
        self._context = self.template.new_context(dict(assigns))
        self._unseen = frozenset()
        return self._render_sharing(cache, assigns, self._context, frozenset(), None)

    def find_seen(self, assigns: Mapping[str, Any], changed: Set[str], seen: Sequence[Seen]) -> Seen | bool:
        """Look for the coming diff among the diffs that other views have sent.

        Args:
            assigns: all assigns.
            changed: the names among them that were assigned since the last render.
            seen: diffs of other views.

        Returns:
            That diff, or whether a key can be made for the coming one.
        """
        plans, tree, streams = self._plans, self._tree, assigns.get("streams")
        if not plans or tree is None or self._unseen or type(streams) is not Streams:
            return False
        if len(changed) > 1 and not self.template.output_names.isdisjoint(changed - _STREAMS):
            return False
        named = streams.__dict__
        if tree is not self._shown:
            if not all(plan.stream in named and shown_loop(tree, plan) for plan in plans):
                return False
            self._shown = tree
        for one in seen:
            if one.template is self.template and one.is_coming(named, assigns):
                return one
        return True

    def note_seen(self, assigns: Mapping[str, Any], parts: Parts) -> Seen | None:
        """Note the coming diff, for other views; return None if it may be this view's alone.

        Args:
            assigns: all assigns.
            parts: ids of objects that are not changed any more; see :func:`~.keys.parts_of`.
        """
        named = assigns["streams"].__dict__
        key: Hashable = None
        try:
            for plan in self._plans:
                stream = named[plan.stream]
                if stream.pending:
                    around: Hashable = plan.statics
                    if plan.names:
                        around = (around, names_key(plan.names, assigns))
                    key = stream.key(parts, around if key is None else (around, key))
        except NoKeyError:
            return None
        return Seen(self.template, self._plans, named, assigns, key) if key is not None else None

    def pass_over(
        self, assigns: Mapping[str, Any], changed: Set[str], streams: Mapping[str, LiveStream]
    ) -> None:
        """Skip a diff that another view has made, and go on as if it had been rendered here."""
        for stream in streams.values():
            if stream.inserts or stream.deletes or stream.emptied:
                stream.settle()
        if len(changed) > 1 and self._context is not None:
            self._updated_context(self._context, assigns, frozenset(changed))

    def _render_sharing(
        self,
        cache: RowCache | None,
        assigns: Mapping[str, Any],
        context: Context,
        changed: frozenset[str],
        previous: Node | None,
    ) -> Node:
        """Render with the streams taking items from the cache, and adding to it those that it lacks."""
        plans = self.template.stream_plans if cache is not None else None
        if cache is None or not plans:
            return self._render(context, changed, previous)
        shared = SharedItems(cache, plans, assigns)
        streams = list(streams_among(assigns))
        for stream in streams:
            stream.shared = shared
        try:
            return self._render(context, changed, previous)
        finally:
            for stream in streams:
                stream.shared = None

    def _render(self, context: Context, changed: frozenset[str], previous: Node | None) -> Node:
        template = self.template
        token = placing.set(self._components)
        try:
            tree = template.live_root(context, template.affected(changed), previous)
        except Exception:
            # Jinja may have left settings of a half-rendered block behind in it.
            self._context = None if previous is None else template.new_context(dict(context.parent))
            template.environment.handle_exception()
        finally:
            placing.reset(token)
        self._tree = tree
        return tree

    def _updated_context(
        self, context: Context, assigns: Mapping[str, Any], changed: frozenset[str]
    ) -> Context:
        if self.template.inherits:  # a parent template adds its blocks to the context, at every render
            self._context = self.template.new_context(dict(assigns))
            return self._context
        # Making a new context costs more than all else in a small update, so this one is kept for life.
        context.vars.clear()
        context.exported_vars.clear()
        for name in changed:
            if name in assigns:
                context.parent[name] = assigns[name]
        return context


def _settle_streams(assigns: Mapping[str, Any]) -> None:
    for stream in streams_among(assigns):
        stream.settle()

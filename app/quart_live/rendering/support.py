"""The functions that compiled live templates call while they run. Not for use by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from jinja2.runtime import Context, Macro
from markupsafe import Markup

from .errors import LiveTemplateError
from .placing import ComponentSlot
from .streams import STREAM_ADVICE, LiveStream, StreamLoop
from .tree import Dynamic, Loop, Node, Statics, to_html

if TYPE_CHECKING:
    from .template import LiveTemplate

__all__ = [
    "LiveMacro",
    "Statics",
    "live_call",
    "live_enter",
    "live_include",
    "live_loop",
    "live_rest",
    "live_same",
    "live_shared",
]

ALL_CHANGED = -1
"""The mask of a part rendered for the first time: every test against it succeeds."""


def live_enter(
    statics: Statics, previous: Node | None, changed: Iterable[str], bits: Mapping[str, int]
) -> tuple[Any, int]:
    """Begin a template: return the previous tree, if the same template made it, and the mask of changes."""
    if previous is None or previous[0] is not statics:
        return (), ALL_CHANGED
    mask = 0
    for name in changed:
        mask |= bits.get(name, 0)
    return previous, mask


def live_same(previous: Any, index: int, statics: Statics) -> Any:
    """Return the previous node in a slot if the same branch made it, else an empty one."""
    if previous:
        before = previous[index]
        if type(before) is list and before[0] is statics:
            return before
    return ()


def live_loop(items: Any, statics: Statics, whole: bool) -> Loop:
    """Begin a loop; `whole` if the template reads more than the single items (``else``, ``loop``).

    Raises:
        LiveTemplateError: if such a loop is over a stream.
    """
    if type(items) is not LiveStream:
        return Loop(statics)
    if whole:
        raise LiveTemplateError("A loop over a stream can have no 'else' and no 'loop'. " + STREAM_ADVICE)
    return items.render(statics)


def live_shared(loop: Loop) -> None:
    """End a loop over a stream of which other views may have rendered some items."""
    if type(loop) is StreamLoop and loop.found is not None:
        (shared, keys, rows), loop.found = loop.found, None
        shared.complete(loop, keys, rows)


def live_rest(loop: Loop, previous: Any, index: int) -> Loop | str:
    """Return an empty loop, or ``""`` until a loop with entries has sent the browser its statics."""
    if type(loop) is StreamLoop:
        return loop
    if previous:
        before = previous[index]
        if type(before) is Loop and before.statics is loop.statics:
            return loop
    return ""


class LiveMacro(Macro):
    """A macro whose body builds a node. It returns HTML, or in place of a whole dynamic that node."""

    _node_macro: _NodeMacro | None = None

    def _invoke(self, arguments: list[Any], autoescape: bool) -> str:
        html = to_html(self._func(*arguments))
        return Markup(html) if autoescape else html  # escaped by the body itself

    @property
    def node(self) -> _NodeMacro:
        """The same macro, returning its node."""
        if self._node_macro is None:
            twin = _NodeMacro.__new__(_NodeMacro)
            twin.__dict__.update(self.__dict__)
            self._node_macro = twin
        return self._node_macro


class _NodeMacro(Macro):
    def _invoke(self, arguments: list[Any], autoescape: bool) -> Any:
        return self._func(*arguments)


def live_call(
    escape: Callable[[Any], str], context: Context, function: Any, /, *args: Any, **kwargs: Any
) -> Any:
    """Call a function whose result is a whole dynamic.

    Return the node of one of our own macros, the cid of a live component, or escaped HTML.
    """
    if type(function) is LiveMacro:
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return function.node(context.eval_ctx, *args, **kwargs)
    result = context.call(function, *args, **kwargs)
    return result.cid if type(result) is ComponentSlot else escape(result)


def live_include(
    template: LiveTemplate,
    context: Context,
    local: dict[str, Any],
    changed: frozenset[str],
    previous: Any,
    index: int,
    mask: int,
    masks: Mapping[str, int],
) -> Dynamic:
    """Render an included template with the context of the including one, as a node of its own.

    Args:
        template: the included template.
        context: the context of the including template.
        local: the local names and their values where the include stands.
        changed: the names of the assigns that have changed.
        previous: the node of the last render in which the include stands, if there is one.
        index: the include's index there.
        mask: the bits of the names that have changed in the including template.
        masks: for local names the bits of the names that they depend on.

    Raises:
        MissingAssignError: if it reads a name that is neither assigned nor global.
    """
    before = previous[index] if previous else None
    known = before if type(before) is list and before[0] is template.statics else None
    changed = changed.union([name for name in local if mask & masks.get(name, -1)])
    if known is not None and changed.isdisjoint(template.output_names) and not template.is_volatile:
        return known
    inner = template.new_context(context.get_all(), True, local)
    template.check_names(inner.parent.keys() | local.keys())
    return template.live_root(inner, template.affected(changed), known)

"""A Jinja code generator that makes every template return its output as a tree, too.

Jinja's generated code writes to ``frame.buffer``. Here some buffers are nodes under construction (see
:mod:`.tree`): constants go to the node's statics at compile time, everything else is appended as a dynamic.
Scopes, assignments, loops and macro arguments stay Jinja's own code, so they mean what they mean in Jinja.
What opens a buffer of its own, or is not known here, becomes one opaque dynamic: never a wrong page, at worst
a larger diff.

A compiled module has, besides Jinja's ``root``, the function ``live_root(context, changed, previous)``. The
parts of the generator are in :mod:`.builder`, :mod:`.output`, :mod:`.branches` and :mod:`.macros`.
"""

from __future__ import annotations

import warnings
from typing import Any

from jinja2 import nodes
from jinja2.compiler import Frame
from jinja2.idtracking import VAR_LOAD_RESOLVE
from jinja2.nodes import EvalContext

from .dependencies import Dependencies
from .errors import LiveTemplateWarning
from .links import ALWAYS
from .macros import MacroGenerator
from .reading import free_names, is_stream
from .untracked import AT_EVERY_RENDER

_COMMON = (
    "resolve = context.resolve_or_missing",
    "undefined = environment.undefined",
    "concat = environment.concat",
    "cond_expr_undefined = Undefined",
)


class LiveCodeGenerator(MacroGenerator):
    """The code generator of a template's module: Jinja's functions, then ours, then the template's facts."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._context_names: set[str] = set()

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802
        """Write the whole module."""
        self.dependencies = Dependencies(self.environment, node, self.name)
        self.writeline("from quart_live.rendering.support import *")
        super().visit_Template(node, frame)
        self._warn_of_streams_in_items(node)
        extends = node.find(nodes.Extends)
        inherits = extends is not None
        if extends is not None:
            self._warn_of_extends(extends)
            root = self._write_opaque_root()
        else:
            root = self._write_live_root(node)
        self.writeline(f"live_marked = {self.is_balanced!r}")
        for number, expression in enumerate(self.constants):
            self.writeline(f"live_{number} = {expression}")
        self.writeline(f"live_statics = {root}")
        self.writeline(f"live_bits = {self.bits!r}")
        self.writeline(f"live_facts = {self._facts(node, inherits)!r}")
        plans = ", ".join(f"{statics}: {tuple(plan)!r}" for statics, plan in self.plans)
        self.writeline(f"live_plans = {{{plans}}}")
        lines = ", ".join(f"{statics}: {numbers!r}" for statics, numbers in self.lines)
        self.writeline(f"live_lines = {{{lines}}}")
        debug_info = "&".join(f"{template}={code}" for template, code in self.debug_info)
        self.writeline(f"debug_info = {debug_info!r}")

    def _warn_of_extends(self, extends: nodes.Extends) -> None:
        warnings.warn(
            f"{self.name or 'A live template'} extends another template, so whatever changes, all of it is "
            "sent again. Keep what stands around the view in the layout; include parts instead of extending.",
            LiveTemplateWarning,
            stacklevel=2,
        )
        self.dependencies.untracked.note(
            extends, f"the template extends another one, {AT_EVERY_RENDER}, as one text"
        )

    def _warn_of_streams_in_items(self, node: nodes.Template) -> None:
        for loop in (loop for loop in node.find_all(nodes.For) if is_stream(loop.iter)):
            for inner in loop.find_all(nodes.For):
                if is_stream(inner.iter):
                    warnings.warn(
                        f"{self.name or 'A live template'}, line {inner.lineno}: this stream stands in the "
                        "items of another one and is rendered only with them; what is inserted later will "
                        "not be shown. Make the item a live component that has the stream.",
                        LiveTemplateWarning,
                        stacklevel=2,
                    )

    def _write_opaque_root(self) -> str:
        root = self.constant()
        self.constants[-1] = "Statics(('', ''))"
        self.writeline("def live_root(context, changed, previous):", extra=1)
        self.writeline(f"    return [{root}, environment.concat(root(context))]")
        return root

    def _write_live_root(self, node: nodes.Template) -> str:
        self._last_line = 0  # so that the first line is noted for tracebacks again
        frame = Frame(EvalContext(self.environment, self.name))
        self.writeline(
            "def live_root(context, changed, previous, missing=missing, environment=environment):", extra=1
        )
        self.indent()
        for line in _COMMON:
            self.writeline(line)
        if any(name.name == "self" for name in node.find_all(nodes.Name)):
            self.writeline(f"{frame.symbols.declare_parameter('self')} = TemplateReference(context)")
        frame.symbols.analyze_node(node)
        frame.toplevel = frame.rootlevel = True
        self.enter_frame(frame)
        self.pull_dependencies(node.body)
        root = self.open_node(frame, tracked=True)
        entered = f"live_enter({root.statics}, previous, changed, live_bits)"
        self.writeline(f"{root.previous}, {root.mask} = {entered}")
        self.blockvisit(node.body, frame)
        self.close_row(root)
        self.writeline(f"return {root.buffer}")
        self.outdent()
        return root.statics

    def enter_frame(self, frame: Frame) -> None:
        """Note the names that come from the context."""
        self._context_names.update(
            name for action, name in frame.symbols.loads.values() if action == VAR_LOAD_RESOLVE and name
        )
        super().enter_frame(frame)

    def _facts(self, node: nodes.Template, inherits: bool) -> dict[str, Any]:
        """Return the facts that :class:`CompiledTemplate` reads."""
        loaded = [name for name in node.find_all(nodes.Name) if name.ctx == "load"]
        lines: dict[str, int] = {}
        expected = self._context_names - _names_bound_by_statements(node)
        # First those that a loop or a macro gives no value to; the others only where there are none of these.
        for name in (*sorted(free_names(node), key=lambda name: name.lineno), *loaded):
            if name.name in expected:
                lines.setdefault(name.name, name.lineno)
        output = self.dependencies.of(*node.body)
        return {
            "name_lines": lines,
            "optional": sorted(_guarded_names(node)),
            "reads": sorted({name.name for name in loaded}),
            "inherits": inherits,
            "output": sorted(output | {ALWAYS} if inherits else output),
            "bound": self.dependencies.bound(),
            "links": {mark: tuple(link) for mark, link in self.dependencies.links.found.items()},
            "stands_alone": self._streams_stand_alone(loaded),
            "places": self.places,
            "untracked": self.dependencies.untracked.reasons(),
        }

    def _streams_stand_alone(self, loaded: list[nodes.Name]) -> bool:
        """Return whether only plain loops in the template's outermost part depend on its streams."""
        streams = [plan.stream for _, plan in self.plans if plan.place is not None]
        reads = [name for name in loaded if name.name == "streams"]
        return len(streams) == len(set(streams)) == len(reads)


def _guarded_names(template: nodes.Template) -> set[str]:
    """Return the names that the template itself expects to be absent sometimes."""
    guards: set[str] = set()
    for test in template.find_all(nodes.Test):
        if test.name in ("defined", "undefined") and isinstance(test.node, nodes.Name):
            guards.add(test.node.name)
    for applied in template.find_all(nodes.Filter):
        if applied.name in ("default", "d") and isinstance(applied.node, nodes.Name):
            guards.add(applied.node.name)
    return guards


def _names_bound_by_statements(template: nodes.Template) -> set[str]:
    """Return the names set somewhere: after an untaken branch Jinja looks for them in the context, too."""
    bound = {macro.name for macro in template.find_all(nodes.Macro)}
    bound.update(module.target for module in template.find_all(nodes.Import))
    for module in template.find_all(nodes.FromImport):
        bound.update(name if isinstance(name, str) else name[1] for name in module.names)
    for assign in template.find_all((nodes.Assign, nodes.AssignBlock)):
        bound.update(name.name for name in assign.find_all(nodes.Name) if name.ctx == "store")
    return bound

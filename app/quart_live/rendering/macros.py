"""Macros, call blocks, includes and imports."""

from __future__ import annotations

from typing import Any

from jinja2 import nodes
from jinja2.compiler import Frame, MacroRef

from .branches import BranchGenerator
from .builder import FIRST_TIME, NodeBuilder
from .links import ALWAYS, Import


class MacroGenerator(BranchGenerator):
    """The code generator of macros that build nodes, and of includes that are nodes."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._awaits_macro_buffer = False
        self.places: dict[str, int] = {}

    def macro_body(self, node: nodes.Macro | nodes.CallBlock, frame: Frame) -> tuple[Frame, MacroRef]:
        """Generate the body of a macro, which builds a node wherever the macro is defined."""
        self._awaits_macro_buffer = True
        return super().macro_body(node, frame)

    def buffer(self, frame: Frame) -> None:
        """Open a node for a macro, an ordinary buffer for anything else."""
        if self._awaits_macro_buffer:
            self._awaits_macro_buffer = False
            self.open_node(frame, tracked=False)
        else:
            super().buffer(frame)

    def return_buffer_contents(self, frame: Frame, force_unescaped: bool = False) -> None:
        """Return the node of a macro, the text of any other buffer."""
        builder = self.builders.get(frame.buffer)
        if builder is None:
            super().return_buffer_contents(frame, force_unescaped)
        else:
            self.close_row(builder)
            self.writeline(f"return {builder.buffer}")

    def macro_def(self, macro_ref: MacroRef, frame: Frame) -> None:
        """Generate ``LiveMacro(...)`` instead of ``Macro(...)``."""
        self.write("Live")
        super().macro_def(macro_ref, frame)

    def live_callblock(self, node: nodes.CallBlock, frame: Frame, builder: NodeBuilder) -> None:
        """Generate ``call``: one dynamic, the node of the macro that is called."""
        with self.slot(builder, node, self.dependencies.of(node)) as (slot, _index):
            call_frame, macro_ref = self.macro_body(node, frame)
            self.writeline("caller = ")
            self.macro_def(macro_ref, call_frame)
            self.writeline(f"{slot} = ", node)
            self.write_call(node.call, frame, "str", caller=True)

    def live_include(self, node: nodes.Include, frame: Frame, builder: NodeBuilder) -> None:
        """Generate ``include``: one dynamic, the node of the included template, which skips its own parts."""
        with self.slot(builder, node, self.dependencies.of(node)) as (slot, index):
            self._note_place(node, builder, index)
            self.writeline(f"{slot} = ''")
            if node.ignore_missing:
                self.writeline("try:")
                self.indent()
            self.writeline("template = environment.get_or_select_template(", node)
            self.visit(node.template, frame)
            self.write(f", {self.name!r})")
            if node.ignore_missing:
                self.outdent()
                self.writeline("except TemplateNotFound: pass")
                self.writeline("else:")
                self.indent()
            if node.with_context:
                local = self.dump_local_context(frame)
                known = "frozenset(), (), 0, 0, {}"
                if builder.tracked:
                    masks = self._masks_of_local_names(frame)
                    known = f"changed, {builder.previous}, {index}, {builder.mask}, {masks}"
                self.writeline(f"{slot} = live_include(template, context, {local}, {known})")
            else:
                self.writeline(f"{slot} = concat(template._get_default_module()._body_stream)")
            if node.ignore_missing:
                self.outdent()

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:  # noqa: N802
        """Generate an include in an open buffer. Jinja would yield one without context past the buffer."""
        if frame.buffer is None or node.with_context:
            super().visit_Include(node, frame)
        else:
            self.live_include(node, frame, NodeBuilder(frame.buffer, "", tracked=False))

    def _note_place(self, node: nodes.Include, builder: NodeBuilder, index: int) -> None:
        """Note an include that has one certain place in the root node."""
        links = self.dependencies.links
        mark = links.of_include(node)
        if builder.tracked and not builder.nested and not node.ignore_missing and links.is_only(mark):
            self.places[mark] = index

    def _masks_of_local_names(self, frame: Frame) -> str:
        """Return a constant: for each local name that an include is given, the bits of all it depends on."""
        masks: dict[str, int] = {}
        for name in sorted(frame.symbols.dump_stores()):
            names = self.dependencies.of_name(name)
            if ALWAYS not in names:
                masks[name] = sum(self.bit(one) for one in names) | FIRST_TIME
        constant = self.constant()
        self.constants[-1] = repr(masks)
        return constant

    def visit_Import(self, node: nodes.Import, frame: Frame) -> None:  # noqa: N802
        """Generate ``import``; see :meth:`_note_volatile`."""
        super().visit_Import(node, frame)
        self._note_volatile(node, frame)

    def visit_FromImport(self, node: nodes.FromImport, frame: Frame) -> None:  # noqa: N802
        """Generate ``from ... import``; see :meth:`_note_volatile`."""
        super().visit_FromImport(node, frame)
        self._note_volatile(node, frame)

    def _import_common(self, node: Import, frame: Frame) -> None:
        """Generate the part that both imports share, as Jinja does, but keep the template."""
        self.write("(live_imported := environment.get_template(")
        self.visit(node.template, frame)
        self.write(f", {self.name!r})).")
        if node.with_context:
            self.write(f"make_module(context.get_all(), True, {self.dump_local_context(frame)})")
        else:
            self.write("_get_default_module(context)")

    def _note_volatile(self, node: Import, frame: Frame) -> None:
        """Generate the test, while rendering, whether a file found only then can change without an assign."""
        builder = self.builders.get(frame.buffer)
        links = self.dependencies.links
        if builder is None or not builder.tracked or not links.is_seen_at_run_time(node):
            return
        for mark, part, is_macro in links.parts_at_run_time(node):
            self.writeline(f"if live_imported.is_volatile_part({part!r}, {is_macro}):")
            self.writeline(f"    {builder.mask} |= {self.bit(mark)}")

"""Output: text goes to the statics, expressions become dynamics."""

from __future__ import annotations

from jinja2 import nodes
from jinja2.compiler import Frame, optimizeconst

from .builder import NodeBuilder, NodeGenerator

_DICT_ATTRIBUTES = frozenset(dir(dict))


class OutputGenerator(NodeGenerator):
    """The code generator of ``{{ }}`` and the expressions in it."""

    def live_output(self, node: nodes.Output, frame: Frame, builder: NodeBuilder) -> None:
        """Generate the text and the expressions between two statements."""
        dynamics: list[nodes.Expr] = []
        for child in node.nodes:
            text = self._constant_text(child, frame)
            if text is None:
                dynamics.append(child)
                builder.add_dynamic(child.lineno, is_text=not isinstance(child, nodes.Call))
            else:
                builder.add_text(text)
        if not dynamics:
            return
        first = len(builder.is_text) - len(dynamics) + 1
        single = len(dynamics) == 1
        self.writeline(f"{builder.buffer}.append(" if single else f"{builder.buffer}.extend((")
        self.indent()
        for index, child in enumerate(dynamics, first):
            self.newline(child)
            test = self.skip_test(builder, self.dependencies.of(child))
            if test:
                self.write(f"{builder.previous}[{index}] if {test} else ")
            self._write_dynamic(child, frame)
            if not single:
                self.write(",")
        self.outdent()
        self.writeline(")" if single else "))")

    def _constant_text(self, child: nodes.Expr, frame: Frame) -> str | None:
        if isinstance(child, nodes.TemplateData):
            return child.data
        finalize = self._make_finalize()
        if finalize.const is None:
            return None
        try:
            return str(self._output_child_to_const(child, frame, finalize))
        except Exception:  # as in Jinja: not constant, or better raised while rendering
            return None

    def _write_dynamic(self, child: nodes.Expr, frame: Frame) -> None:
        finalize = self._make_finalize()
        if isinstance(child, nodes.Call) and finalize.src is None and not self.environment.sandboxed:
            self.write_call(child, frame, self._escape(frame))
            return
        self._output_child_pre(child, frame, finalize)
        self.visit(child, frame)
        self._output_child_post(child, frame, finalize)

    def _escape(self, frame: Frame) -> str:
        if frame.eval_ctx.volatile:
            return "(escape if context.eval_ctx.autoescape else str)"
        return "escape" if frame.eval_ctx.autoescape else "str"

    def write_call(self, node: nodes.Call, frame: Frame, escape: str, caller: bool = False) -> None:
        """Write a call that is a whole dynamic, to which a macro returns its node."""
        self.write(f"live_call({escape}, context, ")
        self.visit(node.node, frame)
        extra = {"caller": "caller"} if caller else {}
        if frame.loop_frame:
            extra["_loop_vars"] = "_loop_vars"
        if frame.block_frame:
            extra["_block_vars"] = "_block_vars"
        self.signature(node, frame, extra)
        self.write(")")

    def visit_ScopedEvalContextModifier(  # noqa: N802
        self, node: nodes.ScopedEvalContextModifier, frame: Frame
    ) -> None:
        """Generate ``autoescape``; everything inside depends on the setting."""
        self.around.extend(option.value for option in node.options)
        super().visit_ScopedEvalContextModifier(node, frame)
        del self.around[-len(node.options) :]

    @optimizeconst
    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802
        """Look into plain dicts directly: asking them for an attribute first costs as much again."""
        if node.attr in _DICT_ATTRIBUTES or self.environment.sandboxed:
            super().visit_Getattr(node, frame)
            return
        found, attribute = self.temporary_identifier(), repr(node.attr)
        self.write(f"({found}[{attribute}] if type({found} := ")
        self.visit(node.node, frame)
        self.write(f") is dict and {attribute} in {found} else environment.getattr({found}, {attribute}))")

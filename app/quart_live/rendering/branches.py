"""Branches and loops: ``if`` becomes one dynamic with a node per branch, ``for`` a keyed loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from jinja2 import nodes
from jinja2.compiler import Frame, find_undeclared

from .builder import NodeBuilder
from .markup import key_positions
from .output import OutputGenerator
from .reading import is_stream
from .sharing import StreamPlan

Visit = Callable[[Any, Frame], None]


class BranchGenerator(OutputGenerator):
    """The code generator of ``if`` and ``for``; Jinja's own visitors call it for the bodies."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._diverted: dict[int, Visit] = {}
        self.plans: list[tuple[str, StreamPlan]] = []

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: Frame) -> None:
        """Write the body of a statement. Jinja calls this for each body; ours are found by identity."""
        divert = self._diverted.pop(id(nodes), None)
        if divert is None:
            super().blockvisit(nodes, frame)
        else:
            divert(nodes, frame)

    def live_if(self, node: nodes.If, frame: Frame, builder: NodeBuilder) -> None:
        """Generate ``if``, ``elif``, ``else``: one dynamic, the node of the branch taken or ``""``."""
        skip = not self.dependencies.binds_outside(node)
        with self.slot(builder, node, self.dependencies.of(node), skip) as (slot, index):
            self.writeline(f"{slot} = ''")
            for body in (node.body, *(branch.body for branch in node.elif_), node.else_):
                if body:
                    self._diverted[id(body)] = self._branch(builder, slot, index)
            self.visit_If(node, frame)

    def _branch(self, parent: NodeBuilder, slot: str, index: int) -> Visit:
        def visit_branch(body: list[nodes.Node], frame: Frame) -> None:
            outer = frame.buffer
            builder = self.open_node(frame, parent.tracked)
            builder.nested = True
            if builder.tracked:
                same = f"live_same({parent.previous}, {index}, {builder.statics})"
                self.writeline(f"{builder.previous} = {same}")
                self.writeline(f"{builder.mask} = {parent.mask} if {builder.previous} else -1")
            super(BranchGenerator, self).blockvisit(body, frame)
            self.close_row(builder)
            frame.buffer = outer
            constant = not builder.is_text
            self.writeline(f"{slot} = " + (repr(builder.strings[0]) if constant else builder.buffer))

        return visit_branch

    def live_for(self, node: nodes.For, frame: Frame, builder: NodeBuilder) -> None:
        """Generate ``for``: one entry per round; if there is none, the node of ``else``."""
        if node.recursive or _jumps(node):
            self.opaque(node, frame, builder)
            return
        with self.slot(builder, node, self.dependencies.of(node)) as (slot, index):
            iterable, key = self._iterable_and_key(node)
            items = self.temporary_identifier()
            self.writeline(f"{items} = ", node)
            self.visit(iterable, frame)
            statics = self.constant()
            is_planned = self._plan(node, iterable, statics, builder, index)
            whole = bool(node.else_) or _reads_loop(node)
            self.writeline(f"{slot} = live_loop({items}, {statics}, {whole})")
            self._diverted[id(node.body)] = self._entry(slot, statics, key)
            if node.else_:
                self._diverted[id(node.else_)] = self._branch(builder, slot, index)
            original, node.iter = node.iter, _internal_name(items, node.lineno)
            self.visit_For(node, frame)
            node.iter = original
            if is_planned:
                self.writeline(f"live_shared({slot})")
            if not node.else_:
                known = f"{builder.previous}, {index}" if builder.tracked else "(), 0"
                rest = f"live_rest({slot}, {known})"
                self.writeline(f"if not {slot}.entries: {slot} = {rest}")

    def _plan(
        self, node: nodes.For, iterable: nodes.Expr, statics: str, builder: NodeBuilder, index: int
    ) -> bool:
        """Note a loop over a stream whose items views can share. Return whether it is one."""
        stream = _stream_name(iterable)
        if stream is None or not builder.tracked or node.test or self.dependencies.binds("streams"):
            return False
        names = self.dependencies.of_entries(node, self.around)
        plan = StreamPlan(stream, tuple(sorted(names)), None if builder.nested else index)
        self.plans.append((statics, plan))
        return True

    def _entry(self, slot: str, statics: str, key: nodes.Expr | None) -> Visit:
        def visit_entry(body: list[nodes.Node], frame: Frame) -> None:
            outer = frame.buffer
            # Entries are rendered whole: which of the old ones to compare with is known only afterwards.
            builder = self.open_row(frame, statics, tracked=False)
            self.writeline(f"{builder.buffer} = [")
            # The key comes before the body, for a body may set the loop variable.
            self.write("None") if key is None else self.visit(key, frame)
            self.write("]")
            super(BranchGenerator, self).blockvisit(body, frame)
            positions = key_positions(builder.strings, builder.is_text) if key is None else []
            if positions:
                parts = ", ".join(f"{builder.buffer}[{position}]" for position in positions)
                self.writeline(f"{builder.buffer}[0] = {parts}")
            if builder.is_text or builder.strings[0]:  # else it only sets things
                self.writeline(f"{slot}.entries.append({builder.buffer})")
            self.close_row(builder, keyed=key is not None or bool(positions))
            frame.buffer = outer

        return visit_entry

    def _iterable_and_key(self, node: nodes.For) -> tuple[nodes.Expr, nodes.Expr | None]:
        """Split ``messages|keyed("id")`` into the iterable and the expression of each entry's key."""
        iterable = node.iter
        assert isinstance(iterable, nodes.Expr) and isinstance(node.target, nodes.Expr)
        if not isinstance(iterable, nodes.Filter) or iterable.name != "keyed" or iterable.node is None:
            return iterable, None
        argument = iterable.args[0] if iterable.args else nodes.Const(None)
        if iterable.kwargs or len(iterable.args) > 1 or not isinstance(argument, nodes.Const):
            self.fail('keyed takes one constant, the attribute that is the key: keyed("id")', node.lineno)
        return iterable.node, self._key_expression(node.target, argument.value, node.lineno)

    def _key_expression(self, target: nodes.Expr, path: Any, line: int) -> nodes.Expr:
        attributes = str(path).split(".") if path is not None else []
        key: nodes.Expr
        if isinstance(target, nodes.Name):
            key = nodes.Name(target.name, "load", lineno=line)
            if isinstance(path, int):
                return nodes.Getitem(key, nodes.Const(path), "load", lineno=line)
        else:
            names = {name.name for name in target.find_all(nodes.Name)}
            if not attributes or attributes[0] not in names:
                known = " or ".join(f"keyed({name!r})" for name in sorted(names))
                self.fail(f"the key of this loop has to begin with one of its variables: {known}", line)
            key = nodes.Name(attributes.pop(0), "load", lineno=line)
        for attribute in attributes:
            key = nodes.Getattr(key, attribute, "load", lineno=line)
        return key


def _jumps(loop: nodes.For) -> bool:
    return any(loop.find(kind) is not None for kind in (nodes.Break, nodes.Continue))


def _reads_loop(node: nodes.For) -> bool:
    return "loop" in find_undeclared(node.body, ("loop",))


def _stream_name(iterable: nodes.Expr) -> str | None:
    """Return ``rows`` for ``streams.rows`` and ``streams["rows"]``; None if it is not constant."""
    if not isinstance(iterable, (nodes.Getattr, nodes.Getitem)) or not is_stream(iterable):
        return None
    if isinstance(iterable, nodes.Getattr):
        return iterable.attr
    constant = iterable.arg.value if isinstance(iterable.arg, nodes.Const) else None
    return constant if isinstance(constant, str) else None


def _internal_name(name: str, line: int) -> nodes.InternalName:
    """Return a variable of the generated code as an expression; Jinja lets only its parser make these."""
    node = object.__new__(nodes.InternalName)
    nodes.Node.__init__(node, name, lineno=line)
    return node

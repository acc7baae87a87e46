"""The base of the code generator: nodes under construction, skip tests, and opaque dynamics for the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame

from .dependencies import Dependencies
from .links import ALWAYS
from .outline import outline
from .reading import Names

if TYPE_CHECKING:
    from .purity import PurityEnvironment

# Statements that write nothing themselves, or only through the blocks in them.
_INLINE = (
    nodes.Assign,
    nodes.AssignBlock,
    nodes.Macro,
    nodes.Import,
    nodes.FromImport,
    nodes.ExprStmt,
    nodes.With,
    nodes.Scope,
    nodes.ScopedEvalContextModifier,
    nodes.EvalContextModifier,
)

FIRST_TIME = 1
"""The bit in every mask that is set only where a part is rendered for the first time."""


@dataclass
class NodeBuilder:
    """One node under construction: the names of its variables in the generated code, and its statics so far.

    Attributes:
        buffer: the variable that holds the node.
        statics: the name of its statics in the generated module.
        tracked: whether the node of the last render is at hand, so that parts can be skipped.
        strings: the strings of its statics so far.
        is_text: for each dynamic whether it is always a string.
        lines: for each dynamic the line of the template where it stands.
        nested: whether it is a branch, and not the whole template.
    """

    buffer: str
    statics: str
    tracked: bool
    strings: list[str] = field(default_factory=lambda: [""])
    is_text: list[bool] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    nested: bool = False

    @property
    def previous(self) -> str:
        """The variable with the node of the last render; empty if something else was there."""
        return f"{self.buffer}_p"

    @property
    def mask(self) -> str:
        """The variable with one bit for each name that has changed."""
        return f"{self.buffer}_m"

    def add_text(self, text: str) -> None:
        """Add constant HTML to the statics."""
        self.strings[-1] += text

    def add_dynamic(self, line: int, is_text: bool = False) -> int:
        """Add a dynamic from a line of the template; return its index in the node."""
        self.strings.append("")
        self.is_text.append(is_text)
        self.lines.append(line)
        return len(self.is_text)


class NodeGenerator(CodeGenerator):
    """Jinja's code generator, with nodes under construction in place of some buffers."""

    environment: PurityEnvironment

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.dependencies: Dependencies
        self.builders: dict[str | None, NodeBuilder] = {}
        self.bits: dict[str, int] = {}
        self.constants: list[str] = []
        self.is_balanced = True
        self.lines: list[tuple[str, tuple[int, ...]]] = []
        self.around: list[nodes.Node] = []  # settings (autoescape) in force around the current statement

    def constant(self) -> str:
        """Reserve the name of a constant of the generated module."""
        self.constants.append("")
        return f"live_{len(self.constants) - 1}"

    def open_node(self, frame: Frame, tracked: bool) -> NodeBuilder:
        """Begin a node that takes all output of the frame."""
        builder = self.open_row(frame, self.constant(), tracked)
        self.writeline(f"{builder.buffer} = [{builder.statics}]")
        return builder

    def open_row(self, frame: Frame, statics: str, tracked: bool) -> NodeBuilder:
        """Begin a node without writing the line that makes its list; see `open_node`."""
        builder = NodeBuilder(self.temporary_identifier(), statics, tracked)
        self.builders[builder.buffer] = builder
        frame.buffer = builder.buffer
        return builder

    def close_row(self, builder: NodeBuilder, keyed: bool = False) -> None:
        """Write the statics of a node, now that all of them are known."""
        number = int(builder.statics.removeprefix("live_"))
        only_text = all(builder.is_text)
        self.constants[number] = f"Statics({tuple(builder.strings)!r}, {keyed!r}, live_marked, {only_text!r})"
        # A branch that ends an element of the part around it: nothing in this template is certain.
        self.is_balanced = self.is_balanced and outline(builder.strings).is_balanced
        self.lines.append((builder.statics, tuple(builder.lines)))

    def bit(self, name: str) -> int:
        """Return the bit of a name in the masks of this template."""
        return self.bits.setdefault(name, 1 << (len(self.bits) + 1))

    def skip_test(self, builder: NodeBuilder, names: Names) -> str | None:
        """Return the test that lets a part depending on `names` be skipped; None if it never can be."""
        names |= self.dependencies.of(*self.around)
        if not builder.tracked or ALWAYS in names:
            return None
        mask = FIRST_TIME
        for name in sorted(names):
            mask |= self.bit(name)
        return f"not {builder.mask} & {mask}"

    @contextmanager
    def slot(
        self, builder: NodeBuilder, node: nodes.Node, names: Names, skip: bool = True
    ) -> Iterator[tuple[str, int]]:
        """Write one dynamic around a statement's code; yield the variable for its value, and its index."""
        index = builder.add_dynamic(node.lineno)
        slot = self.temporary_identifier()
        test = self.skip_test(builder, names) if skip else None
        if test:
            self.writeline(f"if {test}:")
            self.writeline(f"    {slot} = {builder.previous}[{index}]")
            self.writeline("else:")
            self.indent()
        yield slot, index
        if test:
            self.outdent()
        self.writeline(f"{builder.buffer}.append({slot})")

    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        """Call the ``live_…`` method of a statement that writes to a node; make unknown statements opaque."""
        if isinstance(node, nodes.Stmt) and args and (builder := self.builders.get(args[0].buffer)):
            visitor = getattr(self, f"live_{type(node).__name__.lower()}", None)
            if visitor is not None:
                return visitor(node, args[0], builder)
            if not isinstance(node, _INLINE):
                return self.opaque(node, args[0], builder)
        return super().visit(node, *args, **kwargs)

    def opaque(self, node: nodes.Node, frame: Frame, builder: NodeBuilder) -> None:
        """Generate one dynamic that Jinja renders to a string."""
        self.dependencies.untracked.note(
            node,
            f"this {type(node).__name__} is one text: when something in it changes, all of it is sent again",
        )
        with self.slot(builder, node, self.dependencies.of(node)) as (slot, _index):
            outer, frame.buffer = frame.buffer, self.temporary_identifier()
            self.writeline(f"{frame.buffer} = []")
            super().visit(node, frame)
            self.writeline(f"{slot} = concat({frame.buffer})")
            frame.buffer = outer

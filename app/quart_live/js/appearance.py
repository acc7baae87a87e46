"""Commands that change how elements look, what they carry and where the focus is."""

from __future__ import annotations

from typing import Self, Unpack

from ..errors import LiveViewError
from . import arguments as check
from .arguments import Change, Classes, Selector, Transition
from .chain import Chain


class Appearance(Chain):
    """The commands of `quart_live.JS` that need no server; their common arguments are explained there."""

    __slots__ = ()

    # -- visibility ----------------------------------------------------------------------------------------

    def show(self, *, display: str | None = None, **how: Unpack[Change]) -> Self:
        """Show elements. ``display`` is the CSS value they get; by default the usual one of the tag."""
        return self._change("show", how, display=check.optional_text("show", "display", display))

    def hide(self, **how: Unpack[Change]) -> Self:
        """Hide elements."""
        return self._change("hide", how)

    def toggle(
        self,
        *,
        to: Selector | None = None,
        in_: Transition | None = None,
        out: Transition | None = None,
        display: str | None = None,
        time: int | None = None,
        blocking: bool | None = None,
    ) -> Self:
        """Hide visible elements, show hidden ones; ``in_`` and ``out`` are the transitions."""
        ins, outs = check.transition("toggle", in_, "in_"), check.transition("toggle", out, "out")
        display = check.optional_text("toggle", "display", display)
        how: Change = {"to": to, "time": time, "blocking": blocking}
        return self._change("toggle", how, ins=ins, outs=outs, display=display)

    def transition(
        self,
        transition: Transition,
        *,
        to: Selector | None = None,
        time: int | None = None,
        blocking: bool | None = None,
    ) -> Self:
        """Give elements the classes of a transition for a while, for example to shake or highlight them.

        Raises:
            LiveViewError: if there are no classes, or an argument is of no use to the client.
        """
        if transition is None:
            raise LiveViewError("JS.transition: name the classes of the transition")
        how: Change = {"to": to, "transition": transition, "time": time, "blocking": blocking}
        return self._change("transition", how)

    # -- classes and attributes ----------------------------------------------------------------------------

    def add_class(self, names: Classes, **how: Unpack[Change]) -> Self:
        """Add classes: ``"a b"`` or ``["a", "b"]``."""
        return self._change("add_class", how, names=check.some_names("add_class", "names", names))

    def remove_class(self, names: Classes, **how: Unpack[Change]) -> Self:
        """Remove classes."""
        return self._change("remove_class", how, names=check.some_names("remove_class", "names", names))

    def toggle_class(self, names: Classes, **how: Unpack[Change]) -> Self:
        """Add each of the classes if it is not there, else remove it."""
        return self._change("toggle_class", how, names=check.some_names("toggle_class", "names", names))

    def set_attribute(self, name: str, value: str | float, *, to: Selector | None = None) -> Self:
        """Set an attribute. ``True`` and ``False`` become ``"true"`` and ``"false"``."""
        name = check.text("set_attribute", "name", name)
        pair = [name, check.attribute_value("set_attribute", value)]
        return self._and("set_attr", attr=pair, to=check.selector("set_attribute", to))

    def remove_attribute(self, name: str, *, to: Selector | None = None) -> Self:
        """Remove an attribute."""
        name = check.text("remove_attribute", "name", name)
        return self._and("remove_attr", attr=name, to=check.selector("remove_attribute", to))

    def toggle_attribute(
        self, name: str, value: str | float, other: str | float | None = None, *, to: Selector | None = None
    ) -> Self:
        """Change an attribute between two values; with only one, set it or remove it."""
        values = [value] if other is None else [value, other]
        texts = [check.attribute_value("toggle_attribute", each) for each in values]
        attribute = [check.text("toggle_attribute", "name", name), *texts]
        return self._and("toggle_attr", attr=attribute, to=check.selector("toggle_attribute", to))

    def ignore_attributes(self, names: Classes, *, to: Selector | None = None) -> Self:
        """Leave attributes to the browser from now on: patches do not touch them.

        Args:
            names: ``"open"``, ``["open", "data-*"]``; a star stands for anything.
            to: the elements, see `quart_live.JS`.
        """
        attributes = check.some_names("ignore_attributes", "names", names)
        return self._and("ignore_attrs", attrs=attributes, to=check.selector("ignore_attributes", to))

    # -- focus ---------------------------------------------------------------------------------------------

    def focus(self, *, to: Selector | None = None) -> Self:
        """Put the focus on an element."""
        return self._and("focus", to=check.selector("focus", to))

    def focus_first(self, *, to: Selector | None = None) -> Self:
        """Put the focus on the first element inside that can have it, preferably a control."""
        return self._and("focus_first", to=check.selector("focus_first", to))

    def push_focus(self, *, to: Selector | None = None) -> Self:
        """Remember an element for `pop_focus`."""
        return self._and("push_focus", to=check.selector("push_focus", to))

    def pop_focus(self) -> Self:
        """Put the focus back on the element last remembered."""
        return self._and("pop_focus")

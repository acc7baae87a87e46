"""The check that a component is exactly one element.

The client puts its attributes into the opening tag of a component's HTML and takes what is between there and
the last ``>`` for the component. With text or two elements at the top it would go wrong silently.
"""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from ..errors import LiveViewError
from ..rendering.outline import VOID
from ..rendering.tree import Node, Statics, to_html

if TYPE_CHECKING:
    from ..rendering import Renderer
    from .component import LiveComponent

MAX_FORMS = 1000


class RootCheck:
    """The check of the outermost parts of a component's HTML: once, or for each form that it can take.

    Nearly always that is text of the template itself, and known for good. Only where a dynamic is outermost,
    ``{% if editing %}<form>…{% else %}<p>…{% endif %}``, it has to be looked at again.
    """

    def __init__(self) -> None:
        self._good: set[Any] = set()
        self._outermost: WeakKeyDictionary[Statics, list[int]] = WeakKeyDictionary()

    def __call__(self, component: LiveComponent, renderer: Renderer) -> None:
        """Check the HTML that a component has just rendered.

        Raises:
            LiveViewError: if it is not exactly one element.
        """
        tree = renderer.tree
        assert tree is not None
        form = self._form(tree)
        if form in self._good:
            return
        found = top_level(to_html(tree, _Inside()))
        if len(found) != 1 or not found[0].startswith("<") or found[0] == _COMPONENT:
            name, seen = type(component).__name__, " ".join(found) or "nothing"
            raise LiveViewError(
                f"the template of {name} ({renderer.template.name}) needs exactly one element around "
                f"everything, such as <div>…</div>, but at its top there is: {seen}"
            )
        if len(self._good) >= MAX_FORMS:
            self._good.clear()
        self._good.add(form)

    def _form(self, part: Any) -> Any:
        """Return a key of the outermost templates and texts."""
        if type(part) is not list:
            return to_html(part, _Inside())
        outermost = self._outermost.get(part[0])
        if outermost is None:
            outermost = self._outermost[part[0]] = outermost_dynamics(part[0].strings)
        return (part[0], *(self._form(part[index]) for index in outermost))


_COMPONENT = "<another-component>"


class _Inside(dict[int, Node]):
    """A stand-in for the components inside. None may be outermost: one element cannot be two components."""

    def __contains__(self, cid: object) -> bool:
        return True

    def __getitem__(self, cid: int) -> Any:
        return f"{_COMPONENT}</another-component>"


def outermost_dynamics(strings: Sequence[str]) -> list[int]:
    """Return the dynamics, from 1, that are not inside an element of a template."""
    marked = "".join(f"{string}<!--{index}-->" for index, string in enumerate(strings, 1))
    parser = _TopLevel()
    parser.feed(marked)
    parser.close()
    return [index for index in parser.comments if index < len(strings)]


def top_level(html: str) -> list[str]:
    """Return the outermost opening tags and texts of a piece of HTML, without comments and white space."""
    parser = _TopLevel()
    parser.feed(html)
    parser.close()
    return parser.found


class _TopLevel(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.comments: list[int] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = tag.partition("<")[0]  # <div{{ attributes }}> with a mark in it
        if not self._open:
            self.found.append(f"<{tag}>")
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._open:
            self.found.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._open and data.strip():
            self.found.append(data.strip())

    def handle_comment(self, data: str) -> None:
        if not self._open and data.isdecimal():
            self.comments.append(int(data))

"""The element of a nested view within its parent's template.

Templates are rendered by plain functions, and a child's mount is a coroutine, so the global ``live_render``
never mounts a view: it *places* the child. Over the socket that is an empty element with the child's session
token, which the browser joins. In the first render it is a mark, which ``first_render`` replaces once the
child has been mounted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from markupsafe import Markup

from ..errors import LiveViewError
from ..protocol.tokens import SessionClaims
from ..rendering import pure
from ..wellformed import dumps

if TYPE_CHECKING:
    from ..protocol.tokens import Tokens
    from ..view.registry import ViewRegistry
    from ..view.view import LiveView


@dataclass(frozen=True, slots=True)
class Placement:
    """A child that a template has placed.

    Attributes:
        view: the child's class.
        id: the id of its element, and so of its topic.
        session: the session for its mount.
        session_json: the session as JSON, to tell whether it has changed.
        sticky: whether it outlives its parent.
        linked: whether its crash is its parent's crash.
        container: the tag and the attributes of its element.
    """

    view: type[LiveView]
    id: str
    session: Mapping[str, Any]
    session_json: bytes
    sticky: bool
    linked: bool
    container: tuple[str, Mapping[str, str]]


class Places(Protocol):
    """The places in the template of one view, as ``live_render`` needs them."""

    views: ViewRegistry
    parent_id: str

    def put(self, placement: Placement) -> Markup:
        """Place a child, and return its markup."""


_EMPTY = Markup("")
_places: ContextVar[Places | None] = ContextVar("quart_live_places", default=None)


def rendering_in(places: Places) -> None:
    """Make ``live_render`` use ``places`` from now on in this context; each channel has its own."""
    _places.set(places)


@contextmanager
def rendering(places: Places) -> Iterator[None]:
    """Make ``live_render`` use ``places`` within the block."""
    before = _places.set(places)
    try:
        yield
    finally:
        _places.reset(before)


@pure
def live_render(
    view: type[LiveView] | str,
    *,
    session: Mapping[str, Any] | None = None,
    id: str | None = None,
    sticky: bool = False,
    linked: bool = False,
    container: tuple[str, Mapping[str, str]] | None = None,
) -> Markup:
    """Place a view in a live template: ``{{ live_render("ClockLive", id="clock") }}``.

    Args:
        view: the view's class, or its name.
        session: values to add to the session for its mount, JSON only; signed, not encrypted. A later change
            does not reach a child that is there already: give that one another ``id``, or send it a message.
        id: the element's id, unique in the page. The default, made of the parent's id and the class's name,
            is enough for one child of a class.
        sticky: keep the view while the user navigates to a page that renders it with the same ``id``.
        linked: let the parent crash when this view crashes.
        container: the tag and the attributes of the element, in place of those of the class.

    Returns:
        The markup of its element.

    Raises:
        LiveViewError: if no live view is being rendered, there is no such view, or the session is not JSON.
    """
    places = _places.get()
    if places is None:
        raise LiveViewError(
            "call live_render only in the template of a live view, while it is being rendered"
        )
    view_class = places.views.named(view) if isinstance(view, str) else view
    if view_class is None:
        raise LiveViewError(f"there is no live view {view!r}; import its module, or pass the class")
    try:
        session_json = dumps(session or {})
    except TypeError as error:
        raise LiveViewError(
            f"the session for live_render({view_class.__name__}) has to be JSON: {error}"
        ) from None
    return places.put(
        Placement(
            view_class,
            id or f"{places.parent_id}-{view_class.__name__}",
            dict(session or {}),
            session_json,
            sticky,
            linked,
            container or view_class.container,
        )
    )


class LivePlaces:
    """The places of a view on the socket: an empty element with a token for each child.

    The token carries the time at which it was made, so the element is kept: the same child placed again has
    the same markup, and the parent's diff has nothing to send.

    Args:
        views: the registry with the names of view classes.
        tokens: the maker of session tokens.
        parent_id: the element id of the view that is rendered.
    """

    def __init__(self, views: ViewRegistry, tokens: Tokens, parent_id: str) -> None:
        self.views, self._tokens = views, tokens
        self.parent_id = parent_id
        self._placed: dict[str, tuple[Placement, Markup]] = {}

    def put(self, placement: Placement) -> Markup:
        """Return the child's element, the same markup for the same child."""
        known = self._placed.get(placement.id)
        if known is not None and known[0] == placement:
            return known[1]
        markup = element(
            placement,
            session=child_token(self.views, self._tokens, placement, self.parent_id),
            static="",
            parent_id=self.parent_id,
        )
        self._placed[placement.id] = placement, markup
        return markup

    def is_linked(self, child_id: str) -> bool:
        """Return whether the child was placed with ``linked=True``."""
        known = self._placed.get(child_id)
        return known is not None and known[0].linked

    def nested(self) -> set[str]:
        """Return the ids of the children that are not sticky."""
        return {child_id for child_id, (placement, _) in self._placed.items() if not placement.sticky}

    def is_kept(self, child_id: str) -> bool:
        """Return whether the child's element is kept."""
        return child_id in self._placed

    def forget(self, child_id: str) -> None:
        """Forget the element of a child that has ended; placed again, it is a new child."""
        self._placed.pop(child_id, None)


def child_token(views: ViewRegistry, tokens: Tokens, placement: Placement, parent_id: str) -> str:
    """Return the session token of a child. That of a sticky view names no parent."""
    parent = None if placement.sticky else parent_id
    name = views.name_of(placement.view)
    return tokens.sign_session(SessionClaims(placement.id, name, None, placement.session, parent))


def element(
    placement: Placement, *, session: str, static: str, parent_id: str, content: Markup = _EMPTY
) -> Markup:
    """Return the child's element, with the attributes that the client needs (protocol §2)."""
    tag, own = placement.container
    attributes = {
        **own, "id": placement.id, "data-phx-session": session, "data-phx-static": static
    }  # fmt: skip
    attributes |= {"data-phx-sticky": ""} if placement.sticky else {"data-phx-parent-id": parent_id}
    return write_element(tag, attributes, content)


def write_element(tag: str, attributes: Mapping[str, str], content: Markup) -> Markup:
    """Return an HTML element; the values of its attributes are escaped."""
    written = Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in attributes.items())
    return Markup("<{}{}>{}</{}>").format(tag, written, content, tag)

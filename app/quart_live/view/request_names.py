"""Names that exist only during an HTTP request, and so in no live template."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import TemplateNameError
from ..rendering import LiveTemplate
from .stateful import Stateful

REQUEST_ONLY = frozenset({"request", "session", "g", "get_flashed_messages", "current_user"})


def check_names(template: LiveTemplate, view: type[Stateful], assigned: Iterable[str]) -> None:
    """Refuse a template that reads what exists only during an HTTP request.

    Raises:
        TemplateNameError: if it does, and the view has not assigned it.
    """
    missing = (REQUEST_ONLY & set(template.names)).difference(assigned)
    if missing:
        names = ", ".join(sorted(missing))
        raise TemplateNameError(
            f"the template of {view.__name__} reads {names}, which exists only during an HTTP request, "
            "not on the socket. Assign what it needs in mount, for example self.assign(user=session['user'])."
        )

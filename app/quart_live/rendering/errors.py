"""The errors and warnings of live templates, each of which says what to do."""

from __future__ import annotations

_REQUEST_NAMES = frozenset({"request", "session", "g", "current_user", "get_flashed_messages"})

_OF_THE_ENGINE = {
    "streams": 'No stream has begun. Begin it in mount, for example: self.stream("messages", []).',
    "uploads": 'No upload is allowed yet. Allow it in mount, for example: self.allow_upload("avatar", …).',
    "live_action": "Only a view has it. Pass it to the component: live_component(…, action=live_action).",
    "myself": "Only a live component has it. In a view's own template leave phx-target out.",
}
"""Names that the engine assigns itself, with what to do where one is missing; ``assign`` refuses them."""


class LiveTemplateError(Exception):
    """Base of all errors about live templates."""


class LiveTemplateWarning(UserWarning):
    """A warning of a live template that works, but not as well as it could."""


class MissingAssignError(LiveTemplateError):
    """A live template reads a name that is neither assigned nor a global of the template environment.

    Attributes:
        name: the name.
        template: the template's name.
        line: the line of the template, from 1.
        filename: the template's file, if it is known.
    """

    def __init__(
        self, name: str, template: str | None, line: int, known: list[str], filename: str | None = None
    ) -> None:
        self.name = name
        self.template = template
        self.line = line
        self.filename = filename
        known_names = ", ".join(known) if known else "none"
        super().__init__(
            f"{template or 'The template'}, line {line}, reads {name!r}, but the view has no such assign. "
            f"{_advice(name)} Assigned are: {known_names}."
        )


def _advice(name: str) -> str:
    if name in _REQUEST_NAMES:
        return (
            f"{name!r} belongs to an HTTP request, and a live view outlives its request. Take what you need "
            f"from the session in mount and assign it: self.assign({name}=...)."
        )
    if name in _OF_THE_ENGINE:
        return _OF_THE_ENGINE[name]
    return (
        f"Assign it in mount: self.assign({name}=...). If it may be absent, write "
        f"{{{{ {name}|default('') }}}} or {{% if {name} is defined %}}."
    )

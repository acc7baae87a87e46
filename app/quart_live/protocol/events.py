"""Events of a client: the name and the parameters in its ``event`` message.

    >>> decode_event({"type": "form", "event": "save", "value": "user[name]=Jo", "meta": {"_target": "user"}})
    ViewEvent(name='save', params={'user': {'name': 'Jo'}, '_target': ['user']}, component=None)

Everything here comes from outside and may be anything: each part is checked before it is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import MalformedEventError
from . import form_data


@dataclass(frozen=True, slots=True)
class ViewEvent:
    """An event for a view.

    Attributes:
        name: the event's name, as in ``phx-click``, ``phx-submit``, …
        params: the values sent along; a dict, except that a hook may send any JSON.
        component: the cid of the component that gets it, or ``None`` for the view itself.
    """

    name: str
    params: Any
    component: int | None = None


def decode_event(payload: object, max_fields: int = form_data.MAX_FIELDS) -> ViewEvent:
    """Check and decode the payload of an ``event`` message.

    Args:
        payload: the payload.
        max_fields: the number of fields that a form may have.

    Raises:
        MalformedEventError: if the payload cannot have come from the official client.
    """
    if not isinstance(payload, dict) or not isinstance(payload.get("event"), str):
        raise MalformedEventError("an event needs a name")
    component = payload.get("cid")
    if component is not None and type(component) is not int:
        raise MalformedEventError("a component's cid is a number")
    kind, value = payload.get("type"), payload.get("value")
    if kind == "form":
        params = _form(value, payload.get("meta"), max_fields)
    elif kind == "hook":
        params = {} if value is None else value
    elif value is None or isinstance(value, dict):
        params = value or {}
    else:
        raise MalformedEventError("the value of this kind of event is an object")
    return ViewEvent(payload["event"], params, component)


def _form(value: object, meta: object, max_fields: int) -> dict[str, Any]:
    if not isinstance(value, str):
        raise MalformedEventError("the value of a form event is a string")
    params = form_data.decode(value, max_fields)
    if isinstance(meta, dict):
        params.update(meta)
        target = meta.get("_target")
        if isinstance(target, str):
            params["_target"] = form_data.target_path(target)
    return params

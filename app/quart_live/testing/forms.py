"""The fields of a form as a browser would send them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .dom import Element


def fields(
    form: Element, values: Mapping[str, Any], submitter: Element | None = None
) -> list[tuple[str, str]]:
    """Return the names and values of ``form``, with ``values`` filled in.

    Args:
        form: the form element.
        values: values by name, flat (``{"user[name]": "Jo"}``) or nested (``{"user": {"name": "Jo"}}``).
        submitter: a button of the form whose name and value are sent too, at its place.

    Raises:
        LookupError: if the form has no field of a given name.
    """
    filled = dict(flatten(values))
    names = {element.get("name") for element in form.walk() if element.get("name")}
    unknown = set(filled) - names
    if unknown:
        raise LookupError(f"{form!r} has no field {', '.join(sorted(unknown))}; it has {sorted(names)}")
    result: list[tuple[str, str]] = []
    for element in form.walk():
        name = element.get("name")
        if not name or "disabled" in element.attributes:
            continue
        if element is submitter:
            result.append((name, element.get("value")))
        elif name in filled:
            if name not in dict(result):
                given = filled[name]
                result += [(name, value) for value in (given if isinstance(given, list) else [given])]
        else:
            result += [(name, value) for value in _own_values(element)]
    return result


def flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield flat names and values: ``{"user": {"name": "Jo"}}`` → ``user[name]``; lists become ``name[]``."""
    for key, value in values.items():
        name = f"{prefix}[{key}]" if prefix else key
        if isinstance(value, Mapping):
            yield from flatten(value, name)
        elif isinstance(value, list):
            yield name if name.endswith("[]") else f"{name}[]", [str(item) for item in value]
        else:
            yield name, str(value)


def _own_values(element: Element) -> list[str]:
    match element.tag, element.get("type"):
        case "input", "checkbox" | "radio":
            return [element.get("value", "on")] if "checked" in element.attributes else []
        case "input", "submit" | "button" | "reset" | "image" | "file":
            return []
        case "input", _:
            return [element.get("value")]
        case "textarea", _:
            return ["".join(child for child in element.children if isinstance(child, str)).removeprefix("\n")]
        case "select", _:
            options = element.find_all("option")
            chosen = [option for option in options if "selected" in option.attributes]
            if not chosen and "multiple" not in element.attributes:
                chosen = options[:1]
            return [option.get("value", option.text) for option in chosen]
    return []

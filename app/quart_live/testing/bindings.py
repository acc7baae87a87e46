"""A page whose elements can be found and whose bindings can be triggered, as the client does it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from . import forms
from .dom import Element, parse
from .page import OpenPage


class BoundPage(OpenPage):
    """A joined page with its elements and their ``phx-…`` bindings."""

    __test__ = False

    @property
    def html(self) -> str:
        """The HTML inside the view's element; before the join, the whole page."""
        return self.tree.html() if self.tree is not None else self.page_html

    @property
    def text(self) -> str:
        """The text of the view, with runs of white space made one."""
        return parse(self.html).text

    @property
    def title(self) -> str | None:
        """The page title that the socket has set."""
        return self.tree.title if self.tree is not None else None

    @property
    def events(self) -> list[tuple[str, Any]]:
        """The events that the server has pushed so far."""
        return self.tree.events if self.tree is not None else []

    def find(self, selector: str, text: str | None = None) -> Element:
        """Return the one element of the view that matches; see `Element.find_all`.

        Raises:
            LookupError: if there is none, or more than one.
            ValueError: if the selector is not CSS, or needs a browser.
        """
        return parse(self.html).find(selector, text)

    async def push(self, event: str, value: object = None, *, type: str = "click", **extra: Any) -> Any:
        """Send an event as the client would. Return the handler's reply, which a hook would get.

        Raises:
            LiveViewError: if it was refused, or the view is not joined.
            ViewCrashedError: if its handler raised.
        """
        payload = {"type": type, "event": event, "value": {} if value is None else value, **extra}
        return await self.exchange("event", payload)

    async def binding(
        self, element: Element, binding: str, kind: str, value: Any, extra: Mapping[str, Any] | None = None
    ) -> Any:
        """Send the events of a binding as the client does: one event, or the pushes among JS commands.

        Raises:
            LookupError: if the element has no such binding, or its ``phx-target`` matches nothing.
            LiveViewError: as `push`.
            ViewCrashedError: as `push`.
        """
        bound = element.get(binding)
        if not bound:
            raise LookupError(f"{element!r} has no {binding}")
        if isinstance(value, dict):
            own = {key.removeprefix("phx-value-"): text for key, text in element.attributes.items()
                   if key.startswith("phx-value-")}  # fmt: skip
            value = {**own, **value}
        pushes: list[tuple[str, dict[str, Any], Any]] = [(bound, {}, element.get("phx-target"))]
        if bound.startswith("["):
            pushes = [
                (arguments["event"], arguments.get("value", {}), arguments.get("target", pushes[0][2]))
                for command, arguments in json.loads(bound)
                if command == "push"
            ]
            await self._press(element, json.loads(bound))
        reply = None
        for event, more, target in pushes:
            sent = {**value, **more} if isinstance(value, dict) else value
            for cid in self._cids_of(target):
                reply = await self.push(event, sent, type=kind, **(extra or {}), **cid)
        return reply

    async def _press(self, button: Element, operations: list[Any]) -> None:
        """Run ``JS.dispatch("change")`` on a button of a form: the form changes in the button's name."""
        for command, arguments in operations:
            if command == "set_attr" and "to" not in arguments:
                button.attributes.update([arguments["attr"]])
            elif command == "dispatch" and arguments["event"] == "change" and "to" not in arguments:
                form = button.closest("form")
                assert form is not None, f"{button!r} is in no form"
                extra = {"meta": {"_target": button.get("name", "undefined")}, "uploads": {}}
                sent = urlencode(forms.fields(form, {}, button))
                await self.binding(form, "phx-change", "form", sent, extra)

    def _cids_of(self, target: str | int) -> list[dict[str, int]]:
        """Return the targets that ``phx-target`` names: a cid, or for each match the component around it.

        Raises:
            LookupError: if the selector matches no element.
        """
        if not target:
            return [{}]
        if str(target).isdecimal():
            return [{"cid": int(target)}]
        matches = parse(self.html).find_all(str(target))
        if not matches:
            raise LookupError(f"no element matches phx-target={target!r}")
        around = [element.closest("[data-phx-component]") for element in matches]
        return [{"cid": int(element.get("data-phx-component"))} if element else {} for element in around]

"""`LiveViewTest`: a page as a test sees it.

    async def test_counter() -> None:
        async with LiveViewTest(create_app(), "/counter") as page:
            await page.click("button", "Increment")
            assert "Clicked 1 times" in page.text

The page is requested over HTTP and joined over a real socket exchange (ASGI, in this process), cookies and
tokens included. Diffs are merged in Python as the browser merges them in JavaScript; `LiveViewTest.html` is
what a browser would show.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urljoin

from ..components import LiveComponent
from ..mailbox.mailbox import Envelope
from ..view.view import LiveView
from . import forms
from .dom import Element, parse
from .errors import JoinRefusedError, ViewCrashedError
from .page import OpenPage
from .socket import SECONDS
from .uploads import FileInput

__all__ = ["JoinRefusedError", "LiveViewTest", "ViewCrashedError"]


class LiveViewTest(OpenPage):
    """A page with a live view, and what a user can do on it; `OpenPage` has arguments and attributes."""

    __test__ = False

    @cached_property
    def _file_inputs(self) -> dict[str, FileInput]:
        return {}

    # -- what can be seen ---

    @property
    def html(self) -> str:
        """HTML inside the view's element; before the join, the whole page."""
        return self._tree.html() if self._tree is not None else self.page_html

    @property
    def text(self) -> str:
        """Text of the view, with runs of white space made one."""
        return parse(self.html).text

    @property
    def title(self) -> str | None:
        """The page title that the socket has set."""
        return self._tree.title if self._tree is not None else None

    @property
    def events(self) -> list[tuple[str, Any]]:
        """The events that the server has pushed so far."""
        return self._tree.events if self._tree is not None else []

    @property
    def view(self) -> LiveView:
        """The view object on the server."""
        view = self.channel.view
        assert view is not None
        return view

    def find(self, selector: str, text: str | None = None) -> Element:
        """The one element of the view that matches; see `Element.find_all`."""
        return parse(self.html).find(selector, text)

    def component(self, component: type[LiveComponent] | str, id: Any) -> Element:
        """The element of a live component."""
        return self.find(f'[data-phx-component="{self._cid(component, id)}"]')

    def component_html(self, component: type[LiveComponent] | str, id: Any) -> str:
        """The HTML of a live component alone, as the browser has it."""
        assert self._tree is not None
        return self._tree.component_html(self._cid(component, id))

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until ``condition()`` is true; it is looked at after each frame from the server."""
        async with asyncio.timeout(SECONDS):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def file_input(self, name: str) -> FileInput:
        """The file input of an upload, to choose and send files."""
        return self._file_inputs.setdefault(name, FileInput(self, name))

    # -- what a user does ---

    async def click(self, selector: str, text: str | None = None) -> Any:
        """Click the element that matches. A live link is followed, a submit button submits its form."""
        element = self.find(selector, text)
        if "phx-click" in element.attributes:
            return await self._binding(element, "phx-click", "click", {"value": element.get("value")})
        if element.get("data-phx-link") == "patch":
            return await self.patch(urljoin(self.url, element.get("href")))
        if element.get("data-phx-link") == "redirect":
            return await self.navigate(urljoin(self.url, element.get("href")))
        form = element.closest("form")
        if form is not None and element.get("type", "submit") == "submit":
            submitter = {element.get("name"): element.get("value")} if element.get("name") else {}
            return await self._submit(form, {}, submitter)
        raise LookupError(f"{element!r} has no phx-click, is no live link and submits no form")

    async def change(self, selector: str, values: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """Fill in fields of the form that matches; the last one is the target of the change."""
        form = self.find(selector)
        values = {**(values or {}), **more}
        names = [name for name, _ in forms.flatten(values)]
        extra = {"meta": {"_target": names[-1] if names else "undefined"}, "uploads": {}}
        return await self._binding(form, "phx-change", "form", urlencode(forms.fields(form, values)), extra)

    async def submit(self, selector: str, values: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """Fill in fields of the form that matches and submit it."""
        return await self._submit(self.find(selector), {**(values or {}), **more}, {})

    async def key(self, selector: str, key: str, *, up: bool = False) -> Any:
        """Press a key on the element that matches (or anywhere, for ``phx-window-…``), or let it go."""
        element, kind = self.find(selector), "keyup" if up else "keydown"
        binding = f"phx-window-{kind}" if f"phx-window-{kind}" in element.attributes else f"phx-{kind}"
        return await self._binding(element, binding, kind, {"key": key})

    async def focus(self, selector: str) -> Any:
        """Put the focus on the element that matches."""
        element = self.find(selector)
        return await self._binding(element, "phx-focus", "focus", {"value": element.get("value")})

    async def blur(self, selector: str) -> Any:
        """Take the focus away from the element that matches."""
        element = self.find(selector)
        return await self._binding(element, "phx-blur", "blur", {"value": element.get("value")})

    async def push(self, event: str, value: object = None, *, type: str = "click", **extra: Any) -> Any:
        """Send an event as it would go over the wire. Returns the reply for a hook.

        Raises:
            ViewCrashedError: if its handler raised.
        """
        payload = {"type": type, "event": event, "value": {} if value is None else value, **extra}
        return await self._send("event", payload)

    async def hook(self, event: str, payload: object = None) -> Any:
        """What ``pushEvent`` of a hook does. Returns the handler's reply."""
        return await self.push(event, payload, type="hook")

    async def patch(self, url: str) -> None:
        """Follow a patch link."""
        before = self.url
        answer = await self._send("live_patch", {"url": urljoin(self.url, url)}, whole=True)
        if answer.get("link_redirect"):
            await self.navigate(url)
        elif "live_redirect" not in answer and "redirect" not in answer and self.url == before:
            self.url = urljoin(self.url, url)

    async def send_info(self, message: object) -> None:
        """Deliver a message to the view's `handle_info` and wait until it has been handled."""
        self.channel.mailbox.post(Envelope(message))
        await self.settle()

    async def settle(self) -> None:
        """Wait until all that is in the view's mailbox now has been handled."""
        await self._send("cids_will_destroy", {"cids": []})
        while self._removals:
            await self._send("cids_will_destroy", {"cids": []})

    async def child(self, element_id: str) -> LiveViewTest:
        """Join the nested or sticky view with this element id, as a browser does without being asked.

        Returns:
            The view, to be looked at and used like a page; it shares this page's socket.
        """
        from .nested import join_nested

        return await join_nested(self, element_id)

    # -- in detail ---

    def _cid(self, component: type[LiveComponent] | str, id: Any) -> int:
        placed = self.channel.joined()[1].components.get(component, id)
        if placed is None:
            name = component if isinstance(component, str) else component.__name__
            raise LookupError(f"the view has no component {name} with the id {id!r}")
        return placed.cid

    async def _submit(self, form: Element, values: Mapping[str, Any], submitter: Mapping[str, str]) -> Any:
        fields = forms.fields(form, values) + list(submitter.items())
        return await self._binding(form, "phx-submit", "form", urlencode(fields), {"meta": {}})

    async def _binding(
        self, element: Element, binding: str, kind: str, value: Any, extra: Mapping[str, Any] | None = None
    ) -> Any:
        """Send what the client sends for a binding: one event, or the pushes among JS commands."""
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
        """``JS.dispatch("change")`` on a button of a form: the form changes in the button's name."""
        for command, arguments in operations:
            if command == "set_attr" and "to" not in arguments:
                button.attributes.update([arguments["attr"]])
            elif command == "dispatch" and arguments["event"] == "change" and "to" not in arguments:
                form = button.closest("form")
                assert form is not None, f"{button!r} is in no form"
                extra = {"meta": {"_target": button.get("name", "undefined")}, "uploads": {}}
                sent = urlencode(forms.fields(form, {}, button))
                await self._binding(form, "phx-change", "form", sent, extra)

    def _cids_of(self, target: str | int) -> list[dict[str, int]]:
        """Whom ``phx-target`` means: a cid, or for each match of a selector the component around it."""
        if not target:
            return [{}]
        if str(target).isdecimal():
            return [{"cid": int(target)}]
        matches = parse(self.html).find_all(str(target))
        if not matches:
            raise LookupError(f"no element matches phx-target={target!r}")
        around = [element.closest("[data-phx-component]") for element in matches]
        return [{"cid": int(element.get("data-phx-component"))} if element else {} for element in around]

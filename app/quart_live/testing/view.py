"""`LiveViewTest`: a page as a test sees it.

    async def test_counter() -> None:
        async with LiveViewTest(create_app(), "/counter") as page:
            await page.click("button", "Increment")
            assert "Clicked 1 times" in page.text

The page is requested over HTTP and joined over a real socket exchange (ASGI, in this process), cookies and
tokens included. Diffs are merged in Python as the browser merges them in JavaScript; `LiveViewTest.html` is
the HTML that a browser would show.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urljoin

from ..components import LiveComponent
from ..mailbox.items import Envelope
from ..view.view import LiveView
from . import forms
from .bindings import BoundPage
from .dom import Element
from .errors import JoinRefusedError, ViewCrashedError
from .nested import NestedPage, join_nested
from .socket import SECONDS
from .uploads import FileInput

__all__ = ["JoinRefusedError", "LiveViewTest", "ViewCrashedError"]


class LiveViewTest(BoundPage):
    """A page with a live view and the actions of a user; see `OpenPage` for arguments and attributes."""

    __test__ = False

    @cached_property
    def _file_inputs(self) -> dict[str, FileInput]:
        return {}

    # -- the page ---

    @property
    def view(self) -> LiveView:
        """The view object on the server."""
        view = self.channel.view
        assert view is not None
        return view

    def component(self, component: type[LiveComponent] | str, id: Any) -> Element:
        """Return the element of a live component.

        Raises:
            LookupError: if the view has no such component.
        """
        return self.find(f'[data-phx-component="{self._cid(component, id)}"]')

    def component_html(self, component: type[LiveComponent] | str, id: Any) -> str:
        """Return the HTML of a live component alone, as the browser has it.

        Raises:
            LookupError: if the view has no such component.
        """
        assert self.tree is not None
        return self.tree.component_html(self._cid(component, id))

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until ``condition()`` is true, which is tested after each frame from the server.

        Raises:
            TimeoutError: if it stays false.
        """
        async with asyncio.timeout(SECONDS):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    def file_input(self, name: str) -> FileInput:
        """Return the file input of an upload, to choose and send files."""
        return self._file_inputs.setdefault(name, FileInput(self, name))

    # -- actions of a user ---

    async def click(self, selector: str, text: str | None = None) -> Any:
        """Click the element that matches: send its ``phx-click``, follow a live link or submit its form.

        Raises:
            LookupError: if it has none of these, or not exactly one element matches.
            ViewCrashedError: if the handler raised.
        """
        element = self.find(selector, text)
        if "phx-click" in element.attributes:
            return await self.binding(element, "phx-click", "click", {"value": element.get("value")})
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
        """Fill in fields of the form that matches; the last one is the target of the change.

        Raises:
            LookupError: if the form has no such field or binding, or not exactly one form matches.
            ViewCrashedError: if the handler raised.
        """
        form = self.find(selector)
        values = {**(values or {}), **more}
        names = [name for name, _ in forms.flatten(values)]
        extra = {"meta": {"_target": names[-1] if names else "undefined"}, "uploads": {}}
        return await self.binding(form, "phx-change", "form", urlencode(forms.fields(form, values)), extra)

    async def submit(self, selector: str, values: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """Fill in fields of the form that matches and submit it.

        Raises:
            LookupError: as `change`.
            ViewCrashedError: if the handler raised.
        """
        return await self._submit(self.find(selector), {**(values or {}), **more}, {})

    async def key(self, selector: str, key: str, *, up: bool = False) -> Any:
        """Press a key on the element that matches (or anywhere, for ``phx-window-…``), or release it."""
        element, kind = self.find(selector), "keyup" if up else "keydown"
        binding = f"phx-window-{kind}" if f"phx-window-{kind}" in element.attributes else f"phx-{kind}"
        return await self.binding(element, binding, kind, {"key": key})

    async def focus(self, selector: str) -> Any:
        """Put the focus on the element that matches."""
        element = self.find(selector)
        return await self.binding(element, "phx-focus", "focus", {"value": element.get("value")})

    async def blur(self, selector: str) -> Any:
        """Take the focus away from the element that matches."""
        element = self.find(selector)
        return await self.binding(element, "phx-blur", "blur", {"value": element.get("value")})

    async def hook(self, event: str, payload: object = None) -> Any:
        """Send an event as ``pushEvent`` of a hook does. Return the handler's reply.

        Raises:
            ViewCrashedError: if the handler raised.
        """
        return await self.push(event, payload, type="hook")

    async def patch(self, url: str) -> None:
        """Follow a patch link."""
        before = self.url
        answer = await self.exchange("live_patch", {"url": urljoin(self.url, url)}, whole=True)
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
        await self.exchange("cids_will_destroy", {"cids": []})
        while self.removals:
            await self.exchange("cids_will_destroy", {"cids": []})

    async def child(self, element_id: str) -> LiveViewTest:
        """Join the nested or sticky view with this element id, as a browser does by itself.

        Returns:
            The view, used like a page; it shares this page's socket.

        Raises:
            LookupError: if there is no such element.
            JoinRefusedError: if the view redirects, or is one too many.
            ViewCrashedError: if the view could not mount.
        """
        return await join_nested(NestedViewTest, self, element_id)

    # -- in detail ---

    def _cid(self, component: type[LiveComponent] | str, id: Any) -> int:
        placed = self.channel.joined()[1].components.get(component, id)
        if placed is None:
            name = component if isinstance(component, str) else component.__name__
            raise LookupError(f"the view has no component {name} with the id {id!r}")
        return placed.cid

    async def _submit(self, form: Element, values: Mapping[str, Any], submitter: Mapping[str, str]) -> Any:
        fields = forms.fields(form, values) + list(submitter.items())
        return await self.binding(form, "phx-submit", "form", urlencode(fields), {"meta": {}})


class NestedViewTest(NestedPage, LiveViewTest):
    """A view inside another one; made by `LiveViewTest.child`."""

    __test__ = False

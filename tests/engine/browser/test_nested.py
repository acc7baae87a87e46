"""Nested and sticky views in a real browser."""

from __future__ import annotations

from typing import Any, ClassVar

from engine.browser.site import Serve
from playwright.async_api import expect

from quart_live import LiveView


class BoxLive(LiveView):
    """A counter that can crash, and that may fail to mount."""

    inline_template = """<button class="more" phx-click="more">{{ name }} {{ n }}</button>
<button class="crash" phx-click="crash">crash</button>
<button class="go" phx-click="go">go</button> <button class="patch" phx-click="patch">patch</button>"""
    failures: ClassVar[list[str]] = []

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        if self.connected and session["name"] in self.failures:
            self.failures.remove(session["name"])
            raise RuntimeError("cannot mount")
        self.assign(name=session["name"], n=0)

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        if event == "crash":
            raise RuntimeError("crash on purpose")
        if event == "go":
            self.push_navigate("/second")
        if event == "patch":
            self.push_patch("/?x=patched")
        self.assign(n=self.assigns.n + 1)
        return None


class PageLive(LiveView):
    """Two boxes, one of them with a box inside, and a sticky one."""

    inline_template = """<h1>{{ title }} {{ n }}</h1><i id="x">{{ x }}</i>
<button id="more" phx-click="more">more</button> <button id="toggle" phx-click="toggle">toggle</button>
<a id="away" {{ live_navigate(away) }}>away</a>
{% if show %}{{ live_render("BoxLive", id="left", session={"name": "left"}) }}{% endif %}
{{ live_render("BoxLive", id="right", session={"name": "right"}) }}
{{ live_render("NestLive", id="nest") }}
{{ live_render("BoxLive", id="sticky", session={"name": "sticky"}, sticky=True) }}"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(n=0, show=True, title="Page", away="/second")

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assign(x=params.get("x", ""))

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        if event == "more":
            self.assign(n=self.assigns.n + 1)
        else:
            self.assign(show=not self.assigns.show)
        return None


class NestLive(LiveView):
    """One level more."""

    inline_template = '<div>{{ live_render("BoxLive", id="deep", session={"name": "deep"}) }}</div>'


class SecondLive(PageLive):
    """Another page with the sticky box only."""

    inline_template = """<h1>Second</h1><a id="back" {{ live_navigate("/") }}>back</a>
{{ live_render("BoxLive", id="sticky", session={"name": "sticky"}, sticky=True) }}"""


async def test_crash_of_a_child_leaves_parent_and_sibling_alone(serve: Serve) -> None:
    site = await serve({"/": PageLive})
    page = await site.open("/")
    for name in ("left", "right", "deep", "sticky"):
        await page.click(f"#{name} .more")
        await expect(page.locator(f"#{name} .more")).to_have_text(f"{name} 1")
    await page.click("#more")
    await page.evaluate("window.marker = 'same page'")

    await page.click("#left .crash")
    await expect(page.locator("#left")).to_have_class("phx-loading phx-error phx-server-error")
    await page.click("#more")
    await page.click("#right .more")
    await expect(page.locator("h1")).to_have_text("Page 2")
    await expect(page.locator("#right .more")).to_have_text("right 2")
    await expect(page.locator("[data-phx-main]")).to_have_class("phx-connected")

    await expect(page.locator("#left .more")).to_have_text("left 0")  # joined again, anew
    await expect(page.locator("#left")).to_have_class("phx-connected")
    await expect(page.locator("#deep .more")).to_have_text("deep 1")
    assert await page.evaluate("window.marker") == "same page"
    site.problems.clear()


async def test_child_that_cannot_mount_does_not_freeze_the_page(serve: Serve) -> None:
    BoxLive.failures[:] = ["left", "deep"]
    site = await serve({"/": PageLive})
    page = await site.open("/")  # returns when every view is connected
    await page.click("#more")
    await expect(page.locator("h1")).to_have_text("Page 1")
    await page.click("#left .more")
    await page.click("#deep .more")
    await expect(page.locator("#left .more")).to_have_text("left 1")
    await expect(page.locator("#deep .more")).to_have_text("deep 1")
    assert BoxLive.failures == []
    site.problems.clear()


async def test_page_works_while_a_child_keeps_failing(serve: Serve) -> None:
    BoxLive.failures[:] = ["left"] * 1000
    site = await serve({"/": PageLive})
    page = await site.context.new_page()
    await page.goto(site.address)
    # The client tries at once, after 1 and after 2 seconds, and the page goes on.
    await expect(page.locator("[data-phx-main]")).to_have_class("phx-connected")
    await expect(page.locator("#left")).to_have_class("phx-loading phx-error phx-server-error")
    await expect(page.locator("#left .more")).to_have_text("left 0")  # its first HTML
    await page.click("#more")
    await page.click("#right .more")
    await expect(page.locator("h1")).to_have_text("Page 1")
    await expect(page.locator("#right .more")).to_have_text("right 1")
    BoxLive.failures.clear()
    await expect(page.locator("#left")).to_have_class("phx-connected")
    await page.click("#left .more")
    await expect(page.locator("#left .more")).to_have_text("left 1")

    # One that comes later, nobody waits for: the client counts its tries, and gives it up after the third.
    await page.click("#toggle")
    await expect(page.locator("#left")).to_have_count(0)
    BoxLive.failures[:] = ["left"] * 1000
    await page.click("#toggle")
    await expect(page.locator("[data-phx-main]")).to_have_class("phx-loading phx-error phx-server-error")
    assert len(BoxLive.failures) == 1000 - 3
    await page.click("#more")
    await expect(page.locator("h1")).to_have_text("Page 2")
    BoxLive.failures.clear()


async def test_child_taken_out_and_put_back(serve: Serve) -> None:
    site = await serve({"/": PageLive})
    page = await site.open("/")
    await page.click("#left .more")
    await page.click("#toggle")
    await expect(page.locator("#left")).to_have_count(0)
    await page.click("#toggle")
    await expect(page.locator("#left .more")).to_have_text("left 0")
    await page.click("#left .more")
    await expect(page.locator("#left .more")).to_have_text("left 1")


async def test_sticky_view_keeps_its_state_through_navigation(serve: Serve) -> None:
    site = await serve({"/": PageLive, "/second": SecondLive})
    page = await site.open("/")
    await page.click("#sticky .more")
    await page.click("#sticky .more")
    await expect(page.locator("#sticky .more")).to_have_text("sticky 2")
    [channel] = [channel for channel in site.live.channels if channel.topic == "lv:sticky"]

    await page.click("#away")
    await expect(page.locator("h1")).to_have_text("Second")
    await page.click("#sticky .more")
    await expect(page.locator("#sticky .more")).to_have_text("sticky 3")
    await page.click("#back")
    await expect(page.locator("h1")).to_have_text("Page 0")
    await page.click("#left .more")
    await expect(page.locator("#left .more")).to_have_text("left 1")
    await expect(page.locator("#sticky .more")).to_have_text("sticky 3")
    assert channel in site.live.channels

    # Sent there by the sticky view itself, it stays, too; and a nested view patches its page.
    await page.click("#left .patch")
    await expect(page.locator("#x")).to_have_text("patched")
    assert page.url.endswith("/?x=patched")
    await expect(page.locator("#left .more")).to_have_text("left 2")
    await page.click("#sticky .go")
    await expect(page.locator("h1")).to_have_text("Second")
    await expect(page.locator("#sticky .more")).to_have_text("sticky 4")
    await page.click("#sticky .more")
    await expect(page.locator("#sticky .more")).to_have_text("sticky 5")
    assert channel in site.live.channels
    await page.go_back()
    await expect(page.locator("#x")).to_have_text("patched")


async def test_all_views_come_back_after_a_lost_connection(serve: Serve) -> None:
    site = await serve({"/": PageLive})
    page = await site.open("/")
    await page.click("#deep .more")
    await expect(page.locator("#deep .more")).to_have_text("deep 1")
    site.link.cut()
    await site.disconnected(page)
    await site.link.fix()
    await expect(page.locator("#deep .more")).to_have_text("deep 0")
    await site.connected(page)
    await page.click("#deep .more")
    await page.click("#left .more")
    await expect(page.locator("#deep .more")).to_have_text("deep 1")
    await expect(page.locator("#left .more")).to_have_text("left 1")
    site.problems.clear()


class LinkedLive(PageLive):
    """A box whose crash is this page's, and one whose is not."""

    inline_template = """<h1>{{ n }}</h1><button id="more" phx-click="more">more</button>
{{ live_render("BoxLive", id="linked", session={"name": "linked"}, linked=True) }}
{{ live_render("BoxLive", id="free", session={"name": "free"}) }}"""


async def test_crash_of_a_linked_child_is_its_parents(serve: Serve) -> None:
    site = await serve({"/": LinkedLive})
    page = await site.open("/")
    await page.click("#more")
    await page.click("#free .more")
    await expect(page.locator("#free .more")).to_have_text("free 1")
    await page.evaluate("window.marker = 'same page'")
    await page.click("#free .crash")
    await expect(page.locator("#free .more")).to_have_text("free 0")
    await expect(page.locator("h1")).to_have_text("1")
    await page.click("#linked .crash")
    await expect(page.locator("h1")).to_have_text("0")
    await site.connected(page)
    await page.click("#linked .more")
    await expect(page.locator("#linked .more")).to_have_text("linked 1")
    await page.click("#more")
    await expect(page.locator("h1")).to_have_text("1")
    assert await page.evaluate("window.marker") == "same page"
    site.problems.clear()


class AssigningLive(LiveView):
    """A child that takes what its parent has already."""

    inline_template = "<i>{{ user }} {{ own }}</i>"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign_new("user", lambda: "asked again")
        self.assign_new("own", lambda: "own")


class FatherLive(LiveView):
    inline_template = """<h1>{{ user }}</h1>{{ live_render("AssigningLive", id="child") }}"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(user="Ann")


async def test_a_child_takes_assigns_of_its_parent(serve: Serve) -> None:
    site = await serve({"/": FatherLive})
    page = await site.open("/")
    await expect(page.locator("#child i")).to_have_text("Ann own")
    (child,) = [channel for channel in site.live.channels if channel.topic == "lv:child"]
    child.crash("to see it come back")
    await child.ended()
    await site.connected(page)
    await expect(page.locator("#child i")).to_have_text("Ann own")
    site.problems.clear()


class NoteLive(LiveView):
    """A child with a form."""

    inline_template = """<form id="note" phx-change="write"><input name="text" value="{{ text }}"></form>
        <output>{{ text }}</output>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(text="")

    async def handle_event(self, event: str, params: Any) -> None:
        self.assign(text=params["text"])


class DeskLive(LiveView):
    inline_template = """<h1>Desk</h1>{{ live_render("NoteLive", id="inside") }}"""


async def test_forms_of_children_are_recovered(serve: Serve) -> None:
    site = await serve({"/": DeskLive})
    page = await site.open("/")
    await page.fill("#note input", "hello")
    await expect(page.locator("#inside output")).to_have_text("hello")
    site.link.cut()
    await site.disconnected(page)
    await page.fill("#note input", "hello again")
    await site.link.fix()
    await expect(page.locator("#inside output")).to_have_text("hello again")
    await expect(page.locator("#note input")).to_have_value("hello again")
    site.problems.clear()

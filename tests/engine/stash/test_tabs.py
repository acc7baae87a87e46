"""Tabs: whatever several of them do in whatever order, each finds its own, and all find the session's."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from engine.stash.pages import stash_app
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quart import Quart

from quart_live import LiveViewTest
from quart_live.testing import ViewCrashedError

steps = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["draft", "tab", "reconnect", "crash", "reload", "leave", "clear"]),
        st.text("abc", min_size=1, max_size=3),
    ),
    max_size=12,
)


@dataclass
class Expected:
    """The assigns that a tab should have, and the values that are kept for it."""

    draft: str = ""
    tab: str = "all"
    kept: str | None = None


async def do(step: str, value: str, page: LiveViewTest) -> LiveViewTest:
    """Play the acts of one tab."""
    match step:
        case "draft":
            await page.push("set", {"draft": value})
        case "tab":
            await page.push("set", {"tab": value})
        case "reconnect":
            await page.close()
            await page.connect()
        case "crash":
            with pytest.raises(ViewCrashedError):
                await page.push("crash")
            await page.rejoin()
        case "reload":
            await page.close()
            again = LiveViewTest(page.app, page.url, client=page.client)
            again.stash = page.stash
            await again.open()
            return again
        case "leave":
            path = page.url
            await page.navigate("/other")
            await page.navigate(path)
        case "clear":
            await page.push("clear")
    return page


class Model:
    """The model of three tabs of one session."""

    def __init__(self) -> None:
        self.tabs = [Expected(), Expected(), Expected()]
        self.session: str | None = None

    def do(self, step: str, value: str, at: int) -> None:
        tab = self.tabs[at]
        match step:
            case "draft":
                tab.kept = value if value != tab.draft else tab.kept
                tab.draft = value
            case "tab":
                self.session = value if value != tab.tab else self.session
                tab.tab = value
            case "clear":
                tab.kept = self.session = None
            case _:
                if step == "leave":
                    tab.kept = None
                tab.draft, tab.tab = tab.kept or "", self.session or "all"


async def check(app: Quart, path: str, plan: list[tuple[int, str, str]]) -> None:
    client = app.test_client()
    pages, model = [LiveViewTest(app, path, client=client) for _ in range(3)], Model()
    for page in pages:
        await page.open()
    try:
        for at, step, value in plan:
            pages[at] = await do(step, value, pages[at])
            mount_stash = pages[at].channel.mount_stash
            assert mount_stash is not None
            await mount_stash.written()
            model.do(step, value, at)
            for page, expected in zip(pages, model.tabs, strict=True):
                assigns = page.view.assigns
                assert (assigns.draft, assigns.tab) == (expected.draft, expected.tab), (at, step, value)
    finally:
        for page in pages:
            await page.close()


@pytest.mark.parametrize("path", ["/notes", "/server"])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=steps)
async def test_interleavings(path: str, plan: list[tuple[int, str, str]]) -> None:
    await check(stash_app(), path, plan)


@pytest.mark.parametrize("path", ["/notes", "/server"])
async def test_a_duplicate_begins_with_a_copy_and_goes_its_own_way(path: str) -> None:
    app = stash_app()
    async with LiveViewTest(app, path) as one:
        await one.push("set", {"draft": "first"})
        mount_stash = one.channel.mount_stash
        assert mount_stash is not None
        await mount_stash.written()
        two = LiveViewTest(app, path, client=one.client)
        two.stash = one.stash.duplicate()
        async with two:
            assert two.view.assigns.draft == "first"
            await one.push("set", {"draft": "changed since"})
            await two.close()
            await two.connect()
            assert two.view.assigns.draft == "first"
            await one.push("set", {"draft": "first"})
            await two.push("set", {"draft": "second"})
            for page, draft in ((one, "first"), (two, "second"), (one, "first")):
                await page.close()
                await page.connect()
                assert page.view.assigns.draft == draft


async def test_different_assigns_of_the_session_do_not_overwrite_each_other() -> None:
    """Each assign is kept by itself: a tab that knows an old filter does not write it back with its tab."""
    app = stash_app()
    client = app.test_client()
    await client.get("/sign-in/ann")
    pages = [LiveViewTest(app, "/server", client=client) for _ in range(2)]
    for page in pages:
        await page.open()
    await asyncio.gather(pages[0].push("set", {"filter": "mine"}), pages[1].push("set", {"tab": "news"}))
    for page in pages:
        await page.close()
    async with LiveViewTest(app, "/server", client=client) as page:
        assert (page.view.assigns.filter, page.view.assigns.tab) == ("mine", "news")


async def test_components_keep_for_themselves() -> None:
    app = stash_app()
    async with LiveViewTest(app, "/desk") as page:
        assert [page.find(f"#c-{name}").text for name in "ab"] == ["empty 1 new", "empty 1 new"]
        await page.push("set", {"text": "kept", "size": 3}, cid=page_cid(page, "b"))
        await page.close()
        await page.connect()
        assert [page.find(f"#c-{name}").text for name in "ab"] == ["empty 1 not found", "kept 3 recovered"]
        with pytest.raises(ViewCrashedError):
            await page.push("no such event")
        await page.rejoin()
        assert page.find("#c-b").text == "kept 3 recovered"
        await page.push("clear", {}, cid=page_cid(page, "b"))
        assert page.stash.tab == {}
        await page.close()
        again = LiveViewTest(app, "/desk", client=page.client)
        async with again:
            assert again.find("#c-b").text == "empty 1 new"


async def test_components_on_the_server_are_in_the_first_render() -> None:
    app = stash_app()
    async with LiveViewTest(app, "/desk") as page:
        await page.push("set", {"size": 3}, cid=page_cid(page, "b"))
    again = LiveViewTest(app, "/desk", client=page.client)
    async with again:
        assert "empty 3 recovered" in again.page_html


def page_cid(page: LiveViewTest, name: str) -> int:
    """The cid of a component."""
    return int(page.find(f"#c-{name}").get("phx-target"))

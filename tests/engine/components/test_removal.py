"""How components disappear, in two steps, and come back between them."""

from __future__ import annotations

import asyncio
from typing import Any

from engine.components.pages import CounterComponent, open_page
from engine.components.wire import diffs, silent

from quart_live import LiveComponent, LiveView, LiveViewTest


async def cids(page: LiveViewTest, event: str, cids: list[int]) -> Any:
    """Send one of the two messages by hand."""
    return await page.exchange(event, {"cids": cids}, whole=True)


def components(page: LiveViewTest) -> int:
    """Return the number of components on the server."""
    return len(page.channel.joined()[1].components.table)


async def test_removed_with_everything_inside() -> None:
    async with open_page() as page:
        await page.push("assign", {"show": True})
        await page.push("more", {"by": 2}, cid=2)
        assert components(page) == 3
        await page.push("assign", {"show": False})
        await page.settle()
        assert components(page) == 1
        await page.push("assign", {"show": True})
        assert page.component(CounterComponent, "b").find("span").text == "fix: 0"
        assert page.component(CounterComponent, "b").get("data-phx-component") == "4"


async def test_both_steps_are_answered() -> None:
    async with open_page() as page:
        assert await cids(page, "cids_will_destroy", [1, 77]) == {}
        assert await cids(page, "cids_destroyed", [1, 77]) == {"cids": [1, 77]}
        assert components(page) == 0


async def test_only_marked_ones_are_removed() -> None:
    async with open_page() as page:
        assert await cids(page, "cids_destroyed", [1]) == {"cids": []}
        assert components(page) == 1


async def test_nonsense_gets_an_error() -> None:
    async with open_page() as page:
        nonsense: list[Any] = [{"cids": ["1"]}, {"cids": 1}, {}, []]
        for payload in nonsense:
            ref = page.socket.next_ref()
            page.socket.send(page.join_ref, ref, page.topic, "cids_destroyed", payload)
            assert (await page.socket.reply_to(ref))["status"] == "error"


async def test_revival_keeps_the_state_and_renders_all_in_full() -> None:
    async with open_page() as page:
        await page.push("assign", {"show": True})
        await page.push("more", {"by": 2}, cid=2)
        with silent(page):  # nothing is reported but what we say
            await page.push("assign", {"show": False})
            await cids(page, "cids_will_destroy", [2, 3])
            since = len(page.socket.frames)
            await page.push("assign", {"show": True})
            (diff,) = diffs(page, since)
            assert {"s", "r"} <= diff["c"]["2"].keys() and {"s", "r"} <= diff["c"]["3"].keys()
            assert diff["c"]["2"]["3"] == "2"
            assert await cids(page, "cids_destroyed", [2, 3]) == {"cids": []}
            assert components(page) == 3


async def test_a_change_of_one_that_is_going_does_not_keep_it() -> None:
    async with open_page() as page:
        await page.push("assign", {"show": True})
        await page.push("more", {"by": 2}, cid=2)
        with silent(page):
            await page.push("assign", {"show": False})
            await cids(page, "cids_will_destroy", [2, 3])
            await page.push("more", {}, cid=2)  # renders it, and the badge inside
            assert await cids(page, "cids_destroyed", [2, 3]) == {"cids": [2, 3]}


async def test_an_announcement_that_comes_late_freezes_nothing() -> None:
    """The browser saw it go and announced that; meanwhile it was already back."""
    async with open_page() as page:
        await page.push("assign", {"show": True})
        with silent(page):
            await page.push("assign", {"show": False})
            await page.push("assign", {"show": True})
            await cids(page, "cids_will_destroy", [2])
            since = len(page.socket.frames)
            await page.push("more", {}, cid=2)
            assert diffs(page, since) == [{"c": {"2": {"3": "1"}}}]


async def test_in_keyed_loop_and_stream() -> None:
    class ItemComponent(LiveComponent):
        inline_template = '<b>{{ text }}{{ n }}<button phx-click="x" phx-target="{{ myself }}"></button></b>'

        async def mount(self) -> None:
            self.assign(n=0)

        async def handle_event(self, event: str, params: Any) -> None:
            self.assign(n=self.assigns.n + 1)

    class ItemsLive(LiveView):
        inline_template = """<ul id="s" phx-update="stream">{% for dom_id, item in streams.items %}
            <li id="{{ dom_id }}">{{ live_component("item", id=item.id, text=item.text) }}</li>
            {% endfor %}</ul><p>{{ title }}</p>"""

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign(title="t")
            self.stream("items", [{"id": 1, "text": "a"}, {"id": 2, "text": "b"}])

        async def handle_event(self, event: str, params: Any) -> None:
            match event:
                case "insert":
                    self.stream_insert("items", params)
                case "delete":
                    self.stream_delete("items", params)
                case "title":
                    self.assign(title="u")

    async with open_page(ItemsLive) as page:
        assert page.text == "a0 b0 t"
        await page.click("#items-2 button")
        since = len(page.socket.frames)
        await page.push("insert", {"id": 2, "text": "B"})
        (diff,) = diffs(page, since)
        assert diff["c"] == {"2": {"0": "B"}} and "s" not in diff["0"]
        assert page.text == "a0 B1 t"
        await page.push("title")
        await page.click("#items-1 button")
        assert page.text == "a1 B1 u"
        await page.push("delete", {"id": 1})
        await page.settle()
        assert page.text == "B1 u" and components(page) == 1
    del ItemComponent


async def test_slow_work_ends_with_its_component() -> None:
    ended = asyncio.Event()

    class SlowComponent(LiveComponent):
        inline_template = "<p>{{ state.loading }}</p>"

        async def mount(self) -> None:
            async def work() -> int:
                try:
                    await asyncio.get_running_loop().create_future()
                finally:
                    ended.set()
                return 1

            self.assign_async("state", work)

    class SlowLive(LiveView):
        inline_template = '{% if show %}{{ live_component("slow", id=1) }}{% endif %}'

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign(show=True)

        async def handle_event(self, event: str, params: Any) -> None:
            self.assign(show=False)

    async with open_page(SlowLive) as page:
        tasks = page.channel.tasks
        assert tasks is not None and len(tasks) == 1
        await page.push("hide")
        await page.settle()
        async with asyncio.timeout(10):
            await ended.wait()
    del SlowComponent

"""Live components: what they do, and what goes over the wire for it."""

from __future__ import annotations

import json
import logging
from typing import Any

import jinja2
import pytest
from engine.components.pages import (
    BadgeComponent,
    CounterComponent,
    PageLive,
    RowComponent,
    make_app,
    open_page,
)
from engine.components.wire import diffs

from quart_live import LiveComponent, LiveView, LiveViewError, LiveViewTest, QuartLive
from quart_live.components import component_named
from quart_live.rendering.placing import live_component
from quart_live.testing import ViewCrashedError, render_component


async def caused(page: LiveViewTest, event: str, value: object = None, **more: Any) -> list[dict[str, Any]]:
    """The diffs that an event causes."""
    since = len(page.socket.frames)
    await page.push(event, value, **more)
    await page.settle()
    return diffs(page, since)


class TestWire:
    async def test_join(self) -> None:
        async with open_page() as page:
            (rendered,) = diffs(page)
        assert rendered["2"] == 1
        component = rendered["c"]["1"]
        assert component["r"] == 1
        assert component["s"][0].strip() == '<div id="counter-'
        assert component["2"] == "Apples" and component["4"] == "1"

    async def test_event_sends_only_the_component(self) -> None:
        async with open_page() as page:
            assert await caused(page, "more", cid=1) == [{"c": {"1": {"3": "1"}}}]

    async def test_nested_component(self) -> None:
        async with open_page() as page:
            (diff,) = await caused(page, "more", {"by": 2}, cid=1)
            assert diff.keys() == {"c"}
            assert diff["c"]["1"]["5"]["0"] == 2
            assert diff["c"]["2"]["r"] == 1
            assert await caused(page, "more", cid=1) == [{"c": {"1": {"3": "3"}, "2": {"1": "3"}}}]

    async def test_changed_argument_updates(self) -> None:
        async with open_page() as page:
            assert await caused(page, "assign", {"fruit": "Figs"}) == [
                {"0": "Figs", "c": {"1": {"2": "Figs"}}}
            ]

    async def test_unknown_cid_is_a_normal_race(self) -> None:
        async with open_page() as page:
            since = len(page.socket.frames)
            assert await page.push("more", cid=99) is None
            assert json.loads(page.socket.frames[-1][1])[4] == {"status": "ok", "response": {}}
            assert diffs(page, since) == []

    async def test_reply_and_pushed_event_with_the_components_diff(self) -> None:
        async with open_page() as page:
            assert await page.push("reply", type="hook", cid=1) == {"count": 0}
            (diff,) = await caused(page, "push", cid=1)
            assert diff == {"e": [["counted", 0]]}


class TestTracking:
    async def test_mount_then_update_once(self) -> None:
        async with open_page():
            # once for the first page, once for the connected view
            assert CounterComponent.log == ["mount", "update {'id': 'a', 'label': 'Apples'}"] * 2

    async def test_equal_arguments_do_not_update(self) -> None:
        async with open_page() as page:
            await page.push("assign", {"keys": [1, 2]})
            RowComponent.log.clear()
            diff = (await caused(page, "assign", {"keys": [2, 1, 3]}))[0]
            assert RowComponent.log == [[3]]
            assert list(diff["c"]) == ["4"]

    async def test_all_of_a_class_are_updated_together(self) -> None:
        async with open_page() as page:
            await page.push("assign", {"keys": [3, 1, 2]})
            assert RowComponent.log == [[3, 1, 2]]
            assert [row.text for row in page.find("ul").find_all("li")] == ["text 3", "text 1", "text 2"]

    async def test_mutable_arguments_always_update(self) -> None:
        class ListComponent(LiveComponent):
            inline_template = "<ul>{% for item in items %}<li>{{ item }}</li>{% endfor %}</ul>"

        class ListLive(LiveView):
            inline_template = '{{ live_component("list", id=1, items=items) }}'

            async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
                self.assign(items=["a"])

            async def handle_event(self, event: str, params: Any) -> None:
                self.assigns["items"].append("b")
                self.touch("items")

        async with open_page(ListLive) as page:
            await page.push("append")
            assert page.text == "ab"

    async def test_a_component_keeps_its_state_wherever_it_is(self) -> None:
        class MovingLive(LiveView):
            inline_template = """{% if left %}<p>{{ live_component("counter", id=1, label="x") }}</p>
                {% else %}<div>{{ live_component("counter", id=1, label="x") }}</div>{% endif %}"""

            async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
                self.assign(left=True)

            async def handle_event(self, event: str, params: Any) -> None:
                self.assign(left=not self.assigns.left)

        async with open_page(MovingLive) as page:
            await page.click("button")
            (diff,) = await caused(page, "move")
            assert "c" not in diff
            assert page.find("div div span").text == "x: 1"


class TestTargets:
    async def test_click_by_cid(self) -> None:
        async with open_page() as page:
            await page.click("#counter-a button")
            assert page.component(CounterComponent, "a").find("span").text == "Apples: 1"

    async def test_submit_and_change_by_selector(self) -> None:
        class NameComponent(LiveComponent):
            inline_template = """<div id="{{ id }}"><form phx-change="change" phx-submit="save"
                phx-target="#{{ id }}"><input name="name"><button>Save</button></form>{{ got }}</div>"""

            async def mount(self) -> None:
                self.assign(got="")

            async def handle_event(self, event: str, params: Any) -> None:
                self.assign(got=f"{event} {params['name']}")

        class NamesLive(LiveView):
            inline_template = """{{ live_component("name", id="one") }}{{ live_component("name", id="two") }}
                <button phx-click="save" phx-target=".none">x</button>
                <button phx-click='[["push",{"event":"save","value":{"name":"js"},"target":"div"}]]'>
                  y</button>
                """

        async with open_page(NamesLive) as page:
            await page.change("#two form", name="Ann")
            assert page.component("name", "two").text.endswith("change Ann")
            await page.submit("#one form", name="Bob")
            assert page.component("name", "one").text.endswith("save Bob")
            assert "Bob" not in page.component("name", "two").text
            await page.click("button", "y")
            assert page.find("#one").text.endswith("save js") and page.find("#two").text.endswith("save js")
            with pytest.raises(LookupError, match=r"no element matches phx-target='\.none'"):
                await page.click("button", "x")

    async def test_html_of_one_component(self) -> None:
        async with open_page() as page:
            html = page.component_html("counter", "a")
            assert html.strip().startswith('<div data-phx-component="1" id="counter-a">')
            with pytest.raises(LookupError, match="no component counter with the id 'zzz'"):
                page.component_html("counter", "zzz")


class TestSendUpdate:
    async def test_from_the_view(self) -> None:
        async with open_page() as page:
            assert await caused(page, "update a", {"label": "new"}) == [{"c": {"1": {"2": "new"}}}]
            assert await caused(page, "update a", {"label": "new"}) == []

    async def test_from_another_component(self) -> None:
        async with open_page() as page:
            await page.push("assign", {"show": True})
            await page.push("tell another", {"id": "b"}, cid=1)
            await page.settle()
            assert page.component("counter", "b").find("span").text == "told: 0"

    async def test_by_cid_and_later(self) -> None:
        async with open_page() as page:
            page.view.send_update(1, label="by cid")
            await page.settle()
            assert "by cid: 0" in page.text
            page.view.send_update_after(CounterComponent, 0, id="a", label="later")
            await page.until(lambda: "later: 0" in page.text)

    async def test_to_one_that_is_not_there(self) -> None:
        async with open_page() as page:
            page.view.send_update(CounterComponent, id="nobody", label="x")
            page.view.send_update(77, label="x")
            await page.settle()
            assert not page.crashed

    async def test_to_the_view(self) -> None:
        async with open_page() as page:
            await page.push("tell the view", cid=1)
            await page.settle()
            assert "Pears: 0" in page.text and page.find("h1").text == "Pears"


class TestEffects:
    async def test_flash_is_the_components_own(self) -> None:
        async with open_page() as page:
            (diff,) = await caused(page, "flash", {"text": "saved"}, cid=1)
            assert diff.keys() == {"c"}
            assert page.find("i").text == "saved" and page.find("p").text == ""
            await page.push("lv:clear-flash", {}, cid=1)
            assert not page.find("#counter-a").find_all("i")

    async def test_patch_takes_the_flash_along(self) -> None:
        async with open_page() as page:
            own, rest = await caused(page, "patch", {"to": "/?fruit=Kiwi"}, cid=1)
            assert own.keys() == {"c"} and rest["0"] == "Kiwi"
            assert page.url.endswith("/?fruit=Kiwi")
            assert page.find("p").text == "patched"
            assert "Kiwi: 7" in page.text

    async def test_navigate_takes_the_flash_along(self) -> None:
        async with open_page() as page:
            await page.push("navigate", cid=1)
            assert page.find("h1").text == "Other" and page.find("p").text == "gone"

    async def test_crash_ends_the_view(self, caplog: pytest.LogCaptureFixture) -> None:
        async with open_page() as page:
            with caplog.at_level(logging.CRITICAL), pytest.raises(ViewCrashedError):
                await page.push("crash", cid=1)
            await page.rejoin()
            assert page.component("counter", "a").find("span").text == "Apples: 0"

    async def test_update_cannot_navigate(self, caplog: pytest.LogCaptureFixture) -> None:
        class LeavingComponent(LiveComponent):
            inline_template = "<p></p>"

            async def update(self, assigns: dict[str, Any]) -> None:
                self.push_navigate("/other")

        log = await log_of_crash('{{ live_component("leaving", id=1) }}', caplog)
        assert "let it do so in handle_event" in log
        del LeavingComponent


class TestFirstRender:
    async def test_page_has_the_components(self) -> None:
        async with open_page() as page:
            assert "<span>Apples: 0</span>" in page.page_html
            assert 'phx-target="1"' in page.page_html
            assert "data-phx-component" not in page.page_html

    async def test_page_and_join_are_the_same(self) -> None:
        async with open_page() as page:
            inner = page.html.replace(' data-phx-component="1"', "")
            assert inner in page.page_html

    async def test_current_html(self) -> None:
        async with open_page() as page:
            await page.click("#counter-a button")
            assert page.channel.current_html() == page.html.replace(' data-phx-component="1"', "")


class TestErrors:
    async def test_two_roots(self, caplog: pytest.LogCaptureFixture) -> None:
        class TwoRootsComponent(LiveComponent):
            inline_template = "<!-- ok --><p>{{ id }}</p> and <hr>"

        log = await log_of_crash('{{ live_component("two_roots", id=1) }}', caplog)
        assert "TwoRootsComponent" in log and "exactly one element" in log and "<p> and <hr>" in log
        del TwoRootsComponent

    async def test_root_in_another_branch(self) -> None:
        class BranchComponent(LiveComponent):
            inline_template = "{% if bad %}text{% else %}<p></p>{% endif %}"

        class BranchLive(LiveView):
            inline_template = '{{ live_component("branch", id=1, bad=bad) }}'

            async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
                self.assign(bad=False)

            async def handle_event(self, event: str, params: Any) -> None:
                self.assign(bad=True)

        async with open_page(BranchLive) as page:
            with pytest.raises(ViewCrashedError):
                await page.push("bad")
        del BranchComponent

    @pytest.mark.parametrize(
        ("template", "message"),
        [
            ('{{ live_component("badge", id=1) }}{{ live_component("badge", id=1) }}', "placed twice"),
            ('{{ live_component("nothing", id=1) }}', "no component 'nothing'; known are: "),
            ('{{ live_component("badge", id=None) }}', "needs an id"),
            ('{{ live_component("badge") }}', "id"),
            ('{% set b = live_component("badge", id=1) %}{{ b }}', "whole expression"),
            ('{{ live_component("badge", id=1)|upper }}', "whole expression"),
            ('{% filter upper %}{{ live_component("badge", id=1) }}{% endfilter %}', "whole expression"),
            ('{% macro m() %}{{ live_component("badge", id=1) }}{% endmacro %}{{ m()|upper }}', "one text"),
            ("{{ live_component(42, id=1) }}", "needs a LiveComponent class"),
            ('{{ live_component("endless", id=1) }}', "without end"),
        ],
    )
    async def test_helpful_messages(
        self, template: str, message: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        class EndlessComponent(LiveComponent):
            inline_template = '<p>{{ live_component("endless", id=id + 1) }}</p>'

        assert message in await log_of_crash(template, caplog)
        del EndlessComponent

    async def test_reserved_names(self) -> None:
        with pytest.raises(Exception, match="the engine assigns 'myself' itself"):
            BadgeComponent().assign(myself=3)

    async def test_ambiguous_name(self, caplog: pytest.LogCaptureFixture) -> None:
        class TwinComponent(LiveComponent):
            inline_template = "<p></p>"

        def define() -> type[LiveComponent]:
            class TwinComponent(LiveComponent):
                inline_template = "<p></p>"

            return TwinComponent

        other = define()
        log = await log_of_crash('{{ live_component("twin", id=1) }}', caplog)
        assert "several components 'twin'" in log and "test_ambiguous_name.<locals>.TwinComponent'" in log
        del TwinComponent, other


async def log_of_crash(template: str, caplog: pytest.LogCaptureFixture) -> str:
    """Return the log of a request for a page with `template`."""

    class BrokenLive(LiveView):
        inline_template = template

    response = await make_app(BrokenLive).test_client().get("/")
    assert response.status_code == 500
    return caplog.text


async def test_in_macros_and_includes() -> None:
    class MacroLive(LiveView):
        inline_template = """{% macro card(n) %}<div>{{ caller() }}
            {{ live_component("badge", id=n, count=n) }}</div>{% endmacro %}
            {% call card(5) %}{{ live_component("badge", id=6, count=m) }}{% endcall %}"""

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign(m=6)

        async def handle_event(self, event: str, params: Any) -> None:
            self.assign(m=9)

    async with open_page(MacroLive) as page:
        assert page.text == "6 5"
        await page.push("nine")
        assert page.text == "9 5"


async def test_component_given_as_class() -> None:
    class ClassLive(PageLive):
        inline_template = "{{ live_component(kind, id=1, count=fruit) }}"

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign(kind=BadgeComponent, fruit="x")

    async with open_page(ClassLive) as page:
        assert page.text == "x"
        assert await caused(page, "assign", {"fruit": "y"}) == [{"c": {"1": {"1": "y"}}}]


async def test_root_template_replaced() -> None:
    class TwoFacedLive(PageLive):
        def render(self) -> Any:
            return "one.html" if self.assigns.show else "two.html"

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign(show=True, fruit="x")

    app = make_app(TwoFacedLive)
    app.jinja_loader = jinja2.DictLoader(
        {
            "one.html": '{{ live_component("counter", id=1, label="l") }}',
            "two.html": '<hr>{{ live_component("counter", id=1, label="l") }}',
        }
    )
    async with LiveViewTest(app, "/") as page:
        await page.click("button")
        await page.click("button")
        assert page.find("b").text == "2"
        (diff,) = await caused(page, "assign", {"show": False})
        assert "s" in diff and "s" in diff["c"]["1"] and "s" in diff["c"]["2"]
        assert page.find("b").text == "2"


async def test_rendered_by_itself() -> None:
    html = await render_component(make_app(), CounterComponent, id="z", label="<&>")
    assert html.strip().startswith('<div id="counter-z">') and "&lt;&amp;&gt;: 0" in html


async def test_streams_in_components() -> None:
    class FeedComponent(LiveComponent):
        inline_template = """<ul id="feed-{{ id }}" phx-update="stream">
            {% for dom_id, item in streams.posts %}<li id="{{ dom_id }}">{{ item.text }}</li>{% endfor %}
            </ul>"""

        async def update(self, assigns: dict[str, Any]) -> None:
            self.assign(**assigns)
            self.stream("posts", [{"id": f"{self.id}1", "text": f"first of {self.id}"}])

        async def handle_event(self, event: str, params: Any) -> None:
            self.stream_insert("posts", {"id": f"{self.id}2", "text": "second"})

    class FeedsLive(LiveView):
        inline_template = '{{ live_component("feed", id="a") }}{{ live_component("feed", id="b") }}'

    async with open_page(FeedsLive) as page:
        assert "first of a" in page.page_html and "first of b" in page.page_html
        (diff,) = await caused(page, "more", cid=2)
        (loop,) = diff["c"]["2"].values()
        assert loop["stream"] == ["2-0", [["posts-b2", -1, None, False]], []]
        assert page.text == "first of a first of bsecond"


def test_a_name_means_first_a_component_of_the_same_module() -> None:
    here, there = (
        type("TwigComponent", (LiveComponent,), {"__module__": name}) for name in ("here", "there")
    )
    assert component_named("twig", "here") is here
    assert component_named("TwigComponent", "there") is there
    with pytest.raises(LiveViewError, match="several components 'twig'"):
        component_named("twig", "nowhere")


async def test_a_component_in_the_item_of_a_broadcast_has_a_number_of_the_views_own() -> None:
    """Also where the template calls it by another name, which does not look like a component."""

    class MarkedLive(LiveView):
        inline_template = (
            "<div>{% if before %}{{ mark('badge', id='before', count=0) }}{% endif %}"
            "<ul id=rows phx-update=stream>{% for dom_id, m in streams.rows %}"
            "<li id='{{ dom_id }}'>{{ mark('badge', id=m.id, count=m.id) }}</li>{% endfor %}</ul></div>"
        )

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign(before=params.get("before") == "1")
            self.stream("rows", [])
            await self.subscribe("marks")

        def handle_info(self, message: Any) -> None:
            self.stream_insert("rows", message)

    app = make_app()
    app.jinja_env.globals["mark"] = live_component
    live: QuartLive = app.extensions["quart_live"]
    live.route("/marked", MarkedLive)
    async with LiveViewTest(app, "/marked?before=1") as one, LiveViewTest(app, "/marked") as other:
        await live.pubsub.broadcast("marks", {"id": 5})
        for page in (one, other):
            await page.settle()
        assert (one.text, other.text) == ("05", "5")

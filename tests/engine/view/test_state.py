"""`ViewState`: what the engine holds of a view or component, and the names that are left to subclasses."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

import pytest
from quart import Quart

from quart_live import (
    AsyncResult,
    LiveComponent,
    LiveView,
    LiveViewError,
    LiveViewTest,
    QuartLive,
    Stash,
    UploadedFile,
    UploadEntry,
)
from quart_live.testing import ChosenFile, render_component
from quart_live.view.state import ViewState, state_of

# What the engine has once called its own on views and components.
FORMER = (
    *("_apply", "_assigns", "_attach", "_begin_stream", "_check_stage", "_current", "_desk", "_fail"),
    *("_gives_way", "_go", "_hand_over_flash", "_hooks", "_host", "_keep_with", "_keeper", "_mark_loading"),
    *("_navigation", "_new_flash", "_pushed_events", "_route", "_set_hooks", "_show_flash", "_start"),
    *("_stream", "_stream_dom_ids", "_stream_prefix", "_take_navigation", "_take_pushed_events", "_timers"),
    *("_upload", "_uploads", "_uploads_changed", "_view", "_without_defaults"),
)
OWN_NAMES = {*FORMER, "_state", *(f"_{name}" for name in dir(ViewState) if not name.startswith("_"))}
MINE = "the user's own"


def private(names: Any) -> list[str]:
    return [name for name in names if name.startswith("_") and not name.startswith("__")]


@pytest.mark.parametrize("kind", [LiveView, LiveComponent])
def test_the_engine_has_one_private_name_on_views_and_components(kind: type[Any]) -> None:
    assert private(dir(kind)) == []
    made = kind()
    assert private(vars(made)) == ["_quart_live"]
    assert isinstance(state_of(made), ViewState)


class OwnNamesComponent(LiveComponent):
    """Makes use of all that a component has."""

    inline_template = """<section>
        <i id="n">{{ n }}</i><i id="work">{{ work.result }}</i><i id="done">{{ done }}</i>{{ flash.info }}
        <ul id="rows-{{ id }}" phx-update="stream">
          {% for dom_id, row in streams.rows %}<li id="{{ dom_id }}">{{ row.id }}</li>{% endfor %}</ul>
        <form id="up" phx-change="chosen" phx-submit="save" phx-target="{{ myself }}">
          {{ live_file_input(uploads.doc) }}</form>
        <button id="more" phx-click="more" phx-target="{{ myself }}"></button>
        <button id="away" phx-click="away" phx-target="{{ myself }}"></button></section>"""
    stash = Stash(n="reconnect")

    async def mount(self) -> None:
        self.assign(n=0, done="")
        self.stream("rows", [{"id": "a"}])
        self.allow_upload("doc", accept="any")
        self.attach_hook("count", "handle_event", count)
        self.assign_async("work", lambda: "worked")

    async def handle_event(self, event: str, params: Any) -> None:
        if event == "more":
            self.stream_insert("rows", {"id": f"b{self.assigns.n}"})
            self.put_flash("info", "More!")
            self.push_event("more", {"n": self.assigns.n})
            self.send_view("from the component")
        elif event == "save":
            self.assign(done=(await self.consume_uploaded_entries("doc", keep))[0])
        elif event == "away":
            self.put_flash("info", "Brought along")
            self.push_patch("/there")


class OwnNamesInsideLive(LiveView):
    """A view in the view."""

    inline_template = "<em>{{ shared }} {{ told }}</em>"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign_new("shared", lambda: "nothing")
        self.assign(told="")
        if self.parent is not None:
            self.parent.send("from inside")


class OwnNamesLive(LiveView):
    """Makes use of all that a view has."""

    inline_template = """{{ live_action }} {{ flash.info }} {{ flash.error }}
        <i id="heard">{{ heard|join(",") }}</i><i id="kept">{{ kept }}</i><i id="at">{{ at }}</i>
        <i id="async">{{ ended }}</i>
        <ul id="lines" phx-update="stream">
          {% for dom_id, line in streams.lines %}<li id="{{ dom_id }}">{{ line.id }}</li>{% endfor %}</ul>
        <button id="keep" phx-click="keep"></button><button id="late" phx-click="late"></button>
        {{ live_component(component, id=1) }}{{ live_render(inside, id="inside") }}"""
    component: ClassVar[type[LiveComponent]]
    inside: ClassVar[type[LiveView]]
    stash = Stash(kept="reconnect")

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(component=self.component, inside=self.inside)
        self.assign(heard=[], kept=0, at="", ended="", shared="the parent's")
        self.stream_configure("lines", dom_id=lambda line: f"line-{line['id']}")
        self.stream("lines", [{"id": 1}])
        self.put_flash("error", "At first")
        self.attach_hook("note", "handle_params", lambda view, params, uri: view.assign(at=uri[-6:]))
        await self.subscribe("news")

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.start_async("slow", asyncio.sleep(0, "ended"))

    async def handle_async(self, name: str, result: AsyncResult) -> None:
        self.assign(ended=result.result)

    async def handle_event(self, event: str, params: Any) -> None:
        if event == "keep":
            self.assign(kept=self.assigns.kept + 1)
            self.stream_insert("lines", {"id": 1 + self.assigns.kept})
            self.send_update(self.component, id=1, n=7)
        elif event == "late":
            self.send_after("a timer", 0.001)

    def handle_info(self, message: Any) -> None:
        self.assigns.heard.append(message)
        self.touch("heard")


def count(component: LiveComponent, event: str, params: Any) -> None:
    component.assign(n=component.assigns.n + 1)


def keep(file: UploadedFile, entry: UploadEntry) -> str:
    return f"{entry.client_name} of {file.size}"


class OnClasses:
    """All these names are attributes of the class."""

    locals().update(dict.fromkeys(OWN_NAMES, MINE))


class OnObjects:
    """All these names are attributes of the object."""

    def __init__(self) -> None:
        super().__init__()
        vars(self).update(dict.fromkeys(OWN_NAMES, MINE))


@pytest.mark.parametrize("named", [OnClasses, OnObjects])
async def test_a_subclass_may_use_any_other_name(named: type[Any]) -> None:
    kinds: list[type[Any]] = [OwnNamesLive, OwnNamesInsideLive, OwnNamesComponent]
    made: list[Any] = [type(f"{named.__name__}{kind.__name__}", (named, kind), {}) for kind in kinds]
    view, inside, component = made
    view.component, view.inside = component, inside
    app = Quart(__name__)
    app.secret_key = "secret"
    live = QuartLive(app)
    live.route("/", view, action="first")
    live.route("/there", view, action="second")

    async with LiveViewTest(app, "/") as page:
        await page.settle()
        assert page.text.startswith("first At first")
        assert page.find("#lines").text == "1" and page.find("#async").text == "ended"
        child = await page.child("inside")
        assert child.text == "the parent's"
        await live.pubsub.broadcast("news", "news")
        await page.click("#keep")
        await page.click("#more")
        await page.click("#late")
        await page.until(lambda: "a timer" in page.find("#heard").text)
        assert page.find("#heard").text == "from inside,news,from the component,a timer"
        assert ("more", {"n": 8}) in page.events and "More!" in page.text
        assert page.find("#n").text == "8" and page.find("#work").text == "worked"
        files = page.file_input("doc")
        await files.choose(ChosenFile("a.txt", b"12345"))
        await files.send()
        await page.submit("#up")
        assert page.find("#done").text == "a.txt of 5"
        await page.click("#away")
        assert page.url.endswith("/there") and page.find("#at").text == "/there"
        assert "second Brought along" in page.text
        placed = page.channel.joined()[1].components.get(1)
        assert placed is not None
        for one in (page.view, child.view, placed.component):
            assert {getattr(one, name) for name in OWN_NAMES} == {MINE}
        n = page.find("#n").text
        await page.close()
        await page.connect()
        await page.settle()
        assert page.find("#kept").text == "1" and page.find("#n").text == n
    assert '<i id="n">0</i>' in await render_component(app, component, id=1)
    await live.shutdown()


def test_a_turn_begins_without_a_flash_and_goes_to_one_place() -> None:
    state = state_of(LiveView())
    state.put_flash("info", "Saved")
    state.begin_turn()
    assert not state.flash and dict(state.shown_flash) == {"info": "Saved"}
    view = LiveView()
    view.push_navigate("/a")
    with pytest.raises(LiveViewError, match="already goes to '/a'"):
        view.redirect(to="/b")
    assert state_of(view).take_navigation() is not None and state_of(view).take_navigation() is None

"""Shared fan-out: what is sent is what would have been sent without sharing, byte for byte."""

from __future__ import annotations

import asyncio
import gc
import json
import weakref
from typing import Any

import pytest
from engine.diffs import fanout_views
from engine.diffs.fanout_views import Entry, FanoutLive, Message, Viewer, frames_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quart_live import Envelope, LiveView, LiveViewTest, QuartLive
from quart_live.diffs.fanout import Shares
from quart_live.rendering import Renderer
from quart_live.telemetry import Telemetry
from quart_live.view.state import state_of

PARTS = [
    "{{ m.text }}",
    "{{ m.author }}",
    "{{ m.id }}",
    "{{ m.loud }}",
    "{{ m.mine }}",
    "{{ m.message.text if m.message else m.text }}",
    "{% if own %}<i>own</i>{% endif %}",
    "{{ me }}",
    "{{ prefs.size }}",
    "{% if m.author == me %}<b>{{ me }}</b>{% else %}{{ m.text|upper }}{% endif %}",
    "{% for tag in m.tags %}<u>{{ tag }}{{ me if own }}</u>{% endfor %}",
    "{{ m.text|ticking }}",
    "{{ ticks() }}",
    "{% set x = count %}{{ x }}",
    "{{ badge(m.author) }}",
    "{{ top }}",
    "{{ nothing_known|default('-') }}",
    "{{ zone }}",
    "{{ place }}{{ shown }}",
    "{{ m.faces }}",
    "{% for face in m.faces %}{% set me = face %}{{ me }}{% endfor %}",
    "{{ plain(m.text) }}",
    "{{ dated(m.text) }}",
    "{% set x = m.text %}{{ tools.plain(x) }}",
]
AROUND = [
    "",
    "<h1>{{ me }} {{ count }}</h1>",
    "{% if own %}<p>{{ me }}</p>{% endif %}",
    "{{ ticks() }}",
    "<p>{{ prefs.size }}</p>",
    "{% for n in range(count) %}<s>{{ n }}</s>{% endfor %}",
    "<p>{{ place }}{{ shown }}</p>",
    "{% include 'aside.html' %}",
    "{% if own %}{% include 'aside.html' %}{% endif %}",
    "{% include 'dated.html' %}",
    "{{ dated(count) }}",
]
HEAD = "{% from 'macros.html' import plain, dated %}{% import 'macros.html' as tools %}"
HEAD += "{% macro badge(name) %}<em>{{ name }}{{ count }}</em>{% endmacro %}{% set top = me|upper %}"

HOWS = ["insert", "top", "both", "delete", "reset", "update", "entry", "number", "copy", "nothing"]
HOWS += ["moved", "moved", "put"]
MORES = [
    "",
    "",
    "",
    "count",
    "unread",
    "title",
    "event",
    "prefs",
    "own",
    "show",
    "hide",
    "same",
    "place",
    "equal",
]
BODIES = st.lists(st.sampled_from(PARTS), min_size=1, max_size=3).map("|".join)
VIEWERS = st.builds(
    Viewer,
    me=st.sampled_from(["ann", "bob", "<c>"]),
    own=st.booleans(),
    how=st.sampled_from(["insert", "insert", *HOWS]),
    more=st.sampled_from(MORES),
    asynchronous=st.booleans(),
)
NUMBERS = st.integers(1, 4)
MESSAGES = st.one_of(
    st.builds(
        Message,
        id=NUMBERS,
        text=st.sampled_from(["hi", "<b>&amp;</b>", "é\u2028"]),
        author=st.sampled_from(["ann", "bob"]),
        tags=st.sampled_from([(), ("x",), ("x", "y")]),
    ),
    st.fixed_dictionaries(
        {"id": NUMBERS, "text": st.text(max_size=3), "author": st.sampled_from(["ann", "bob"])}
    ),
)


@st.composite
def templates(draw: st.DrawFn) -> str:
    loop = (
        "{% for dom_id, m in streams.messages %}<li id='{{ dom_id }}'>" + draw(BODIES) + "</li>{% endfor %}"
    )
    pinned = (
        "{% for dom_id, m in streams.pinned %}<li id='p-{{ dom_id }}'>" + draw(BODIES) + "</li>{% endfor %}"
    )
    listing = f"<ul id='l' phx-update='stream'>{loop}</ul>"
    if draw(st.booleans()):
        listing = f"{{% if show %}}{listing}{{% endif %}}"
    listing += draw(
        st.sampled_from(
            [
                "",
                f"<ol id='p' phx-update='stream'>{pinned}</ol>",
                "{% include 'pinned.html' %}",
                "{% include 'outer.html' %}",
                "{% if show %}{% include 'pinned.html' %}{% endif %}",
                "{% set zone = me %}{% include 'pinned.html' %}",
                "{% for x in [1] %}{% include 'pinned.html' %}{% endfor %}",
            ]
        )
    )
    return HEAD + draw(st.sampled_from(AROUND)) + listing + draw(st.sampled_from(AROUND))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    source=templates(),
    pages=st.lists(MESSAGES, max_size=3),
    viewers=st.lists(VIEWERS, min_size=2, max_size=5),
    messages=st.lists(MESSAGES, min_size=1, max_size=4),
)
def test_sharing_changes_no_byte(
    source: str, pages: list[Any], viewers: list[Viewer], messages: list[Any]
) -> None:
    async def both() -> tuple[Any, Any]:
        alone = await frames_of(source, pages, viewers, messages, shared=False)
        return alone, await frames_of(source, pages, viewers, messages, shared=True)

    alone, shared = asyncio.run(both())
    assert shared == alone


LIST = "<ul id='l' phx-update='stream'>{{% for dom_id, m in streams.messages %}}<li id='{{{{ dom_id }}}}'>{}</li>{{% endfor %}}</ul>"  # noqa: E501
WAYS = [
    *((how, "") for how in HOWS),
    *(("insert", more) for more in ("count", "unread", "title", "event", "prefs", "own", "hide")),
    *(("moved", more) for more in ("same", "place", "equal", "count")),
]
BODIES_OF_WAYS = [
    "{{ m.text }}{{ m.message.text if m.message }}{{ m.mine }}",
    "{{ m.text }}{% if own %}!{% endif %}",
]
PAGES_OF_WAYS = [
    "LIST",
    "{% if show %}LIST{% endif %}",
    "LIST<ol id='p' phx-update='stream'>{% for dom_id, m in streams.pinned %}<li id='{{ dom_id }}'>{{ m.text }}</li>{% endfor %}</ol>",  # noqa: E501
    "LIST{% include 'outer.html' %}",
]


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("body", BODIES_OF_WAYS)
@pytest.mark.parametrize("page", PAGES_OF_WAYS)
async def test_each_way_of_taking_a_message_has_its_own_diff(
    body: str, page: str, asynchronous: bool
) -> None:
    """In both orders and several times, since whoever is first leaves its diff for the others."""
    source = "<h1>{{ count }}</h1>" + page.replace("LIST", LIST.format(body))
    messages = [Message(1, "hi", "ann"), Message(2, "ho", "bob")]
    for ways in (WAYS, WAYS[::-1]):
        looking = [
            Viewer("ann", turn == 2, how, more, asynchronous) for turn in range(3) for how, more in ways
        ]
        alone = await frames_of(source, [], looking, messages, shared=False)
        assert not any("phx_error" in frame for frames in alone.values() for frame in frames)
        assert await frames_of(source, [], looking, messages, shared=True) == alone


# -- how much is rendered --


class Counted(str):
    """Text that counts how often it is shown."""

    __slots__ = ()
    shown = 0

    def __html__(self) -> str:
        Counted.shown += 1
        return str(self)


def message(number: int = 1, text: str = "hi") -> Message:
    return Message(number, Counted(text), "ann")


def viewers(number: int, **more: Any) -> list[Viewer]:
    rest: Any = {"how": "insert", "more": "", "asynchronous": False, **more}
    return [Viewer(me=f"v{index}", own=index % 2 == 0, **rest) for index in range(number)]


@pytest.mark.parametrize(
    ("body", "more", "times"),
    [
        ("{{ m.text }}", {}, 1),
        ("{{ m.text }}", {"asynchronous": True}, 1),
        ("{{ m.text }}{% if own %}!{% endif %}", {}, 2),
        ("{{ m.text }}{{ me }}", {}, 6),
        ("{{ m.text }}{{ ticks() }}", {}, 6),
        ("{{ m.text }}{{ m.id|ticking }}", {}, 6),
        ("{{ m.text }}{{ prefs.size }}", {}, 6),
        ("{{ m.text }}", {"more": "count"}, 1),
        ("{{ m.text }}", {"more": "unread"}, 1),
        ("{{ m.text }}", {"more": "event"}, 1),
        ("{{ m.message.text }}", {"how": "entry"}, 1),
        ("{{ m.message.text }}{{ m.mine }}", {"how": "entry"}, 1),
        ("{{ m.text }}", {"how": "copy"}, 0),
    ],
)
async def test_how_often_a_broadcast_is_rendered(body: str, more: dict[str, Any], times: int) -> None:
    Counted.shown = 0
    received = await frames_of(
        "<h1>{{ count }}</h1>" + LIST.format(body), [], viewers(6, **more), [message()], shared=True
    )
    assert all("hi" in frames[-1] or more.get("how") == "copy" for frames in received.values())
    assert Counted.shown == times


PINNED = "<ol id='p' phx-update='stream'>{% for dom_id, m in streams.pinned %}<li>BODY</li>{% endfor %}</ol>"
MOVED = {"how": "moved"}


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize(
    ("pinned", "more", "times", "diffs"),
    [
        (PINNED.replace("BODY", "{{ m.text }}"), MOVED, 2, 1),
        (PINNED.replace("BODY", "{{ m.text }}{{ plain(m.faces) }}"), {"how": "put"}, 2, 1),
        (PINNED.replace("BODY", "{{ m.text }}"), {**MOVED, "more": "same"}, 2, 1),
        (PINNED.replace("BODY", "{{ m.text }}"), {**MOVED, "more": "unread"}, 2, 1),
        (PINNED.replace("BODY", "{{ m.text }}{{ zone }}"), MOVED, 3, 2),
        ("{% include 'outer.html' %}", MOVED, 3, 2),
        (PINNED.replace("BODY", "{{ m.text }}"), {**MOVED, "more": "count"}, 2, 6),
        ("{% include 'outer.html' %}", {**MOVED, "more": "place"}, 3, 6),
    ],
)
async def test_two_streams_that_change_together_are_shared_whole(
    pinned: str, more: dict[str, Any], times: int, diffs: int, asynchronous: bool, monkeypatch: Any
) -> None:
    """Items out of one stream and into two; each viewer has made its own, but they are equal."""
    rendered: list[object] = []
    original = Renderer.diff

    def watched(*given: Any) -> Any:
        rendered.append(given)
        return original(*given)

    monkeypatch.setattr(Renderer, "diff", watched)
    Counted.shown = 0
    source = HEAD + "<h1>{{ count }}</h1>{% include 'aside.html' %}" + LIST.format("{{ m.message.text }}")
    looking = viewers(6, **more, asynchronous=asynchronous)
    received = await frames_of(source + pinned, [], looking, [message()], shared=True)
    assert all(frames[-1].count("hi") == 2 for frames in received.values())
    assert (Counted.shown, len(rendered)) == (times, diffs)


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("listener", ["hook", "telemetry"])
async def test_whoever_listens_changes_nothing(
    listener: str, asynchronous: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message takes the same way, whether hooks and telemetry hear of it or not."""
    heard: list[object] = []
    attached: list[Telemetry] = []
    looking = [*viewers(3, asynchronous=asynchronous), *viewers(3, asynchronous=asynchronous, more="event")]
    source, messages = LIST.format("{{ m.text }}"), [message(), message(2, "ho")]
    expected = await frames_of(source, [], looking, messages, shared=True)
    mount = FanoutLive.mount

    async def mount_and_listen(view: FanoutLive, params: dict[str, Any], session: dict[str, Any]) -> None:
        await mount(view, params, session)
        if listener == "hook":
            view.attach_hook("hears", "handle_info", lambda view, message: heard.append(message))
        elif view.connected and not attached:
            attached.append(state_of(view).host.telemetry)
            attached[0].attach("live_view.handle_info.stop", lambda *told: heard.append(told))

    monkeypatch.setattr(FanoutLive, "mount", mount_and_listen)
    Counted.shown = 0
    assert await frames_of(source, [], looking, messages, shared=True) == expected
    assert Counted.shown == len(messages), "rendered more than once"
    assert len(heard) == len(messages) * len(looking)


async def test_off_means_off() -> None:
    Counted.shown = 0
    await frames_of(LIST.format("{{ m.text }}"), [], viewers(6), [message()], shared=False)
    assert Counted.shown == 6


@pytest.mark.parametrize(
    "source",
    [
        LIST.format("{{ _(m.text) }}"),
        LIST.format("{% from 'words.html' import say %}{{ say(m.text) }}"),
        "{% from 'words.html' import say %}" + LIST.format("{{ say(m.text) }}"),
        "{% set _ = me %}{% for x in [1] %}" + LIST.format("{{ m.text }}") + "{% endfor %}",
        "{% include 'said.html' %}",
        "{% for x in [1] %}{% set note = _ %}{% include 'noted.html' %}{% endfor %}",
        LIST.format("{{ live_component('x', id=m.id) }}"),
    ],
)
def test_what_may_differ_without_an_assign_has_no_plan(source: str) -> None:
    import jinja2

    from quart_live.rendering import LiveEnvironment

    files = {
        "words.html": "{% macro say(x) %}{{ _('said') }} {{ x }}{% endmacro %}",
        "noted.html": LIST.format("{{ m.text }}{{ note }}"),
        "said.html": LIST.format("{{ _(m.text) }}"),
    }
    environment = LiveEnvironment(loader=jinja2.DictLoader(files))
    template = environment.live_from_string(source, "page.html")
    assert not template.stream_plans
    assert not template.whole_plans


async def test_a_changed_object_of_the_app_is_not_taken_for_the_broadcast() -> None:
    """All views insert the same object, which is not the message and changes in between."""
    row = {"id": 1, "text": "0"}

    class CountingLive(LiveView):
        inline_template = LIST.format("{{ m.text }}")

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.stream("messages", [])
            await self.subscribe("count")

        def handle_info(self, message: Any) -> None:
            row["text"] = str(int(str(row["text"])) + 1)
            self.stream_insert("messages", row)

    app = fanout_views.make_app("", [], shared=True)
    live: QuartLive = app.extensions["quart_live"]
    live.route("/count", CountingLive)
    pages = [LiveViewTest(app, "/count") for _ in range(3)]
    for page in pages:
        await page.open()
    await live.pubsub.broadcast("count", "go")
    for page in pages:
        await page.settle()
    assert [page.text for page in pages] == ["1", "2", "3"]
    await live.shutdown()


async def test_what_was_shared_goes_with_its_message(live: QuartLive) -> None:
    class Sent:
        id = 1
        text = "hi"

    watched: list[weakref.ref[Any]] = []
    app = fanout_views.make_app(LIST.format("{{ m.text }}"), [], shared=True)
    live = app.extensions["quart_live"]
    address = f"/plain?viewer={json.dumps(vars(viewers(1)[0]))}"
    async with LiveViewTest(app, address) as one, LiveViewTest(app, address) as two:
        sent = Sent()
        watched.append(weakref.ref(sent))
        await live.pubsub.broadcast("room", sent)
        del sent
        for page in (one, two):
            await page.settle()
            assert "hi" in page.html
        gc.collect()
        assert watched[0]() is None
    await live.shutdown()


async def test_items_of_a_page_are_shared_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    Counted.shown = 0
    now = [100.0]
    monkeypatch.setattr("quart_live.rendering.burst.time.monotonic", lambda: now[0])
    app = fanout_views.make_app(LIST.format("{{ m.text }}"), [Message(1, "one", "a")], shared=True)
    live: QuartLive = app.extensions["quart_live"]
    renders: list[int] = []
    original = Renderer.render

    def watched(self: Renderer, assigns: Any, cache: Any = None) -> Any:
        tree = original(self, assigns, cache)
        renders.append(id(tree[1].entries[0]))
        return tree

    monkeypatch.setattr(Renderer, "render", watched)
    address = f"/plain?viewer={json.dumps(vars(viewers(1)[0]))}"
    async with LiveViewTest(app, address) as page:
        assert "one" in page.html
        now[0] += 0.5
        await page.rejoin()
        kept = live.runtime.templates.burst
        assert kept is not None and len(kept.rows) == 1
        now[0] += 1
        assert not kept.rows
        await page.rejoin()
    assert len(renders) == 4 and len(set(renders[:3])) == 1
    await live.shutdown()


def test_messages_for_one_view_are_not_shared() -> None:
    assert Shares.of(Envelope("tick")) is None
    envelope = Envelope("news", "topic")
    assert Shares.of(envelope) is Shares.of(envelope) is not None


def test_entries_of_the_own_view_are_made_of_the_message() -> None:
    assert Entry(message(3), True).id == 3

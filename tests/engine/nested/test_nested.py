"""Nested and sticky views: shapes as recorded, own state and crash domain, ends, relatives, first render."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest
from engine.nested.nested_app import KidLive, MiddleLive, ParentLive, make_app
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from quart import Quart
from support.leftovers import assert_nothing_left, shut_down_at_the_end
from support.raw import Page, open_page

from quart_live import LiveViewTest, QuartLive
from quart_live.channel import join
from quart_live.protocol.tokens import ClockedSigner
from quart_live.testing import Element, ViewCrashedError, parse

# What Phoenix LiveView 1.2.10 wrote for such a page: names of the attributes, and which of them are empty.
RECORDED_CONNECTED = {
    "kid": {"id": "kid", "data-phx-session": "…", "data-phx-static": "", "data-phx-parent-id": "…"},
    "sticky": {"id": "sticky", "data-phx-session": "…", "data-phx-static": "", "data-phx-sticky": ""},
}
RECORDED_DEAD = {
    "kid": {"id": "kid", "data-phx-session": "", "data-phx-static": "…", "data-phx-parent-id": "…"},
    "sticky": {"id": "sticky", "data-phx-session": "…", "data-phx-static": "…", "data-phx-sticky": ""},
}


@pytest.fixture
async def app() -> AsyncIterator[Quart]:
    """The app with the nested views; after the test nothing of it is left."""
    async with shut_down_at_the_end(make_app()) as app:
        yield app


def form(element: Element) -> dict[str, str]:
    """An element's attributes, with what is random left out."""
    return {name: value if name == "id" or not value else "…" for name, value in element.attributes.items()}


def sent(page: LiveViewTest, topic: str) -> list[str]:
    """Frames that the server has sent on a topic."""
    return [text for direction, text in page.socket.frames if direction == "<" and f'"{topic}"' in text]


# -- shapes ---


async def test_connected_render_has_empty_elements_with_tokens(app: Quart) -> None:
    async with LiveViewTest(app, "/parent") as page:
        for element_id, expected in RECORDED_CONNECTED.items():
            element = page.find(f"#{element_id}")
            assert form(element) == expected
            assert element.children == []
        assert page.find("#kid").get("data-phx-parent-id") == page.id


async def test_dead_render_has_the_content_and_no_token_for_the_child(app: Quart) -> None:
    root = parse(await (await app.test_client().get("/parent")).get_data(as_text=True))
    for element_id, expected in RECORDED_DEAD.items():
        assert form(root.find(f"#{element_id}")) == expected
        assert root.find(f"#{element_id}").text == f"{element_id} 0"


async def test_messages_are_those_of_the_recording(app: Quart) -> None:
    async with LiveViewTest(app, "/parent") as page:
        kid, sticky = await page.child("kid"), await page.child("sticky")
        assert (await kid.exchange("event", event("inc"), whole=True)) == {"diff": {"1": "1"}}
        assert (await sticky.exchange("event", event("inc"), whole=True)) == {"diff": {"1": "1"}}
        assert (await page.exchange("event", event("inc"), whole=True)) == {"diff": {"0": "1"}}
        assert (await page.exchange("event", event("toggle"), whole=True)) == {"diff": {"1": ""}}
        assert page.text == "1"


def event(name: str) -> dict[str, Any]:
    """The payload of a click."""
    return {"type": "click", "event": name, "value": {}}


async def test_child_joins_without_an_address(app: Quart) -> None:
    page = await open_page(app, "/parent")
    _, answer = await page.join("/parent")
    placeholder = parse(answer["response"]["rendered"]["1"]["0"]).find("#kid")
    _, answer = await page.join("", "#kid", url=..., session=placeholder.get("data-phx-session"), static=None)
    assert answer["response"]["rendered"]["0"] == "kid"
    assert "container" not in answer["response"]
    await page.socket.close()


async def test_rendering_again_sends_nothing_of_a_child(app: Quart) -> None:
    async with LiveViewTest(app, "/parent?names=a+b") as page:
        before = page.html
        await page.push("inc")
        assert page.html.replace("<b>1</b>", "<b>0</b>") == before
        assert sent(page, page.topic)[-1].count("data-phx-session") == 0


async def test_placing_a_child_again_keeps_its_token(app: Quart, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = itertools.count(2_000_000_000)
    monkeypatch.setattr(ClockedSigner, "get_timestamp", lambda self: next(seconds))  # no two tokens alike
    async with LiveViewTest(app, "/parent") as page:
        assert await page.exchange("event", event("touch"), whole=True) == {}


async def test_children_in_a_loop(app: Quart) -> None:
    async with LiveViewTest(app, "/parent?names=a+b") as page:
        a = await page.child("kid-a")
        await page.push("names", {"names": "c a"})
        assert "data-phx-session" in sent(page, page.topic)[-1]  # the new one
        assert sent(page, page.topic)[-1].count("data-phx-session") == 1
        await a.push("inc")
        assert a.text == "a 1"
        c = await page.child("kid-c")
        assert c.text == "c 0"


async def test_a_child_shown_again_is_a_new_child(app: Quart) -> None:
    async with LiveViewTest(app, "/parent") as page:
        kid = await page.child("kid")
        await kid.push("inc")
        await page.push("toggle")
        await kid.leave()  # type: ignore[attr-defined]
        assert not page.channel.family.places.is_kept("kid")
        await page.push("toggle")
        assert page.channel.family.places.is_kept("kid")
        assert (await page.child("kid")).text == "kid 0"


# -- life and death ---


async def test_state_and_session_are_its_own(app: Quart) -> None:
    async with LiveViewTest(app, "/parent?hello=1") as page:
        kid = await page.child("kid")
        assert kid.view.assigns.params == {}
        assert kid.view.assigns.session["name"] == "kid"
        assert kid.view.uri == page.view.uri
        await kid.push("inc")
        assert (kid.text, page.text) == ("kid 1", "0")


async def test_crash_of_a_child_is_its_own(app: Quart) -> None:
    async with LiveViewTest(app, "/parent") as page:
        kid, sticky = await page.child("kid"), await page.child("sticky")
        await page.push("inc")
        await sticky.push("inc")
        with pytest.raises(ViewCrashedError):
            await kid.push("crash")
        assert (page.crashed, sticky.crashed) == (False, False)
        await page.push("inc")
        await sticky.push("inc")
        assert (page.text, sticky.text) == ("2", "sticky 2")
        await kid.rejoin()
        assert kid.text == "kid 0"


async def test_crash_of_a_linked_child_takes_the_parent(app: Quart) -> None:
    async with LiveViewTest(app, "/parent?linked") as page:
        kid, sticky = await page.child("kid"), await page.child("sticky")
        with pytest.raises(ViewCrashedError):
            await kid.push("crash")
        await page.until(lambda: page.crashed)
        errors = [text for _, text in page.socket.frames if "phx_error" in text]
        assert [kid.topic in errors[0], page.topic in errors[1]] == [True, True]
        await sticky.push("inc")
        assert sticky.text == "sticky 1"


@pytest.mark.parametrize("how", ["crash", "leave", "navigate", "rejoin"])
async def test_children_end_with_their_parent(app: Quart, how: str) -> None:
    live: QuartLive = app.extensions["quart_live"]
    async with LiveViewTest(app, "/parent?deep") as page:
        kid, middle, sticky = [await page.child(name) for name in ("kid", "middle", "sticky")]
        deep = await middle.child("deep")
        channels = [view.channel for view in (kid, middle, deep)]
        if how == "crash":
            page.channel.crash()
        elif how == "leave":
            page.socket.send(page.channel.join_ref, "99", page.topic, "phx_leave", {})
        elif how == "navigate":
            await page.navigate("/other")
        else:
            await page.rejoin()
        for channel in channels:
            await channel.ended()
        assert sorted(KidLive.ended) == ["deep parent", "kid parent"]
        assert sticky.channel in live.channels
        await sticky.push("inc")
        assert sticky.text == "sticky 1"


async def test_three_levels(app: Quart) -> None:
    root = parse(await (await app.test_client().get("/parent?deep")).get_data(as_text=True))
    assert root.find("#middle #deep").text == "deep 0"
    assert root.find("#deep").get("data-phx-parent-id") == "middle"
    async with LiveViewTest(app, "/parent?deep") as page:
        deep = await (await page.child("middle")).child("deep")
        await deep.push("inc")
        assert deep.text == "deep 1"
        assert deep.view.parent is not None
        assert deep.view.parent.topic == "lv:middle"


async def test_child_of_a_parent_that_is_not_there(app: Quart) -> None:
    async with LiveViewTest(app, "/parent") as page:
        kid = await page.child("kid")
        page.channel.crash()
        await page.until(lambda: page.crashed)
        await kid.socket.heartbeat()
        ref = page.socket.next_ref()
        payload = {"params": {"_mounts": 0}, "session": kid.element.get("data-phx-session"), "static": None}
        page.socket.send(ref, ref, kid.topic, "phx_join", payload)
        answer = await page.socket.reply_to(ref)
        assert answer["status"] == "error"
        assert answer["response"]["reason"] not in ("stale", "unauthorized", "reload")


# -- mounts that fail ---


JOIN_CRASHED = {"status": "error", "response": {"reason": "join crashed"}}


class Kid:
    """A page whose child is joined by hand.

    Args:
        page: the page.
        element_id: the child's.
    """

    def __init__(self, page: Page, element_id: str = "kid") -> None:
        self.page, self.id = page, element_id
        self.token = ""

    async def join_page(self, path: str, **more: Any) -> str:
        """Join the page; returns its join_ref."""
        join_ref, answer = await self.page.join(path, **more)
        html = parse("".join(strings_of(answer["response"]["rendered"])))
        self.token = html.find(f"#{self.id}").get("data-phx-session")
        return join_ref

    async def join(self, tries: int, mounts: int = 0, **more: Any) -> tuple[str, Any]:
        """Join the child as the client does, for the ``tries``-th time, from 0."""
        params = {"_mounts": mounts, "_mount_attempts": tries}
        return await self.page.join(
            "", f"#{self.id}", **{"url": ..., "session": self.token, "params": params, **more}
        )


def strings_of(part: Any) -> list[str]:
    """All texts of a tree."""
    if isinstance(part, str):
        return [part]
    return [text for each in part.values() for text in strings_of(each)] if isinstance(part, dict) else []


async def test_child_that_fails_is_answered_with_an_error_until_the_page_would_freeze(app: Quart) -> None:
    """Pitfall 13: once the client gives a child up while the page is opened, the page waits for ever."""
    KidLive.fails = {"kid connected"}
    page = await open_page(app, "/parent")
    assert page.root.find("#kid").text == "kid 0"
    kid = Kid(page)
    await kid.join_page("/parent")
    assert [(await kid.join(tries))[1] for tries in (0, 1)] == [JOIN_CRASHED, JOIN_CRASHED]
    ref, answer = await kid.join(2)
    assert answer["response"]["rendered"] == {"s": ["<p>kid 0</p>"]}  # what the browser shows
    assert await page.socket.receive() == [ref, ref, "lv:kid", "phx_error", {"reason": "channel_crash"}]
    # From now on nothing waits for it, and the client counts to the end.
    assert [(await kid.join(tries, 1))[1] for tries in (0, 1, 2)] == [JOIN_CRASHED] * 3
    KidLive.fails = set()
    _, answer = await kid.join(0, 1)
    assert answer["response"]["rendered"]["0"] == "kid"
    await page.socket.close()


async def test_child_that_comes_later_may_be_given_up(app: Quart) -> None:
    """The page is there already, so nothing waits; nor does it at a rejoin."""
    KidLive.fails = {"kid connected"}
    page = await open_page(app, "/parent?hide")
    join_ref, _ = await page.join("/parent?hide")
    answer = await page.event(join_ref, "toggle")
    page.root = parse("".join(strings_of(answer["response"]["diff"])))
    kid = Kid(page)
    kid.token = page.element("#kid").get("data-phx-session")
    assert [(await kid.join(tries, static=None))[1] for tries in (0, 1, 2)] == [JOIN_CRASHED] * 3
    await page.socket.close()

    page = await open_page(app, "/parent")
    kid = Kid(page)
    await kid.join_page("/parent", params={"_mounts": 1, "_mount_attempts": 0})
    assert [(await kid.join(tries))[1] for tries in (0, 1, 2)] == [JOIN_CRASHED] * 3
    await page.socket.close()


async def test_child_that_is_not_in_the_first_html_is_let_in_at_once(app: Quart) -> None:
    """The client would drop it without another try, and wait for it all the same."""
    KidLive.fails = {"kid connected", "kid dead"}
    page = await open_page(app, "/parent")
    kid = Kid(page)
    await kid.join_page("/parent")
    ref, answer = await kid.join(0, static=None)
    assert answer["response"]["rendered"] == {"s": [""]}
    assert (await page.socket.receive())[:4] == [ref, ref, "lv:kid", "phx_error"]
    await page.socket.close()


async def test_child_that_fails_both_ways_is_let_in_empty(app: Quart) -> None:
    page = await open_page(app, "/parent")
    KidLive.fails = {"kid connected", "kid dead"}
    kid = Kid(page)
    await kid.join_page("/parent")
    assert (await kid.join(2))[1]["response"]["rendered"] == {"s": [""]}
    await page.socket.close()


async def test_grandchild_that_fails_holds_up_the_page_as_well(app: Quart) -> None:
    KidLive.fails = {"deep connected"}
    page = await open_page(app, "/parent?deep")
    middle, deep = Kid(page, "middle"), Kid(page, "deep")
    await middle.join_page("/parent?deep")
    _, answer = await middle.join(0)
    html = parse("".join(strings_of(answer["response"]["rendered"])))
    deep.token = html.find("#deep").get("data-phx-session")
    assert (await deep.join(1))[1] == JOIN_CRASHED
    assert (await deep.join(2))[1]["response"]["rendered"] == {"s": ["<p>deep 0</p>"]}
    await page.socket.close()


async def test_what_a_failing_child_has_inside_is_shown_but_is_no_view(
    app: Quart, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(self: MiddleLive, params: Any, session: Any) -> None:
        if self.connected:
            raise RuntimeError("middle fails")

    monkeypatch.setattr(MiddleLive, "mount", fail)
    page = await open_page(app, "/parent?deep")
    middle = Kid(page, "middle")
    await middle.join_page("/parent?deep")
    (html,) = (await middle.join(2))[1]["response"]["rendered"]["s"]
    assert html == "<section><div><p>deep 0</p></div></section>"
    await page.socket.close()


async def test_child_that_is_one_too_many(app: Quart) -> None:
    app.config["LIVE_MAX_CHANNELS"] = 1
    page = await open_page(app, "/parent")
    kid = Kid(page)
    await kid.join_page("/parent")
    refused = {"status": "error", "response": {"reason": "too many channels joined"}}
    assert [(await kid.join(tries))[1] for tries in (0, 1)] == [refused] * 2
    assert (await kid.join(2))[1]["response"]["rendered"] == {"s": ["<p>kid 0</p>"]}
    assert [(await kid.join(tries, 1))[1] for tries in (0, 1, 2)] == [refused] * 3
    await page.socket.close()


async def test_linked_child_that_cannot_mount_takes_the_parent(app: Quart) -> None:
    KidLive.fails = {"kid connected"}
    page = await open_page(app, "/parent?linked")
    kid = Kid(page)
    parent_ref = await kid.join_page("/parent?linked")
    assert (await kid.join(0))[1] == JOIN_CRASHED
    frame = await page.socket.receive()
    assert frame == [parent_ref, parent_ref, page.topic(), "phx_error", {"reason": "channel_crash"}]
    await page.socket.close()


async def test_a_mount_that_hangs_has_failed(app: Quart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(join, "MOUNT_SECONDS", 0.01)
    KidLive.fails = {"kid connected hangs"}
    async with LiveViewTest(app, "/parent") as page:
        with pytest.raises(ViewCrashedError):
            await page.child("kid")
        await page.push("inc")
        assert page.text == "1"


async def test_a_child_that_fails_over_http_leaves_its_place_empty(app: Quart) -> None:
    KidLive.fails = {"kid dead"}
    response = await app.test_client().get("/parent")
    root = parse(await response.get_data(as_text=True))
    assert response.status_code == 200
    assert form(root.find("#kid")) == RECORDED_DEAD["kid"]
    assert root.find("#kid").text == ""
    assert root.find("#sticky").text == "sticky 0"
    async with LiveViewTest(app, "/parent") as page:
        assert (await page.child("kid")).text == "kid 0"


async def test_parents_of_linked_children_that_fail_crash_later_and_later() -> None:
    from quart_live.channel.nested_failure import MAX_DELAY, delay

    assert [delay(mounts) for mounts in (0, 1, 2, 3, 4, 9)] == [0, 1, 2, 4, MAX_DELAY, MAX_DELAY]
    assert delay(None) == delay("x") == delay(-1) == 0


async def test_a_child_may_send_the_page_elsewhere_or_be_unknown(app: Quart) -> None:
    client = app.test_client()
    response = await client.get("/parent?leave")
    assert (response.status_code, response.headers["Location"]) == (302, "/other")
    assert "the kid left" in await (await client.get("/other")).get_data(as_text=True)
    assert (await client.get("/parent?abort")).status_code == 404


async def test_two_children_with_one_id(app: Quart) -> None:
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    assert (await app.test_client().get("/parent?names=a+a")).status_code == 500


# -- relatives ---


async def test_parents_and_children_write_to_each_other(app: Quart) -> None:
    async with LiveViewTest(app, "/parent") as page:
        kid = await page.child("kid")
        assert page.view.parent is None
        assert list(page.view.children) == ["kid"]
        await kid.push("tell", {"text": "hello"})
        await page.settle()
        assert page.view.assigns.heard == [("mounted", "kid"), ("told", "hello")]
        await page.push("tell", {"child": "kid", "n": 7})
        await kid.settle()
        assert kid.text == "kid 7"
        await kid.leave()  # type: ignore[attr-defined]
        assert not page.view.children


async def test_assign_new_takes_what_the_parent_has(app: Quart) -> None:
    async with LiveViewTest(app, "/parent") as page:
        kid, sticky = await page.child("kid"), await page.child("sticky")
        assert kid.view.assigns.user == "the parent's"
        assert sticky.view.assigns.user == "own"


async def test_a_child_can_navigate(app: Quart) -> None:
    async with LiveViewTest(app, "/parent") as page:
        kid = await page.child("kid")
        await kid.push("navigate")
        assert page.url.endswith("/other")
        assert page.find("#flash").text == "from the kid"


# -- patches from inside ---


async def test_patch_of_a_child_is_its_pages(app: Quart) -> None:
    async with LiveViewTest(app, "/pages") as page:
        kid = await page.child("kid")
        assert await kid.exchange("event", patch_to("/pages?x=1"), whole=True) == {
            "diff": {"1": "1", "2": {"0": "from the kid", "s": ["<i>", "</i>"], "r": 1}}
        }
        await page.settle()
        assert page.find("b").text == "1"
        assert page.find("em").text == "from the kid"
        assert page.url.endswith("/pages?x=1")
        assert [frame for frame in sent(page, page.topic) if '"live_patch"' in frame]
        assert page.view.uri.endswith("/pages?x=1")
        assert not [frame for frame in sent(page, kid.topic) if '"live_patch"' in frame]


@pytest.mark.parametrize("how", ["grandchild", "component", "message"])
async def test_patch_from_wherever_inside(app: Quart, how: str) -> None:
    async with LiveViewTest(app, "/pages") as page:
        paged = await page.child("paged")
        deep = await paged.child("deep")
        if how == "component":
            await paged.click("#page")
        elif how == "grandchild":
            await deep.push("patch", {"to": "/pages?x=3"})
        else:
            await deep.send_info(("patch", "/pages?x=3"))
        await page.settle()
        assert page.find("b").text == "3"
        if how == "component":
            assert page.find("em").text == "from the pager"
        assert (page.crashed, paged.crashed, deep.crashed) == (False, False, False)


async def test_page_that_is_patched_from_inside_may_patch_on(app: Quart) -> None:
    async with LiveViewTest(app, "/pages") as page:
        kid = await page.child("kid")
        await kid.push("patch", {"to": "/pages?x=4"})
        await page.settle()
        assert page.find("b").text == "5"
        kinds = [json.loads(frame)[4] for frame in sent(page, page.topic) if '"live_patch"' in frame]
        assert kinds == [{"kind": "push", "to": "/pages?x=4"}, {"kind": "replace", "to": "/pages?x=5"}]


async def test_patch_to_another_page_ends_the_child_alone(app: Quart) -> None:
    async with LiveViewTest(app, "/pages") as page:
        kid, sticky = await page.child("kid"), await page.child("sticky")
        inside = await sticky.child("inside")
        for view, to in ((kid, "/other"), (kid, "/nowhere"), (inside, "/pages?x=1")):
            with pytest.raises(ViewCrashedError):
                await view.push("patch", {"to": to})
            await view.rejoin()
        await page.settle()
        assert (page.crashed, sticky.crashed, page.find("b").text) == (False, False, "")


async def test_page_that_fails_at_a_patch_from_inside_is_what_fails(app: Quart) -> None:
    async with LiveViewTest(app, "/pages") as page:
        kid = await page.child("kid")
        await kid.push("patch", {"to": "/pages?x=6"})
        await page.until(lambda: page.crashed)
        assert not kid.crashed


def patch_to(address: str) -> dict[str, Any]:
    """The payload of a click that patches."""
    return {"type": "click", "event": "patch", "value": {"to": address}}


@pytest.mark.parametrize("start", ["/card", "/card?hide"])
async def test_child_inside_a_component(app: Quart, start: str) -> None:
    async with LiveViewTest(app, start) as page:
        assert ("carded 0" in page.page_html) is (start == "/card")
        await page.push("show")
        assert page.find("#carded").get("data-phx-parent-id") == page.id
        carded = await page.child("carded")
        await carded.push("inc")
        assert carded.text == "carded 1"


# -- sticky ---


async def test_sticky_view_survives_navigation(app: Quart) -> None:
    async with LiveViewTest(app, "/parent") as page:
        sticky = await page.child("sticky")
        await sticky.push("inc")
        await page.navigate("/other")
        assert form(page.find("#sticky")) == RECORDED_CONNECTED["sticky"]
        await sticky.push("inc")
        assert sticky.text == "sticky 2"
        assert sticky.view.parent is None
        assert KidLive.ended == []


async def test_sticky_view_that_navigates_stays(app: Quart) -> None:
    async with LiveViewTest(app, "/parent") as page:
        sticky = await page.child("sticky")
        channel = sticky.channel
        answer = await sticky.exchange("event", event("navigate"), whole=True)
        assert answer["live_redirect"]["to"] == "/other"
        assert answer["diff"]["1"] == "1"  # what else the handler did is not lost
        assert page.url.endswith("/other")
        assert page.find("#flash").text == "from the kid"
        await sticky.push("inc")
        assert sticky.text == "sticky 2from the kid"
        assert sticky.channel is channel
        assert KidLive.ended == []
        assert not [frame for frame in sent(page, sticky.topic) if "phx_close" in frame]


async def test_sticky_view_that_navigates_by_itself_stays(app: Quart) -> None:
    async with LiveViewTest(app, "/parent") as page:
        sticky = await page.child("sticky")
        await sticky.send_info("navigate")
        events = [json.loads(frame)[3] for frame in sent(page, sticky.topic)]
        assert events[-3:] == ["diff", "live_redirect", "phx_reply"]
        assert sticky.redirected_to == "/other"
        await sticky.push("inc")
        assert sticky.text == "sticky 2"


async def test_child_of_a_sticky_view_stays_as_well(app: Quart) -> None:
    async with LiveViewTest(app, "/pages") as page:
        inside = await (await page.child("sticky")).child("inside")
        await inside.push("navigate")
        assert page.url.endswith("/other")
        await inside.push("inc")
        assert inside.text == "inside 2from the kid"


@pytest.mark.parametrize("how", ["redirect", "patch"])
async def test_what_ends_a_sticky_view_all_the_same(app: Quart, how: str) -> None:
    async with LiveViewTest(app, "/parent") as page:
        sticky = await page.child("sticky")
        channel = sticky.channel
        if how == "redirect":  # the browser loads a page anew
            await sticky.push("redirect")
            assert sticky.redirected_to == "/other"
        else:  # it has no address
            with pytest.raises(ViewCrashedError):
                await sticky.push("patch", {"to": "/parent?x=1"})
        await channel.ended()
        assert not page.crashed


async def test_names_of_views_in_templates(app: Quart) -> None:
    live: QuartLive = app.extensions["quart_live"]
    assert live.runtime.views.named("ParentLive") is ParentLive
    assert live.runtime.views.named("MiddleLive") is not None
    assert live.runtime.views.named("NobodyLive") is None


# -- all together ---


class Household(RuleBasedStateMachine):
    """Views that come, go and crash in any order; who is whose child is right at every moment."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.app = make_app()
        self.live: QuartLive = self.app.extensions["quart_live"]
        self.page = self.run(self.opened())
        self.views: dict[str, LiveViewTest] = {}

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine to its end."""
        return self.loop.run_until_complete(work)

    async def opened(self) -> LiveViewTest:
        page = LiveViewTest(self.app, "/parent?deep&names=a+b")
        await page.open()
        return page

    @rule(name=st.sampled_from(["kid", "middle", "kid-a", "kid-b", "sticky"]))
    def join(self, name: str) -> None:
        """A browser joins what it sees, even what it has joined before."""
        self.views[name] = self.run(self.page.child(name))
        if name == "middle":
            self.forget_deep()

    @precondition(lambda self: "middle" in self.views)
    @rule()
    def join_deep(self) -> None:
        """One level more."""
        self.views["deep"] = self.run(self.views["middle"].child("deep"))

    @precondition(lambda self: self.views)
    @rule(data=st.data(), how=st.sampled_from(["leave", "crash"]))
    def end(self, data: st.DataObject, how: str) -> None:
        """A nested view leaves or crashes, and those in it with it."""
        name = data.draw(st.sampled_from(sorted(self.views)))
        view = self.views.pop(name)
        if how == "crash":
            self.run(self.crash(view))
        else:
            self.run(view.leave())  # type: ignore[attr-defined]
        if name == "middle":
            self.forget_deep()

    @rule()
    def rejoin(self) -> None:
        """The parent joins again; all its children end."""
        before = [view for name, view in self.views.items() if name != "sticky"]
        self.run(self.page.rejoin())
        self.views = {name: view for name, view in self.views.items() if name == "sticky"}
        for view in before:
            self.run(self.until_gone(view))

    def forget_deep(self) -> None:
        """The parent of the deepest view has gone or is another one."""
        deep = self.views.pop("deep", None)
        if deep is not None:
            self.run(self.until_gone(deep))

    async def crash(self, view: LiveViewTest) -> None:
        """A view fails."""
        channel = view.channel
        channel.crash()
        await channel.ended()

    async def until_gone(self, view: LiveViewTest) -> None:
        """Wait until the server has let go of a view."""
        while (channel := view.channel_or_none()) is not None:
            await channel.ended()

    @invariant()
    def relations(self) -> None:
        """The server has exactly these views, and knows the children of each."""
        topics = {"lv:" + name for name in self.views} | {self.page.topic}
        assert {channel.topic for channel in self.live.channels} == topics
        own = set(self.views) - {"sticky", "deep"}
        assert set(self.page.view.children) == set(self.page.channel.family.children) == own
        if "middle" in self.views:
            assert set(self.views["middle"].view.children) == {"deep"} & set(self.views)

    def teardown(self) -> None:
        self.run(self.page.close())
        self.run(self.live.shutdown())
        assert_nothing_left(self.live)
        assert not asyncio.all_tasks(self.loop)
        self.loop.close()


TestHousehold = Household.TestCase
TestHousehold.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)

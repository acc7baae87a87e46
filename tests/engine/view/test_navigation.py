"""Navigation: live sessions and their hooks, flash on every way, loops, links and titles."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from engine.view.navigation_app import HomeLive, Log, make_app
from quart import Quart, url_for
from support.leftovers import shut_down_at_the_end
from support.raw import open_page

from quart_live import LiveRouter, LiveView, LiveViewError, LiveViewTest, QuartLive
from quart_live.testing import JoinRefusedError, ViewCrashedError, parse
from quart_live.view.live_links import live_navigate, live_patch, live_title
from quart_live.view.navigation import same_page


@pytest.fixture
async def app() -> AsyncIterator[Quart]:
    """The app; after the test nothing of it is left."""
    async with shut_down_at_the_end(make_app()) as app:
        yield app


async def get(app: Quart, path: str, client: Any = None) -> tuple[int, str, Any]:
    """Status, where to, and the page."""
    response = await (client or app.test_client()).get(path)
    return (
        response.status_code,
        response.headers.get("Location", ""),
        parse(await response.get_data(as_text=True)),
    )


# -- hooks ---


async def test_hooks_run_on_both_renders_in_order_before_mount(app: Quart) -> None:
    async with LiveViewTest(app, "/members?q=1") as page:
        assert page.text == "Members yes red"
    assert Log.lines == [
        "first default 1 red http",
        "gate strict http",
        "mount members http",
        "first default 1 red socket",
        "gate strict socket",
        "mount members socket",
    ]


async def test_hooks_of_the_live_session_come_before_those_of_the_class(app: Quart) -> None:
    await get(app, "/members/own")
    assert Log.lines == ["first default - red http", "gate strict http", "first own - red http"]


async def test_nested_views_run_the_hooks_of_their_class(app: Quart) -> None:
    async with LiveViewTest(app, "/around") as page:
        assert Log.lines == ["first own - - http"]
        assert (await page.child("inner")).text == "yes"
        assert Log.lines == ["first own - - http", "first own - - socket"]


@pytest.mark.parametrize("how", ["redirect", "navigate"])
async def test_a_hook_halts_over_http(app: Quart, how: str) -> None:
    client = app.test_client()
    status, to, _ = await get(app, f"/members?gate={how}", client)
    assert (status, to) == (302, "/home")
    assert "mount members http" not in Log.lines
    _, _, home = await get(app, to, client)
    assert home.find("#flash").text == "sign in first"
    _, _, home = await get(app, to, client)
    assert home.find("#flash").text == ""


@pytest.mark.parametrize(("how", "key"), [("redirect", "redirect"), ("navigate", "live_redirect")])
async def test_a_hook_halts_on_the_socket(app: Quart, how: str, key: str) -> None:
    live: QuartLive = app.extensions["quart_live"]
    page = await open_page(app, "/members?when=socket")
    _, answer = await page.join(f"/members?when=socket&gate={how}")
    assert answer["status"] == "error"
    target = answer["response"][key]
    assert target["to"] == "/home"
    assert live.runtime.tokens.read_flash(target["flash"]) == {"info": "sign in first"}
    assert "mount members socket" not in Log.lines
    await page.socket.close()


@pytest.mark.parametrize("how", ["halt", "odd"])
async def test_a_hook_that_does_neither_is_an_error(
    app: Quart, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    status, _, _ = await get(app, f"/members?gate={how}")
    assert status == 500
    assert ("redirect" in caplog.text) if how == "halt" else ("returned 'maybe'" in caplog.text)


def test_what_is_no_hook_is_refused_at_once() -> None:
    for wrong in (5, "gate", ("gate", "strict"), None):
        with pytest.raises(LiveViewError, match="no on_mount hook"):
            LiveRouter("x", on_mount=[wrong])


# -- live sessions ---


async def test_navigation_within_and_across_live_sessions(app: Quart) -> None:
    page = await open_page(app, "/home")
    for target, reason in {
        "/own": None,
        "/members": "unauthorized",
        "/plain": "unauthorized",
        "/nowhere": "unauthorized",
    }.items():
        _, answer = await page.join("", url=..., redirect=f"http://localhost{target}")
        assert answer["response"].get("reason") == reason
    await page.socket.close()


async def test_another_layout_needs_a_page_load(app: Quart) -> None:
    page = await open_page(app, "/members")
    _, answer = await page.join("", url=..., redirect="http://localhost/members/own")
    assert answer["status"] == "ok"
    _, answer = await page.join("", url=..., redirect="http://localhost/plainer")
    assert answer["response"] == {"reason": "unauthorized"}
    await page.socket.close()


async def test_patch_into_another_live_session_is_a_navigation(app: Quart) -> None:
    page = await open_page(app, "/own")
    join_ref, _ = await page.join("/own")
    for target in ("/members/own", "/home", "/plain"):
        ref = page.socket.next_ref()
        page.socket.send(join_ref, ref, page.topic(), "live_patch", {"url": f"http://localhost{target}"})
        assert (await page.socket.reply_to(ref))["response"] == {"link_redirect": True}
    await page.socket.close()


async def test_messages_of_a_navigation_are_those_of_the_recording(app: Quart) -> None:
    page = await open_page(app, "/home")
    join_ref, _ = await page.join("/home")
    reply = await page.event(join_ref, "push_navigate", {"to": "/own"})
    flash = reply["response"]["live_redirect"].pop("flash")
    assert reply == {"status": "ok", "response": {"live_redirect": {"kind": "push", "to": "/own"}}}
    assert await page.socket.receive() == [join_ref, join_ref, page.topic(), "phx_close", {}]
    page.socket.send(join_ref, "90", page.topic(), "phx_leave", {})
    assert await page.socket.reply_to("90") == {"status": "ok", "response": {}}
    target = "http://localhost/own"
    _, answer = await page.join("", url=..., redirect=target, static=None, flash=flash)
    assert set(answer["response"]) == {"container", "liveview_version", "rendered"}
    assert answer["response"]["container"] == ["div", {}]
    await page.socket.close()


@pytest.mark.parametrize("where", [{"to": "/own"}, {"external": "https://example.com/"}])
async def test_messages_of_a_redirect_are_those_of_the_recording(app: Quart, where: Any) -> None:
    page = await open_page(app, "/home")
    join_ref, _ = await page.join("/home")
    reply = await page.event(join_ref, "redirect", where)
    assert reply["response"]["redirect"]["to"] == next(iter(where.values()))
    assert await page.socket.receive() == [join_ref, join_ref, page.topic(), "phx_close", {}]
    await page.socket.close()


async def test_back_and_forward_within_a_view(app: Quart) -> None:
    async with LiveViewTest(app, "/home?q=1") as page:
        await page.patch("/home?q=2")
        await page.patch("/home?q=1")  # the client's back button is a patch to the address before
        assert page.find("#q").text == "1"
        assert Log.lines.count("mount home socket") == 1
        assert Log.lines[-2:] == ["params 2 socket", "params 1 socket"]
    assert Log.lines[:2] == ["mount home http", "params 1 http"]


# -- flash ---


async def test_flash_through_patch_and_navigate(app: Quart) -> None:
    async with LiveViewTest(app, "/home") as page:
        await page.push("push_patch", {"to": "/home?q=1"})
        assert page.find("#flash").text == "by push_patch"
        await page.patch("/home?q=2")
        assert page.find("#flash").text == ""
        await page.push("push_navigate", {"to": "/home?q=3", "replace": True})
        assert page.find("#flash").text == "by push_navigate"
        assert page.find("#q").text == "3"
        await page.rejoin()
        assert page.find("#flash").text == ""


async def test_flash_through_redirect_to_live_and_plain_pages(app: Quart) -> None:
    for to in ("/home", "/plain"):
        client = app.test_client()
        async with LiveViewTest(app, "/home", client=client) as page:
            await page.push("redirect", {"to": to})
        [reply] = [json.loads(text) for _, text in page.socket.frames if '"redirect":{' in text]
        token = reply[4]["response"]["redirect"]["flash"]
        client.set_cookie("localhost", "__phoenix_flash__", token)  # what the official client does
        _, _, landed = await get(app, to, client)
        assert landed.find("#flash").text == "by redirect"
        _, _, landed = await get(app, to, client)
        assert landed.find("#flash").text == ""


@pytest.mark.parametrize("how", ["redirect", "push_navigate"])
async def test_flash_from_mount(app: Quart, how: str) -> None:
    client = app.test_client()
    assert (await get(app, f"/home?mount={how}&to=/own", client))[:2] == (302, "/own")
    _, _, home = await get(app, "/home", client)
    assert home.find("#flash").text == "from mount"
    with pytest.raises(JoinRefusedError) as refused:
        async with LiveViewTest(app, f"/home?when=socket&mount={how}&to=/own"):
            pass
    [target] = refused.value.response.values()
    live: QuartLive = app.extensions["quart_live"]
    assert live.runtime.tokens.read_flash(target["flash"]) == {"info": "from mount"}


async def test_flash_of_ordinary_handlers(app: Quart) -> None:
    client = app.test_client()
    assert (await get(app, "/say", client))[1] == "/home"
    async with LiveViewTest(app, "/home", client=client) as page:
        assert parse(page.page_html).find("#flash").text == "said"
        assert page.find("#flash").text == "said"
    async with LiveViewTest(app, "/home", client=client) as page:
        assert page.find("#flash").text == ""


# -- loops ---


@pytest.mark.parametrize(("count", "status"), [(20, 302), (21, 500)])
async def test_patches_in_a_row_have_a_limit(app: Quart, count: int, status: int) -> None:
    assert (await get(app, f"/home?count={count}"))[0] == status
    async with LiveViewTest(app, "/home") as page:
        if status == 302:
            await page.patch(f"/home?count={count}")
            assert page.url.endswith("?count=0")
        else:
            with pytest.raises(ViewCrashedError):
                await page.patch(f"/home?count={count}")


@pytest.mark.parametrize("how", ["redirect", "push_navigate"])
async def test_a_mount_that_goes_to_itself_is_an_error(
    app: Quart, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    circle = f"/home?mount={how}&to=/home%3Fmount={how}%26to=/home"
    assert (await get(app, circle))[0] == 302  # elsewhere: allowed
    status, _, _ = await get(app, f"/home?mount={how}&to=%3F")
    assert status == 500
    page = await open_page(app, "/home")
    payload = f"/home?mount={how}&to="
    own = payload + "/home"
    _, answer = await page.join(own)
    assert set(answer["response"]) <= {"redirect", "live_redirect"}
    await page.socket.close()


async def test_own_address(app: Quart, caplog: pytest.LogCaptureFixture, monkeypatch: Any) -> None:
    async def mount(self: HomeLive, params: Any, session: Any) -> None:
        self.assign(q="")
        if self.connected or "http" in params:
            self.push_navigate(self.uri.removeprefix("http://localhost"))

    monkeypatch.setattr(HomeLive, "mount", mount)
    assert (await get(app, "/home?http"))[0] == 500
    with pytest.raises(JoinRefusedError) as refused:
        async with LiveViewTest(app, "/home"):
            pass
    assert refused.value.response == {"reason": "join crashed"}
    assert "redirects to its own address '/home' while it mounts" in caplog.text


async def test_views_that_send_each_other_round_in_circles(app: Quart) -> None:
    page = await open_page(app, "/ping")
    _, answer = await page.join("/ping")
    for turn in range(19):
        assert answer["response"]["live_redirect"]["to"] == ("/ping" if turn % 2 else "/pong")
        _, answer = await page.join(
            "", url=..., redirect=f"http://localhost{answer['response']['live_redirect']['to']}"
        )
    _, answer = await page.join("", url=..., redirect="http://localhost/ping")
    assert answer["response"] == {"reason": "join crashed"}
    await page.socket.close()


def test_same_page() -> None:
    here = "http://h/a?b=1"
    assert same_page(here, "/a?b=1")
    assert same_page(here, "http://h/a?b=1#part")
    assert not same_page(here, "/a?b=2")
    assert not same_page(here, "/")
    assert not same_page(here, "https://h/a?b=1")
    assert not same_page("", "/a")


# -- links and titles ---


def test_links() -> None:
    assert live_patch("?a=1&b=2") == ('href="?a=1&amp;b=2" data-phx-link="patch" data-phx-link-state="push"')
    assert live_navigate("/x", replace=True) == (
        'href="/x" data-phx-link="redirect" data-phx-link-state="replace"'
    )
    for wrong in ("javascript:alert(1)", "//evil", "/\\evil", "https://example.com", ""):
        with pytest.raises(ValueError, match="not a path of this site"):
            live_patch(wrong)


async def test_links_in_live_templates_and_layouts(app: Quart) -> None:
    async with LiveViewTest(app, "/home") as page:
        await page.click("#patch")
        assert page.find("#q").text == "link"
    _, _, members = await get(app, "/members")
    assert members.find("#out").get("data-phx-link") == "redirect"


def test_titles() -> None:
    assert live_title("A & B") == "<title>A &amp; B</title>"
    assert live_title(None, prefix="<", suffix=" | site", default="Home") == (
        '<title data-prefix="&lt;" data-suffix=" | site" data-default="Home">&lt;Home | site</title>'
    )
    assert live_title(" ", default="Home") == '<title data-default="Home">Home</title>'
    assert live_title("In", suffix="!") == '<title data-suffix="!">In!</title>'


async def test_title_of_the_page_and_over_the_socket(app: Quart) -> None:
    async with LiveViewTest(app, "/home?title=One") as page:
        assert parse(page.page_html).find("title").text == "One"
        assert page.title == "One"
        await page.push("title", {"title": "Two"})
        assert page.title == "Two"
        await page.push("title", {"title": None})
        assert page.title == ""  # the client shows the default
    _, _, members = await get(app, "/members")
    assert members.find("title").text == "| site"


class TalkLive(LiveView):
    """One view at several addresses."""

    inline_template = "<p>{{ live_action or 'index' }} {{ seen|join(' ') }}</p>"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(seen=[self.live_action])

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assign(seen=[*self.assigns.seen, self.live_action])


@pytest.fixture
def talks() -> Quart:
    app = Quart(__name__)
    app.secret_key = "for tests"
    live = QuartLive(app)
    live.route("/talks", TalkLive)
    live.route("/talks/new", TalkLive, action="new")
    live.route("/talks/<int:id>/edit", TalkLive, action="edit", name="edit_talk")
    return app


async def test_the_action_tells_the_addresses_of_one_view_apart(talks: Quart) -> None:
    async with LiveViewTest(talks, "/talks/new") as page:
        assert "<p>new new new</p>" in page.page_html
        assert page.text == "new new new"
        await page.patch("/talks/7/edit")
        assert page.text == "edit new new edit"
        await page.patch("/talks")
        assert page.text == "index new new edit None"
        with pytest.raises(LiveViewError, match="the engine assigns 'live_action' itself"):
            page.view.assign(live_action="other")
    async with talks.test_request_context("/"):
        assert (url_for("talk_live"), url_for("talk_live_new")) == ("/talks", "/talks/new")
        assert url_for("edit_talk", id=7) == "/talks/7/edit"


async def test_one_endpoint_has_one_action(talks: Quart) -> None:
    live: QuartLive = talks.extensions["quart_live"]
    with pytest.raises(LiveViewError, match="endpoint 'talk_live' is taken"):
        live.route("/talks/old", TalkLive, action="old", name="talk_live")

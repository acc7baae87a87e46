"""What a view can do, seen through `LiveViewTest`."""

from __future__ import annotations

import pytest
from quart import Quart

from quart_live import LiveViewTest, QuartLive
from quart_live.testing import JoinRefusedError, ViewCrashedError


async def test_click_counts(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        assert page.find("h1").text == "0"
        await page.click("button", "Increment")
        assert page.find("h1").text == "2"
        assert page.html == page.channel.current_html()


async def test_diff_of_a_counter_is_small(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        await page.send_info(1)
        pushes = [text for direction, text in page.socket.frames if direction == "<" and '"diff",' in text]
        assert pushes == [f'["1",null,"{page.topic}","diff",{{"0":"1"}}]']
        assert len(page.id) == len("phx-") + 12
        assert len(pushes[0]) < 60


async def test_pitfall_21_buttons_send_an_empty_value_too(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        await page.click("button", "Increment")
        sent = [text for direction, text in page.socket.frames if direction == ">"]
        assert '{"type":"click","event":"increment","value":{"by":"2","value":""}}' in sent[-1]


async def test_js_commands_push(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        await page.click("button", "Ten")
        assert page.find("h1").text == "10"


async def test_hook_gets_its_reply(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        assert await page.hook("reply", {"a": [1, None]}) == {"got": {"a": [1, None]}}
        assert await page.hook("reply", 5) == {"got": 5}
        assert await page.hook("increment", {"by": 1}) is None
        assert '"diff":{"r":{"got":5}}' in page.socket.frames[-3][1]


async def test_reply_that_is_no_dict_crashes_with_a_hint(
    app: Quart, caplog: pytest.LogCaptureFixture
) -> None:
    async with LiveViewTest(app, "/counter") as page:
        with pytest.raises(ViewCrashedError):
            await page.push("wrong reply")
        assert "handle_event returns a dict" in caplog.text


async def test_event_without_handler_says_so(app: Quart, caplog: pytest.LogCaptureFixture) -> None:
    async with LiveViewTest(app, "/counter") as page:
        with pytest.raises(ViewCrashedError):
            await page.push("unheard of")
        assert "CounterLive got the event 'unheard of' but has no handle_event method" in caplog.text


async def test_forms_are_nested_and_have_a_target(app: Quart) -> None:
    async with LiveViewTest(app, "/form") as page:
        await page.change("form", {"user[name]": "Jo & co"})
        assert page.find("#got").text == (
            "validate {'user': {'name': 'Jo & co', 'role': 'b', 'about': '<b>'}, '_target': ['user', 'name']}"
        )
        await page.submit("form", user={"name": "Å", "admin": "on", "role": "a"})
        assert page.find("#got").text == (
            "save {'user': {'name': 'Å', 'admin': 'on', 'role': 'a', 'about': '<b>'}}"
        )
        await page.click("form button")
        assert "'then': 'close'" in page.find("#got").text


async def test_keys(app: Quart) -> None:
    async with LiveViewTest(app, "/form") as page:
        await page.key("[phx-keydown]", "Enter")
        assert page.find("#got").text == "key {'field': 'search', 'key': 'Enter'}"


async def test_title_and_pushed_events_ride_in_the_diff(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        assert page.title == "Counter"
        await page.push("title", {"title": "Other <b>"})
        assert page.title == "Other <b>"
        await page.push("push")
        assert page.events == [("parley:hello", {"n": 1})]
        assert '{"diff":{"e":[["parley:hello",{"n":1}]]}}' in page.socket.frames[-1][1]


async def test_nothing_changed_is_an_empty_reply(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        await page.push("increment", {"by": 0})
        assert page.socket.frames[-1][1].endswith('"phx_reply",{"status":"ok","response":{}}]')


async def test_timer_and_self_message(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        await page.push("later")
        await page.until(lambda: True)
        while "later" not in page.view.assigns.seen:
            await page.settle()
        page.view.send_self("self")
        await page.settle()
        assert page.view.assigns.seen == ["later", "self"]


async def test_broadcast_reaches_all_and_broadcast_from_the_others(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as one, LiveViewTest(app, "/counter") as two:
        await one.push("broadcast", {"message": 5})
        await one.settle()
        await two.settle()
        assert (one.find("h1").text, two.find("h1").text) == ("5", "5")
        await one.push("broadcast_from", {"message": 6})
        await one.settle()
        await two.settle()
        assert (one.find("h1").text, two.find("h1").text) == ("5", "6")


async def test_flash_is_shown_and_cleared(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        await page.push("flash", {"text": "<saved>"})
        assert page.find("[role=status]").text == "<saved>"
        await page.push("lv:clear-flash", {"key": "error"})
        assert page.find("[role=status]").text == "<saved>"
        await page.push("lv:clear-flash")
        assert "status" not in page.html


async def test_patch_link_runs_handle_params(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        view = page.view
        await page.click("a", "Seven")
        assert page.find("h1").text == "7"
        assert page.url == "http://localhost/counter?n=7"
        assert page.view is view
        assert view.uri == page.url


async def test_push_patch_comes_before_the_reply(app: Quart) -> None:
    """As in captures/misc.json: the ``live_patch`` push, then the reply with the diff."""
    async with LiveViewTest(app, "/counter") as page:
        await page.push("flash", {"text": "old"})
        await page.push("patch", {"to": "/counter?n=3", "replace": True})
        (_, patch), (_, reply) = page.socket.frames[-2:]
        assert patch == f'["1",null,"{page.topic}","live_patch",{{"kind":"replace","to":"/counter?n=3"}}]'
        assert '"diff":{"0":"3"' in reply
        assert page.url.endswith("/counter?n=3")
        assert page.find("[role=status]").text == "patched"
        await page.click("a", "Seven")
        assert "status" not in page.html  # a patch clears what it did not bring


async def test_patch_from_a_message(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        await page.send_info("patch")
        assert page.find("h1").text == "77"
        assert page.url.endswith("/counter?n=77")


async def test_patch_to_another_view_navigates(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        await page.patch("/form")
        assert type(page.view).__name__ == "FormLive"
        assert '{"link_redirect":true}' in "".join(text for _, text in page.socket.frames)


async def test_push_patch_to_another_view_is_an_error(app: Quart, caplog: pytest.LogCaptureFixture) -> None:
    async with LiveViewTest(app, "/counter") as page:
        with pytest.raises(ViewCrashedError):
            await page.push("patch", {"to": "/form"})
        assert "use push_navigate" in caplog.text


async def test_endless_patches_end(app: Quart, caplog: pytest.LogCaptureFixture) -> None:
    async with LiveViewTest(app, "/rooms/1") as page:
        with pytest.raises(ViewCrashedError):
            await page.patch("/rooms/1?sort=loop")
        assert "patched 20 times in a row" in caplog.text


async def test_pitfall_12_live_navigation_reuses_topic_and_token(app: Quart, live: QuartLive) -> None:
    async with LiveViewTest(app, "/counter") as page:
        topic, channel = page.topic, page.channel
        await page.click("a", "Form")
        assert (page.topic, page.url) == (topic, "http://localhost/form")
        assert type(page.view).__name__ == "FormLive"
        await channel.ended()
        assert [joined.view for joined in live.channels] == [page.view]
        assert '"container":["div",{}]' in page.socket.frames[-1][1]
        await page.click("a", "Counter")
        await page.click("button", "Increment")
        assert page.find("h1").text == "2"


async def test_push_navigate_takes_the_flash_along(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        await page.push("navigate", {"to": "/form"})
        assert page.find("#flash").text == "hello from the counter"
        answers = [text for direction, text in page.socket.frames if direction == "<"]
        diff, reply, *_ = answers[1:]
        assert '"diff",{"e":[["parley:bye",{}]]}' in diff  # nobody would hear it after the reply
        assert '"live_redirect":{"kind":"push","to":"/form","flash":' in reply
        assert any('"phx_close",{}' in text for text in answers)


async def test_navigate_from_a_message(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        channel = page.channel
        channel.mailbox.post(_envelope("navigate"))
        await page.until(lambda: page.redirected_to == "/form")
        await channel.ended()


async def test_redirect_ends_the_view_and_brings_the_flash_to_the_next_page(app: Quart) -> None:
    async with LiveViewTest(app, "/counter") as page:
        channel = page.channel
        await page.push("redirect", {"to": "/form"})
        assert page.redirected_to == "/form"
        await channel.ended()
        reply = next(text for _, text in page.socket.frames if '"redirect":{"to":"/form"' in text)
        token = reply.split('"flash":"')[1].split('"')[0]
    client = app.test_client()
    client.set_cookie("localhost", "__phoenix_flash__", token)
    async with LiveViewTest(app, "/form", client=client) as after:
        assert after.find("#flash").text == "moved"
        await after.rejoin()
        assert after.find("#flash").text == ""  # seen already
    async with LiveViewTest(app, "/form", client=client) as once_more:
        assert once_more.find("#flash").text == ""


async def test_route_values_are_converted_and_query_is_text(app: Quart) -> None:
    async with LiveViewTest(app, "/rooms/7?sort=new") as page:
        assert page.find("h1").text == "Room 7 new"
        assert page.find("#kind").text == "int"


async def test_patch_in_handle_params_at_the_join(app: Quart) -> None:
    async with LiveViewTest(app, "/rooms/7") as page:
        await page.navigate("/rooms/8?sort=old")
        assert page.find("h1").text == "Room 8 new"
        assert page.url == "http://localhost/rooms/8?sort=new"


@pytest.mark.parametrize(("how", "key"), [("navigate", "live_redirect"), ("redirect", "redirect")])
async def test_mount_may_send_away(app: Quart, how: str, key: str) -> None:
    page = LiveViewTest(app, f"/guarded?when=connected&how={how}")
    with pytest.raises(JoinRefusedError) as refused:
        await page.open()
    assert refused.value.response[key]["to"] == "/form"
    assert refused.value.response[key]["flash"]
    await page.close()


def _envelope(message: object) -> object:
    from quart_live import Envelope

    return Envelope(message)

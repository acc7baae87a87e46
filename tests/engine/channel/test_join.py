"""Joining: the reply, and every reason for which it is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from engine.app import CounterLive, make_app
from quart import Quart
from support.raw import Page, open_page

from quart_live import VERSION_OF_CLIENT, LiveViewTest, QuartLive
from quart_live.protocol.tokens import ClockedSigner, SessionClaims
from quart_live.testing import JoinRefusedError


async def refused(page: Page, path: str, /, **payload: Any) -> Any:
    """Join, expect an error, and return its response."""
    _, answer = await page.join(path, **payload)
    assert answer["status"] == "error"
    return answer["response"]


async def test_ok_reply_is_complete(app: Quart) -> None:
    page = await open_page(app, "/counter")
    _, answer = await page.join("/counter")
    response = answer["response"]
    assert answer["status"] == "ok"
    assert set(response) == {"rendered", "liveview_version"}
    assert response["liveview_version"] == VERSION_OF_CLIENT
    rendered = response["rendered"]
    assert rendered["t"] == "Counter"
    assert len(rendered["s"]) == len([key for key in rendered if key.isdigit()]) + 1
    await page.socket.close()


async def test_version_is_the_installed_clients() -> None:
    package = Path(__file__).parents[3] / "static/node_modules/phoenix_live_view/package.json"
    assert json.loads(package.read_text("utf-8"))["version"] == VERSION_OF_CLIENT


async def test_pitfall_04_dynamics_are_strings(app: Quart) -> None:
    page = await open_page(app, "/counter?n=3")
    _, answer = await page.join("/counter?n=3")
    rendered = answer["response"]["rendered"]
    assert rendered["0"] == "3"
    assert all(isinstance(value, str | dict) for key, value in rendered.items() if key.isdigit())
    await page.socket.close()


async def test_dead_and_connected_render_are_the_same_html(app: Quart) -> None:
    async with LiveViewTest(app, "/counter?n=3") as page:
        assert page.html in page.page_html


async def test_pitfall_05_the_join_never_carries_a_root_flag(app: Quart) -> None:
    page = await open_page(app, "/counter")
    _, answer = await page.join("/counter")
    assert "r" not in answer["response"]["rendered"]
    await page.socket.close()


async def test_two_views_on_one_socket(app: Quart, live: QuartLive) -> None:
    page = await open_page(app, "/plain")
    first, answer = await page.join("/plain", "#one")
    assert answer["response"]["rendered"]["0"] == "5"
    second, answer = await page.join("/plain", "#two")
    assert answer["response"]["rendered"]["0"] == "0"
    assert len(live.channels) == 2
    assert (await page.event(first, "increment", selector="#one"))["response"] == {"diff": {"0": "6"}}
    assert (await page.event(second, "increment", selector="#two"))["response"] == {"diff": {"0": "1"}}
    await page.socket.close()


async def test_no_handle_params_for_a_view_in_a_plain_page(app: Quart) -> None:
    page = await open_page(app, "/plain?n=9")
    _, answer = await page.join("/plain?n=9", "#one")
    assert answer["response"]["rendered"]["0"] == "5"
    await page.socket.close()


# -- refusals ---


def older(app: Quart, seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make tokens signed from now on look ``seconds`` old."""
    real = ClockedSigner.get_timestamp
    monkeypatch.setattr(ClockedSigner, "get_timestamp", lambda self: real(self) - seconds)


@pytest.mark.parametrize("damage", ["", "x", "a.b.c", "é.é.é", None, 5, ["x"], {"a": 1}])
async def test_pitfall_19_damaged_tokens_are_stale(app: Quart, damage: Any) -> None:
    page = await open_page(app, "/counter")
    assert await refused(page, "/counter", session=damage) == {"reason": "stale"}
    await page.socket.close()


async def test_pitfall_19_forged_token_is_refused(app: Quart, monkeypatch: pytest.MonkeyPatch) -> None:
    page = await open_page(app, "/counter")
    other = make_app(SECRET_KEY="another key")
    tokens = other.extensions["quart_live"].runtime.tokens
    claims = SessionClaims(page.topic()[3:], f"{CounterLive.__module__}:CounterLive", "default")
    with monkeypatch.context() as patch:
        older(app, 60, patch)
        forged = tokens.sign_session(claims)
    assert await refused(page, "/counter", session=forged) == {"reason": "stale"}
    await page.socket.close()


async def test_pitfall_19_token_is_bound_to_its_element(app: Quart, monkeypatch: pytest.MonkeyPatch) -> None:
    older(app, 60, monkeypatch)
    page = await open_page(app, "/plain")
    other = page.element("#two").get("data-phx-session")
    _, answer = await page.join("/plain", "#one", session=other)
    assert answer == {"status": "error", "response": {"reason": "stale"}}
    _, answer = await page.join("/plain", "#one", static=page.element("#two").get("data-phx-static"))
    assert answer == {"status": "error", "response": {"reason": "stale"}}
    await page.socket.close()


async def test_pitfall_19_tokens_age(app: Quart, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        older(app, 15 * 24 * 3600, patch)
        page = await open_page(app, "/counter")
    assert await refused(page, "/counter") == {"reason": "stale"}
    await page.socket.close()


async def test_pitfall_25_no_reload_loop_when_keys_differ(
    app: Quart, caplog: pytest.LogCaptureFixture
) -> None:
    """A page made a moment ago that is refused would be refused again: no reload at once."""
    page = await open_page(app, "/counter")
    app.secret_key = "another process has another key"
    response = await refused(page, "/counter")
    assert response["reason"] not in ("stale", "unauthorized", "reload")
    assert "Do all processes have the same SECRET_KEY?" in caplog.text
    await page.socket.close()


async def test_pitfall_25_pages_are_not_cached(app: Quart) -> None:
    for path in ("/counter", "/plain"):
        response = await app.test_client().get(path)
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("token", ["", "wrong", "é"])
async def test_wrong_csrf_token_is_stale(app: Quart, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    older(app, 60, monkeypatch)
    page = await open_page(app, "/counter", csrf=token)
    assert await refused(page, "/counter") == {"reason": "stale"}
    await page.socket.close()


async def test_without_csrf_token_no_session_and_a_hint(app: Quart, caplog: pytest.LogCaptureFixture) -> None:
    page = await open_page(app, "/counter", csrf="")
    assert (await refused(page, "/counter"))["reason"] not in ("stale", "unauthorized")
    assert "csrf_meta_tag" in caplog.text
    await page.socket.close()


@pytest.mark.parametrize("url", ["/form", "/nowhere", "/admin", "/plain", "http://[", "", "//", "\x00"])
async def test_wrong_url_is_unauthorized(app: Quart, url: str) -> None:
    page = await open_page(app, "/counter")
    payload_url = url if url.startswith("http") else f"http://localhost{url}"
    assert await refused(page, "/counter", url=payload_url) == {"reason": "unauthorized"}
    await page.socket.close()


@pytest.mark.parametrize("url", [..., None, 5, {}])
async def test_routed_view_without_url_is_unauthorized(app: Quart, url: Any) -> None:
    page = await open_page(app, "/counter")
    assert await refused(page, "/counter", url=url) == {"reason": "unauthorized"}
    await page.socket.close()


@pytest.mark.parametrize("target", ["/admin", "/plain", "/nowhere"])
async def test_navigation_stays_within_the_live_session(app: Quart, target: str) -> None:
    page = await open_page(app, "/counter")
    answer = await refused(page, "/counter", url=..., redirect=f"http://localhost{target}")
    assert answer == {"reason": "unauthorized"}
    await page.socket.close()


async def test_view_of_a_plain_page_cannot_navigate(app: Quart) -> None:
    page = await open_page(app, "/plain")
    _, answer = await page.join("/plain", "#one", url=..., redirect="http://localhost/counter")
    assert answer["response"] == {"reason": "unauthorized"}
    await page.socket.close()


async def test_404_on_http(app: Quart) -> None:
    response = await app.test_client().get("/rooms/101")
    assert response.status_code == 404


async def test_404_on_the_socket_reloads_into_the_error_page(app: Quart) -> None:
    page = LiveViewTest(app, "/rooms/1")
    await page.open()
    with pytest.raises(JoinRefusedError) as error:
        await page.navigate("/rooms/101")
    response = error.value.response
    assert (response["reason"], response["status"]) == ("reload", 404)
    await page.close()

    client = app.test_client()
    client.set_cookie("localhost", "__phoenix_reload_status__", response["token"])
    answer = await client.get("/rooms/1")
    assert answer.status_code == 404
    assert "__phoenix_reload_status__=;" in answer.headers["Set-Cookie"]
    assert (await client.get("/rooms/1")).status_code == 200


async def test_reload_cookie_must_be_ours(app: Quart) -> None:
    client = app.test_client()
    client.set_cookie("localhost", "__phoenix_reload_status__", "forged")
    assert (await client.get("/rooms/1")).status_code == 200


async def test_crashing_mount_says_nothing_but_that(app: Quart, caplog: pytest.LogCaptureFixture) -> None:
    page = await open_page(app, "/guarded?when=connected")
    assert await refused(page, "/guarded?how=crash") == {"reason": "join crashed"}
    assert "secret detail" in caplog.text
    assert "secret detail" not in str(page.socket.frames)
    assert (await page.socket.heartbeat())["status"] == "ok"
    await page.socket.close()


async def test_error_shapes_equal_phoenix(app: Quart) -> None:
    """Compare with captures/join_errors.json: reply to an unknown topic, heartbeat, reason of a bad token."""
    page = await open_page(app, "/counter")
    page.socket.send(None, "7", "lv:phx-none", "event", {"type": "click", "event": "x", "value": {}})
    assert await page.socket.receive() == [
        None, "7", "lv:phx-none", "phx_reply", {"response": {"reason": "unmatched topic"}, "status": "error"},
    ]  # fmt: skip
    page.socket.send(None, "8", "phoenix", "heartbeat", {})
    ok = {"response": {}, "status": "ok"}
    assert await page.socket.receive() == [None, "8", "phoenix", "phx_reply", ok]
    await page.socket.close()


async def test_connect_params_and_info(app: Quart, live: QuartLive) -> None:
    page = await open_page(app, "/counter", headers={"user-agent": "Test/1"})
    await page.join("/counter", params={"_mounts": 0, "zone": "UTC"})
    view = live.channels[0].view
    assert view is not None
    assert view.connect_params == {"_mounts": 0, "zone": "UTC"}
    assert view.connect_info is not None
    assert view.connect_info.headers["User-Agent"] == "Test/1"
    assert view.connect_info.peer == "127.0.0.1"
    await page.socket.close()

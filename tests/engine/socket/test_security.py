"""Tokens and their age, key rotation, sign-out everywhere, the handshake, and what gets into logs."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import pytest
from engine.app import SlowLive, make_app
from quart import Quart, session
from support.leftovers import assert_nothing_left
from support.raw import open_page
from support.servers import browser, click, serving

from quart_live import LiveView, LiveViewTest, LocalPubSub, QuartLive
from quart_live.logs import RedactSecrets
from quart_live.protocol.tokens import SessionClaims, Tokens
from quart_live.runtime.recently import Recently
from quart_live.socket.sign_out import DISCONNECTED
from quart_live.testing import JoinRefusedError, SocketClosedError, TestSocket

TWO_WEEKS = 14 * 24 * 3600


async def test_keys_can_be_rotated() -> None:
    """A page made with the old key joins after the rotation, and is refused once the old key is taken out."""
    app = make_app(SECRET_KEY="old", LIVE_CLIENT_DIR=".")
    app.secret_key = "old"
    page = await open_page(app, "/counter")
    app.secret_key, app.config["SECRET_KEY_FALLBACKS"] = "new", ["old"]
    socket = TestSocket(app, cookies=_cookies(page), query={"_csrf_token": _csrf(page)})
    await socket.connect()
    page.socket = socket
    assert (await page.join("/counter"))[1]["status"] == "ok"
    fresh = await open_page(app, "/counter")
    app.config["SECRET_KEY_FALLBACKS"] = []
    assert (await fresh.join("/counter"))[1]["status"] == "ok", "new pages are signed with the new key"
    assert (await page.join("/counter"))[1]["status"] == "error"
    await page.socket.close()
    await fresh.socket.close()


def _cookies(page: Any) -> dict[str, str]:
    header = dict(page.socket.scope["headers"])[b"cookie"].decode()
    return dict(part.split("=", 1) for part in header.split("; "))


def _csrf(page: Any) -> str:
    return str(page.root.find("meta[name=csrf-token]").get("content"))


@pytest.mark.parametrize(
    ("age", "good"), [(0, True), (-3600, True), (TWO_WEEKS, True), (TWO_WEEKS + 2, False)]
)
def test_age_of_tokens_and_clocks_that_disagree(age: int, good: bool) -> None:
    now = 1_700_000_000.0
    tokens = Tokens(lambda: ["key"], clock=lambda: now)
    token = tokens.sign_session(SessionClaims("id", "view"))
    now += age
    assert (tokens.read_session(token) is not None) == good
    assert tokens.claimed_age(token) == age


async def test_old_page_is_told_to_reload_once_and_not_again_and_again(app: Quart, live: QuartLive) -> None:
    page = await open_page(app, "/counter")
    live.runtime.tokens.clock = lambda: time.time() + TWO_WEEKS + 60
    reasons = [(await page.join("/counter"))[1]["response"]["reason"] for _ in range(3)]
    assert reasons == ["stale", "refused", "refused"], "a page out of a cache must not reload in a tight loop"
    await page.socket.close()


async def test_address_that_leads_elsewhere_reloads_once(app: Quart) -> None:
    page = await open_page(app, "/counter")
    reasons = [
        (await page.join("/counter", url="http://localhost/form"))[1]["response"]["reason"] for _ in range(3)
    ]
    assert reasons == ["unauthorized", "refused", "refused"]
    await page.socket.close()


def test_memory_of_reloads_forgets() -> None:
    recently = Recently(60)
    assert recently.is_first("x", 0)
    assert recently.is_first("x", 61)


# -- sign-out everywhere -----------------------------------------------------------------------------------


def signed_in_app(pubsub: LocalPubSub | None = None) -> tuple[Quart, QuartLive]:
    app = make_app()
    live: QuartLive = app.extensions["quart_live"]
    if pubsub is not None:
        live.pubsub = pubsub

    @app.get("/sign-in/<user>")
    async def sign_in(user: str) -> str:
        session.clear()
        session["live_socket_id"] = f"users_socket:{user}"
        return "ok"

    return app, live


async def test_disconnect_by_live_socket_id_reaches_all_tabs_in_all_processes() -> None:
    pubsub = LocalPubSub()
    (app, live), (other_app, other_live) = signed_in_app(pubsub), signed_in_app(pubsub)
    pages = []
    for one, user in ((app, "1"), (app, "1"), (other_app, "1"), (app, "2")):
        client = one.test_client()
        await client.get(f"/sign-in/{user}")
        page = LiveViewTest(one, "/counter", client=client)
        await page.open()
        pages.append(page)
    assert pubsub.topics()["live_socket:users_socket:1"] == 3
    await live.disconnect("users_socket:1")
    for page in pages[:3]:
        with pytest.raises(SocketClosedError) as closed:
            await page.socket.receive()
        assert closed.value.code == DISCONNECTED != 1000
        await page.close()
    await pages[3].push("increment")
    assert pages[3].find("h1").text == "1"
    await pages[3].close()
    assert_nothing_left(live)
    assert_nothing_left(other_live)


async def test_live_socket_id_may_come_from_an_on_connect_hook() -> None:
    app = make_app()
    live: QuartLive = app.extensions["quart_live"]

    @live.on_connect
    async def who() -> dict[str, str]:
        return {"live_socket_id": "device:7"}

    async with LiveViewTest(app, "/counter") as page:
        await live.disconnect("device:8")
        await page.push("increment")
        await live.disconnect("device:7")
        with pytest.raises(SocketClosedError):
            await page.socket.receive()
    assert_nothing_left(live)


# -- handshake ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cookie", ["session=", "session=x.y.z", "é=ü; session=\x00", ";;;===", "session=" + "A" * 50_000, '"']
)
async def test_odd_cookies_make_no_session_and_no_trouble(app: Quart, cookie: str) -> None:
    socket = TestSocket(app, headers={"cookie": cookie}, query={"_csrf_token": "x"})
    await socket.connect()
    assert (await socket.heartbeat())["status"] == "ok"
    await socket.close()


@pytest.mark.parametrize(
    "query", [b"vsn=2.0.0&%ff=%00&a[b=c", b"&" * 5000 + b"vsn=2.0.0", b"vsn=2.0.0&%ff%fe="]
)
async def test_odd_queries_make_no_trouble(app: Quart, query: bytes) -> None:
    socket = TestSocket(app)
    socket.scope["query_string"] = query
    await socket.connect()
    assert (await socket.heartbeat())["status"] == "ok"
    await socket.close()


async def test_failing_connect_hook_refuses_the_socket_and_is_logged(
    app: Quart, live: QuartLive, caplog: pytest.LogCaptureFixture
) -> None:
    page = await open_page(app, "/counter")

    @live.on_connect
    async def broken() -> dict[str, Any]:
        raise RuntimeError("the database is away")

    with pytest.raises(SocketClosedError):
        await TestSocket(app, cookies=_cookies(page), query={"_csrf_token": _csrf(page)}).connect()
    assert "the database is away" in caplog.text
    await page.socket.close()


async def test_session_of_one_visitor_does_not_survive_signing_in(app: Quart) -> None:
    """Session fixation: the socket belongs to the session of its handshake, also after the cookie changed."""

    class WhoLive(LiveView):
        inline_template = "<p>{{ who }}</p>"

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign(who=session.get("user", "nobody"))

    app.extensions["quart_live"].route("/who", WhoLive)

    @app.get("/in")
    async def sign_in() -> str:
        session.clear()
        session["user"] = "alice"
        return "ok"

    client = app.test_client()
    page = LiveViewTest(app, "/who", client=client)
    await page.open()
    await client.get("/in")
    assert page.text == "nobody"
    await page.close()
    with pytest.raises(JoinRefusedError):  # its CSRF token went with the visitor's session: it must reload
        await page.connect()
    await page.close()
    async with LiveViewTest(app, "/who", client=client) as again:
        assert again.text == "alice"


# -- draining ----------------------------------------------------------------------------------------------


async def test_handlers_in_progress_finish_and_answer_before_the_socket_closes(
    app: Quart, live: QuartLive
) -> None:
    page = await open_page(app, "/slow")
    ref, _ = await page.join("/slow")
    page.socket.send(ref, "90", page.topic(), "event", {"type": "click", "event": "work", "value": {}})
    await page.socket.heartbeat()
    stopping = asyncio.ensure_future(live.shutdown())
    while not live.runtime.stopping:  # noqa: ASYNC110
        await asyncio.sleep(0)
    page.socket.send("95", "95", "lv:phx-new", "phx_join", {})
    with pytest.raises(SocketClosedError):
        await open_page(app, "/slow")
    SlowLive.gate.set()
    assert (await page.socket.reply_to("90"))["status"] == "ok"
    with pytest.raises(SocketClosedError) as closed:
        await page.socket.receive()
    assert closed.value.code == 1012
    await stopping
    assert SlowLive.ended == ["shutdown"]
    assert '"95","lv:phx-new","phx_reply"' not in str(page.socket.frames)


async def test_draining_is_bounded() -> None:
    app = make_app(LIVE_DRAIN_TIMEOUT=0.05, LIVE_LEAVE_TIMEOUT=0.05)
    live: QuartLive = app.extensions["quart_live"]
    page = await open_page(app, "/slow")
    ref, _ = await page.join("/slow")
    page.socket.send(ref, "90", page.topic(), "event", {"type": "click", "event": "for ever", "value": {}})
    await page.socket.heartbeat()
    await asyncio.wait_for(live.shutdown(), 5)
    assert page.socket.close_code == 1012
    assert_nothing_left(live)


# -- logs --------------------------------------------------------------------------------------------------


class Everything(logging.Handler):
    """Keeps what every logger writes, formatted as uvicorn's access log would, too."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name != "websockets.client":  # the test's own browser, in this process
            self.lines.append(logging.Formatter().format(record))


async def test_no_secret_gets_into_any_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """All loggers at debug, uvicorn's access log and its frames included, while everything happens."""
    app = make_app()
    app.secret_key = "the-secret-key"
    everything = Everything()
    names = [
        None,
        "uvicorn",
        "uvicorn.access",
        "uvicorn.error",
        "quart_live",
        app.name,
        "asyncio",
        "websockets",
    ]
    for name in names:
        logger = logging.getLogger(name)
        caplog.set_level(5, name)
        monkeypatch.setattr(logger, "disabled", False)
        monkeypatch.setattr(logger, "handlers", [everything] if name in (None, "uvicorn.access") else [])
        monkeypatch.setattr(logger, "propagate", name != "uvicorn.access")
    secrets: set[str] = set()
    async with serving(app) as server:
        for name in names:  # uvicorn has set its own levels meanwhile
            logging.getLogger(name).setLevel(5)
            logging.getLogger(name).propagate = name != "uvicorn.access"
        logging.getLogger("uvicorn.access").handlers = [everything]
        async with browser(server, "/counter") as (client, topic):
            request = client.request
            assert request is not None
            secrets.add(request.path.partition("_csrf_token=")[2].partition("&")[0])
            secrets |= {value.partition("=")[2] for value in request.headers.get_all("Cookie")}
            await click(client, topic, "2", "increment")
            await click(client, topic, "3", "crash")
            await client.send('["9","9","lv:x","phx_join",{"session":"forged-session-token"}]')
            await client.recv()
            await client.send("not a frame")
    text = "\n".join(everything.lines)
    assert "/live/websocket" in text, "the server's log was not captured"
    assert "crashed" in text
    secrets |= {"the-secret-key", "forged-session-token"}
    assert all(len(secret) > 10 for secret in secrets)
    assert not [line for line in everything.lines for secret in secrets if secret in line]


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ('1.2.3.4:5 - "WebSocket /live/websocket?_csrf_token=abcd&me=1&vsn=2.0.0" [accepted]', "abcd"),
        ("< cookie: session=eyJ1IjoxfQ.Z1.sig; other=hidden", "hidden"),
        ("b'Authorization', b'Bearer hunter22'", "hunter22"),
        ('["4","4","lv:phx-1","phx_join",{"session":"abc.def","static":"ghi"}]', "abc.def"),
        ("token eyJhIjoxfQ.aS8xMw.AbCdEfGhIjKlMnOpQrStUvWxYz0 in the middle", "AbCdEfGhIjKlMnOpQrStUvWxYz0"),
    ],
)
def test_redaction(line: str, secret: str) -> None:
    for record in (
        logging.LogRecord("x", 20, "f", 1, line.replace("%", "%%"), None, None),
        logging.LogRecord("x", 20, "f", 1, "%s %d", (line, 7), None),
        logging.LogRecord("x", 20, "f", 1, "%(line)s", ({"line": line},), None),
    ):
        assert RedactSecrets("/live").filter(record)
        assert secret not in record.getMessage()
        assert "[redacted]" in record.getMessage()


def test_what_is_no_secret_stays() -> None:
    line = '127.0.0.1:5 - "GET /rooms/12?page=2 HTTP/1.1" 200'
    assert RedactSecrets("/live").redact(line) == line

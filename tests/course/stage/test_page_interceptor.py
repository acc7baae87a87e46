"""What one connection carries: HTTP that is read and changed, frames that are read alone."""

from __future__ import annotations

import json
import random

import h11
import pytest
from websockets.frames import Frame as WebSocketFrame
from websockets.frames import Opcode

from course.lab.link.frames import Frame
from course.stage.page_interceptor import PageInterceptor
from course.stage.tap import REMEMBERED, Tap

SCRIPT = "http://parley.localhost:1/driver.js"
PAGE = b"<!doctype html><html><head><title>Hello</title></head><body>Hello</body></html>"
UPGRADE = b"GET /live/websocket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"


@pytest.fixture
def tap() -> Tap:
    return Tap("Alice", lambda frame: None)


@pytest.fixture
def interceptor(tap: Tap) -> PageInterceptor:
    return PageInterceptor(tap, SCRIPT, "http://parley.localhost:1")


def told(tap: Tap) -> list[tuple[str, str, int]]:
    return [(frame.direction, frame.kind, frame.size) for frame in tap.since(0)]


def get(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: alice", *headers, "", ""]).encode()


def answer(body: bytes, kind: str = "text/html", *headers: str) -> bytes:
    head = ["HTTP/1.1 200 OK", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(head).encode() + body


def read(data: bytes, method: str = "GET") -> tuple[h11.Response, bytes]:
    """Return an answer as a browser reads it."""
    browser = h11.Connection(h11.CLIENT)
    browser.send(h11.Request(method=method, target="/", headers=[("Host", "alice")]))
    browser.send(h11.EndOfMessage())
    browser.receive_data(data)
    head, body = browser.next_event(), b""
    assert isinstance(head, h11.Response)
    while isinstance(event := browser.next_event(), h11.Data):
        body += bytes(event.data)
    assert isinstance(event, h11.EndOfMessage)
    return head, body


def in_pieces(data: bytes, seed: int) -> list[bytes]:
    cuts = sorted(random.Random(seed).sample(range(1, len(data)), 7))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


@pytest.mark.parametrize("seed", range(5))
def test_a_page_gets_the_script_and_its_new_length(interceptor: PageInterceptor, tap: Tap, seed: int) -> None:
    asked = b"".join(
        interceptor.outward(piece) for piece in in_pieces(get("/counter", "Accept-Encoding: gzip"), seed)
    )
    assert asked.startswith(b"GET /counter HTTP/1.1\r\n")
    assert b"gzip" not in asked
    said = b"".join(interceptor.inward(piece) for piece in in_pieces(answer(PAGE), seed))
    head, body = read(said)
    assert body == PAGE.replace(b"<head>", b'<head><script src="%s"></script>' % SCRIPT.encode())
    assert dict(head.headers)[b"content-length"] == str(len(body)).encode()
    assert [(f.kind, f.meaning, f.size) for f in tap.since(0)] == [("page", "GET /counter", len(PAGE))]
    assert tap.status == 200


def test_a_page_in_chunks_is_put_together(interceptor: PageInterceptor) -> None:
    interceptor.outward(get("/"))
    said = interceptor.inward(
        b"HTTP/1.1 404 NOT FOUND\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    for part in (PAGE[:10], PAGE[10:]):
        said += interceptor.inward(b"%x\r\n%s\r\n" % (len(part), part))
    assert said == b"", "nothing goes out before the page is whole"
    head, body = read(interceptor.inward(b"0\r\n\r\n"))
    assert head.status_code == 404
    assert body.endswith(b"Hello</body></html>")
    assert SCRIPT.encode() in body


def test_everything_else_passes_as_it_is_and_the_connection_is_used_again(
    interceptor: PageInterceptor, tap: Tap
) -> None:
    for body, kind in ((b"body { color: red }", "text/css"), (b"\x89PNG\x00", "image/png")):
        interceptor.outward(get("/static/x", "Sec-Fetch-Dest: style"))
        assert read(interceptor.inward(answer(body, kind)))[1] == body
    interceptor.outward(get("/parts", "Sec-Fetch-Dest: empty"))
    assert read(interceptor.inward(answer(PAGE)))[1] == PAGE, "fetched by a script, so not a page"
    assert tap.since(0) == []
    interceptor.outward(get("/"))
    assert SCRIPT.encode() in read(interceptor.inward(answer(PAGE)))[1]


def test_a_form_is_posted_and_led_elsewhere_with_its_cookie(interceptor: PageInterceptor, tap: Tap) -> None:
    form = b"email=alice%40example.org&password=x"
    sent = interceptor.outward(
        b"POST /sign-in HTTP/1.1\r\nHost: a\r\nOrigin: http://a\r\nContent-Length: %d\r\n\r\n%s"
        % (len(form), form)
    )
    assert sent.endswith(b"\r\n\r\n" + form)
    assert b"origin: http://a\r\n" in sent
    said = interceptor.inward(
        b"HTTP/1.1 302 FOUND\r\nLocation: /\r\nSet-Cookie: id=7; HttpOnly\r\n"
        b"Content-Type: text/html\r\nContent-Length: 0\r\n\r\n"
    )
    head, body = read(said, "POST")
    assert [frame.meaning for frame in tap.since(0)] == ["POST /sign-in → 302"]
    assert (head.status_code, body) == (302, b"")
    assert (b"set-cookie", b"id=7; HttpOnly") in list(head.headers)


def test_a_question_for_the_head_alone_has_no_body(interceptor: PageInterceptor) -> None:
    interceptor.outward(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
    head, body = read(
        interceptor.inward(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99\r\n\r\n"),
        "HEAD",
    )
    assert (dict(head.headers)[b"content-length"], body) == (b"99", b"")


def test_not_modified_stays_without_a_body(interceptor: PageInterceptor, tap: Tap) -> None:
    interceptor.outward(get("/"))
    head, body = read(interceptor.inward(b"HTTP/1.1 304 NOT MODIFIED\r\nContent-Type: text/html\r\n\r\n"))
    assert (head.status_code, body) == (304, b"")
    assert tap.since(0) == []


def test_a_server_that_dies_in_the_middle_ends_the_connection(interceptor: PageInterceptor) -> None:
    interceptor.outward(get("/"))
    interceptor.inward(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99\r\n\r\n<p>")
    with pytest.raises(ConnectionResetError):
        interceptor.inward(b"")


def test_what_is_not_http_ends_the_connection(interceptor: PageInterceptor) -> None:
    with pytest.raises(ConnectionResetError):
        interceptor.outward(b"\x16\x03\x01\x02\x00 this is TLS\r\n\r\n")


def frame(text: str, *, mask: bool, opcode: Opcode = Opcode.TEXT, fin: bool = True) -> bytes:
    return WebSocketFrame(opcode, text.encode(), fin=fin).serialize(mask=mask)


def live(interceptor: PageInterceptor) -> None:
    assert interceptor.outward(UPGRADE)
    assert interceptor.inward(SWITCHED).startswith(b"HTTP/1.1 101")


@pytest.mark.parametrize("seed", range(5))
def test_frames_are_read_in_any_pieces_and_pass_untouched(
    interceptor: PageInterceptor, tap: Tap, seed: int
) -> None:
    live(interceptor)
    join = json.dumps(["4", "4", "lv:x", "phx_join", {"url": "http://a/counter"}])
    reply = json.dumps(
        ["4", "4", "lv:x", "phx_reply", {"status": "ok", "response": {"rendered": {"s": ["é"]}}}]
    )
    out = frame(join, mask=True) + frame("", mask=True, opcode=Opcode.PING)
    back = frame("", mask=False, opcode=Opcode.PONG) + frame(reply, mask=False)
    assert b"".join(interceptor.outward(piece) for piece in in_pieces(out, seed)) == out
    assert b"".join(interceptor.inward(piece) for piece in in_pieces(back, seed)) == back
    assert told(tap) == [
        ("sent", "opened", 0),
        ("sent", "join", len(join.encode())),
        ("received", "rendered", len(reply.encode())),
    ]


def test_frames_that_came_with_the_answer_to_the_upgrade_are_not_lost(
    interceptor: PageInterceptor, tap: Tap
) -> None:
    interceptor.outward(UPGRADE)
    early = frame("hello", mask=False)
    assert interceptor.inward(SWITCHED + early).endswith(early)
    assert told(tap) == [("sent", "opened", 0), ("received", "text", 5)]


def test_a_message_in_several_frames_is_one(interceptor: PageInterceptor, tap: Tap) -> None:
    live(interceptor)
    interceptor.inward(frame("hel", mask=False, fin=False))
    interceptor.inward(frame("", mask=False, opcode=Opcode.PING))
    interceptor.inward(frame("lo", mask=False, opcode=Opcode.CONT))
    assert told(tap)[1:] == [("received", "text", 5)]


def test_a_socket_is_closed_once_whoever_ends_it(interceptor: PageInterceptor, tap: Tap) -> None:
    live(interceptor)
    assert (tap.open_sockets, tap.closed_sockets) == (1, 0)
    interceptor.outward(b"")
    interceptor.inward(b"")
    interceptor.ended()
    assert (tap.open_sockets, tap.closed_sockets) == (0, 1)
    assert told(tap)[1:] == [("received", "closed", 0)]


def test_nonsense_on_a_socket_passes_and_is_not_read_any_more(interceptor: PageInterceptor, tap: Tap) -> None:
    live(interceptor)
    assert interceptor.outward(b"\xff\xff\xff\xff") == b"\xff\xff\xff\xff"
    good = frame("hello", mask=True)
    assert interceptor.outward(good) == good
    assert told(tap) == [("sent", "opened", 0)]


def test_marks_hold_when_old_frames_are_forgotten() -> None:
    heard: list[Frame] = []
    tap = Tap("Alice", heard.append)
    for number in range(REMEMBERED + 50):
        if number == REMEMBERED + 40:
            mark = tap.mark()
        tap.page("GET", f"/{number}", 200, 1)
    assert len(heard) == REMEMBERED + 50
    assert [frame.meaning for frame in tap.since(mark)] == [f"GET /{REMEMBERED + n}" for n in range(40, 50)]
    assert len(tap.since(0)) == REMEMBERED
    assert tap.since(tap.mark()) == []

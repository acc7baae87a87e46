"""Pages on their way to a frame."""

from __future__ import annotations

import pytest

from course.stage.documents import is_page, page_headers, request_headers, with_script

SCRIPT = "http://parley.localhost:1/driver.js"
TAG = f'<script src="{SCRIPT}"></script>'.encode()
ORIGIN = "http://parley.localhost:1"


@pytest.mark.parametrize(
    ("page", "changed"),
    [
        (b"<!doctype html><html><head><title>x", b"<!doctype html><html><head>" + TAG + b"<title>x"),
        (b"<HEAD lang='en'><title>x", b"<HEAD lang='en'>" + TAG + b"<title>x"),
        (b"<!DOCTYPE html><p>no head", b"<!DOCTYPE html>" + TAG + b"<p>no head"),
        (b"<p>nothing", TAG + b"<p>nothing"),
        (b"<header>not a head</header>", TAG + b"<header>not a head</header>"),
    ],
)
def test_the_script_comes_before_all_others_and_never_before_the_doctype(page: bytes, changed: bytes) -> None:
    assert with_script(page, SCRIPT) == changed


@pytest.mark.parametrize(
    ("dest", "kind", "is_one"),
    [
        (b"iframe", b"text/html; charset=utf-8", True),
        (b"document", b"text/html", True),
        (None, b"text/html", True),
        (b"empty", b"text/html", False),
        (b"script", b"text/javascript", False),
        (b"iframe", b"application/json", False),
    ],
)
def test_what_is_shown_is_a_page_and_what_is_fetched_is_none(
    dest: bytes | None, kind: bytes, is_one: bool
) -> None:
    asked = [(b"sec-fetch-dest", dest)] if dest else []
    assert is_page(asked, [(b"content-type", kind)]) is is_one


def test_headers_that_forbid_a_frame_go_and_the_length_is_the_new_one() -> None:
    headers = [
        (b"content-type", b"text/html"),
        (b"x-frame-options", b"DENY"),
        (b"content-length", b"3"),
        (b"set-cookie", b"a=1"),
        (b"set-cookie", b"b=2"),
    ]
    assert page_headers(headers, 77, ORIGIN) == [
        (b"content-type", b"text/html"),
        (b"set-cookie", b"a=1"),
        (b"set-cookie", b"b=2"),
        (b"content-length", b"77"),
    ]


@pytest.mark.parametrize(
    ("policy", "loosened"),
    [
        (b"frame-ancestors 'none'", None),
        (b"img-src 'self'; frame-ancestors 'none'", b"img-src 'self'"),
        (b"script-src 'self'", b"script-src 'self' http://parley.localhost:1"),
        (b"script-src 'none'", b"script-src http://parley.localhost:1"),
        (b"default-src 'self'", b"default-src 'self'; script-src 'self' http://parley.localhost:1"),
        (b"default-src 'none'", b"default-src 'none'; script-src http://parley.localhost:1"),
    ],
)
def test_a_content_security_policy_lets_the_stage_in_and_nobody_else(
    policy: bytes, loosened: bytes | None
) -> None:
    headers = dict(page_headers([(b"content-security-policy", policy)], 0, ORIGIN))
    assert headers.get(b"content-security-policy") == loosened


def test_compression_is_not_offered_to_the_server() -> None:
    headers = [
        (b"host", b"x"),
        (b"accept-encoding", b"gzip"),
        (b"sec-websocket-extensions", b"permessage-deflate"),
    ]
    assert request_headers(headers) == [(b"host", b"x")]

"""Changes of a page on its way to a frame of the stage, so that the stage can show it and act in it."""

from __future__ import annotations

import re
from collections.abc import Iterable

Headers = list[tuple[bytes, bytes]]

_BEFORE_SCRIPT = (re.compile(rb"<head(?:\s[^<>]*+)?>", re.I), re.compile(rb"<!doctype[^<>]*+>", re.I))
# The destinations of requests whose answer the browser shows as a page.
_SHOWN = (b"document", b"iframe", b"frame")


def is_page(asked: Iterable[tuple[bytes, bytes]], answered: Iterable[tuple[bytes, bytes]]) -> bool:
    """Return whether a response is a page that the browser will show.

    Args:
        asked: the request's headers, names in lower case.
        answered: the response's headers, names in lower case.
    """
    request, response = dict(asked), dict(answered)
    shown = request.get(b"sec-fetch-dest", b"document") in _SHOWN
    return shown and response.get(b"content-type", b"").split(b";")[0].strip() == b"text/html"


def with_script(page: bytes, address: str) -> bytes:
    """Return the page with our script at the beginning of its head, so that it runs before all others."""
    tag = f'<script src="{address}"></script>'.encode()
    for place in _BEFORE_SCRIPT:
        if found := place.search(page):
            return page[: found.end()] + tag + page[found.end() :]
    return tag + page


def page_headers(headers: Iterable[tuple[bytes, bytes]], length: int, origin: str) -> Headers:
    """Return a page's headers, with its new length, and changed so that the stage may show it in a frame.

    Args:
        headers: the headers that the server has sent, names in lower case.
        length: the bytes of the changed page.
        origin: the stage's own origin, which serves our script.
    """
    kept: Headers = []
    for name, value in headers:
        if name in (b"content-length", b"transfer-encoding", b"x-frame-options", b"etag"):
            continue
        if name in (b"content-security-policy", b"content-security-policy-report-only"):
            value = _loosened(value, origin.encode())
            if not value:
                continue
        kept.append((name, value))
    return [*kept, (b"content-length", str(length).encode())]


def request_headers(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return a request's headers without the offers of compression, so that the response can be read."""
    dropped = (b"accept-encoding", b"sec-websocket-extensions")
    return [(name, value) for name, value in headers if name not in dropped]


def _loosened(policy: bytes, origin: bytes) -> bytes:
    """Return a content security policy that allows the stage to frame the page and to add its script."""
    kept = []
    for directive in filter(None, (part.strip() for part in policy.split(b";"))):
        name = directive.split()[0].lower()
        if name == b"frame-ancestors":
            continue
        if name in (b"script-src", b"script-src-elem"):
            directive = directive.replace(b" 'none'", b"") + b" " + origin
        kept.append(directive)
    names = {directive.split()[0].lower() for directive in kept}
    if b"default-src" in names and b"script-src" not in names:
        fallback = next(d for d in kept if d.split()[0].lower() == b"default-src").split()[1:]
        sources = [source for source in fallback if source != b"'none'"]
        kept.append(b" ".join([b"script-src", *sources, origin]))
    return b"; ".join(kept)

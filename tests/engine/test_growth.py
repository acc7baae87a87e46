"""Nothing that reads what strangers write takes longer than in proportion to its length.

Each regular expression of the packages, and each loop, is tried on texts that grow: twice the text may take
2.5 times as long. The patterns are found in the source; see `support.patterns` and `support.growth`.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import orjson
import pytest
from engine.app import make_app
from support.growth import MOST, applied, growth
from support.patterns import Pattern, hostile, patterns
from wtforms import FieldList, Form, StringField

from course.lab.link.decoder import Decoder
from course.stage.documents import with_script
from messenger.params import id_in, key_in, text_in
from quart_live import csrf
from quart_live.errors import MalformedEventError, MalformedFrameError
from quart_live.form.reading import FormData
from quart_live.form.rows import NEW_FROM, rows_of
from quart_live.logs import LONGEST, RedactSecrets
from quart_live.protocol import form_data
from quart_live.protocol.frames import parse_binary, parse_text, read
from quart_live.protocol.json_depth import is_too_deep
from quart_live.protocol.tokens import Tokens
from quart_live.router import query_params
from quart_live.socket import origin
from quart_live.stash.join_params import JoinParams
from quart_live.uploads.accept import Accept
from quart_live.uploads.descriptions import read_entries
from quart_live.uploads.entries import Upload
from quart_live.view.registry import ViewRegistry

# Patterns for prose that the authors of the course have written, as the checks of the repository read it.
OF_AUTHORS = (
    "chapters/course/source/schedule.py",
    "chapters/course/author/site/pages.py",
    "chapters/course/author/weave.py",
)

PATTERNS = [p for p in patterns() if not p.place.startswith(OF_AUTHORS)]


def test_the_patterns_are_found() -> None:
    """A test that looks at nothing would pass as well."""
    places = {pattern.place.rpartition(":")[0] for pattern in PATTERNS}
    assert {
        "app/quart_live/logs.py",
        "app/quart_live/protocol/frames.py",
        "chapters/course/stage/log.py",
    } <= places
    assert len(PATTERNS) >= 40


@pytest.mark.parametrize("found", PATTERNS, ids=lambda found: f"{found.place} {found.pattern.pattern!r:.30}")
def test_pattern_takes_no_longer_than_its_text(found: Pattern) -> None:
    for method in sorted(found.methods):
        work = applied(found.pattern, method)
        for make in hostile(found.pattern):
            ratio = growth(work, make)
            assert ratio <= MOST, f"{method} on {make(60)!r}…: {ratio:.1f} times as long for twice"


@pytest.mark.parametrize("pattern", [r"[\w-]{4,}\.[\w-]{5,}\.[\w-]{20,}", r"<head(?:\s[^>]*)?>"])
def test_a_pattern_that_takes_longer_is_noticed(pattern: str) -> None:
    work = applied(re.compile(pattern), "sub")
    ratios = (growth(work, make) for make in hostile(re.compile(pattern)))
    assert any(ratio > MOST for ratio in ratios)


class RowsForm(Form):
    names = FieldList(StringField())


def _quietly(work: Callable[[Any], object]) -> Callable[[Any], object]:
    """Refusing is an answer too; how long it takes counts all the same."""

    def run(given: Any) -> None:
        with contextlib.suppress(MalformedEventError, MalformedFrameError):
            work(given)

    return run


def _event(given: str) -> bytes:
    return orjson.dumps(["1", "2", "lv:x", "event", {"value": given}])


_redacting = RedactSecrets("/live")
_upload = Upload("files", Accept([".png"]), max_entries=20)
_tokens = Tokens(lambda: ["secret"])
_session: dict[str, Any] = {}
_csrf = csrf.issue(_session)


def _entries(count: int) -> list[dict[str, Any]]:
    return [{"ref": str(n), "name": f"{n}.png", "size": 1} for n in range(count)]


def _kept(count: int) -> JoinParams:
    return JoinParams.read(
        {"_stash": {"kept": {f"user/view{n}/x": "x" for n in range(count)}}}, navigated=False
    )


def _log(text: str) -> None:
    record = logging.LogRecord("uvicorn.access", 20, "", 0, "%s - %s", ("127.0.0.1:1", text), None)
    _redacting.filter(record)


LOOPS: dict[str, tuple[Callable[[Any], object], Callable[[int], Any]]] = {
    "a path in the log": (_log, lambda n: "/" + "a" * n),
    "dots in the log": (_log, lambda n: "/" + "aaaaa." * (n // 6)),
    "names in the log": (_log, lambda n: "token=" * (n // 6)),
    "a frame of text": (lambda t: read({"text": t}, n_bytes, 64), lambda n: _event("[{" * (n // 2)).decode()),
    "a frame too long": (lambda t: read({"text": t}, 100, 64), lambda n: '["' * (n // 2)),
    "a frame of bytes": (parse_binary, lambda n: b"\0\1\1\4\5" + b"x" * n),
    "wide JSON": (parse_text, lambda n: json.dumps(["1", "2", "lv:x", "event", [[]] * (n // 3)])),
    "deep JSON": (lambda v: is_too_deep("[" * 100, v), lambda n: [[{} for _ in range(n // 10)]] * 5),
    "form fields": (
        lambda t: form_data.decode(t, 10**9),
        lambda n: "&".join(f"a{i}=1" for i in range(n // 8)),
    ),
    "form fields of one name": (lambda t: form_data.decode(t, 10**9), lambda n: "a[]=1&" * (n // 6)),
    "nested form fields": (lambda t: form_data.decode(t, 10**9), lambda n: "a[b][][c]=1&" * (n // 12)),
    "brackets": (form_data.split_name, lambda n: "a" + "[b]" * (n // 3)),
    "broken brackets": (form_data.split_name, lambda n: "a" + "[" * n + "]"),
    "a query": (query_params, lambda n: "a=1&" * (n // 4)),
    "escapes": (query_params, lambda n: "a=" + "%C3" * (n // 3)),
    "new rows": (lambda v: rows_of(v, "m"), lambda n: {"_sort_m": ["new"] * (n // 4)}),
    "rows of one identity": (
        lambda v: rows_of(v, "m"), lambda n: {"_sort_m": [f"{i}:7" for i in range(n // 8)]}
    ),
    "moves of rows": (
        lambda v: rows_of(v, "m"),
        lambda n: {"_sort_m": [str(i) for i in range(n // 8)], "_move_m": [f"up:{n // 8 - 1}"] * (n // 8)},
    ),
    "form data": (lambda v: RowsForm(FormData(v, "", ())), lambda n: {"_sort_names": ["new"] * (n // 40)}),
    "a CSRF token": (lambda t: csrf.matches(_session, t), lambda n: "A" * n),
    "a token": (_tokens.read_session, lambda n: "a" * n + ".b.c"),
    "dots of a token": (_tokens.read_session, lambda n: "." * n),
    "the age of a token": (_tokens.claimed_age, lambda n: "a." + "A" * n + ".c"),
    "an origin": (
        lambda t: origin.is_allowed({"headers": [(b"origin", t), (b"host", b"x")]}),
        lambda n: b"http://" + b"@" * n,
    ),
    "what the stash kept": (
        lambda v: [v.of("user", f"view{i}") for i in range(len(v.kept))],
        lambda n: _kept(n // 10),
    ),
    "chosen files": (
        lambda v: Upload("f", Accept("any")).add(read_entries(_upload, v)),
        lambda n: _entries(n // 10),
    ),
    "a file's name": (lambda t: Accept([".png"]).takes(t, ""), lambda n: "." * n),
    "a name in a token": (ViewRegistry().named, lambda n: "a" * n),
    "an id": (lambda t: id_in({"id": t}, "id"), lambda n: "9" * n),
    "a key": (lambda t: key_in({"key": t}, "key"), lambda n: "-" * n),
    "a text": (lambda t: text_in({"text": t}, "text"), lambda n: "\0a" * (n // 2)),
    "the lab's words for a frame": (
        lambda t: Decoder().decode(t, sent=True),
        lambda n: json.dumps(["1", "2", "lv:x", "event", {"type": "form", "value": "a=%20&" * n}]),
    ),
    "a page on the stage": (lambda t: with_script(t, "/s.js"), lambda n: b"<head " * (n // 6)),
}  # fmt: skip
n_bytes = 10**9


@pytest.mark.parametrize("name", LOOPS)
def test_loop_takes_no_longer_than_its_input(name: str) -> None:
    work, make = LOOPS[name]
    ratio = growth(_quietly(work), make)
    assert ratio <= MOST, f"{ratio:.1f} times as long for twice the input"


def test_a_list_has_no_more_rows_than_a_form_can_send() -> None:
    flood: tuple[dict[str, Any], ...] = (
        {"_sort_m": ["new"] * 30_000},
        {"m": {str(n): {} for n in range(30_000)}},
    )
    for sent in flood:
        assert len(rows_of(sent, "m")) == NEW_FROM
    assert len(rows_of({"_sort_m": ["1"] * 9, "m": {"1": {}}}, "m")) == 1, "a row named twice is one"


def test_a_long_line_of_the_log_is_short_and_has_no_secret() -> None:
    secret = "eyJhIjoxfQ.aabbcc." + "s" * 40
    start = "/" + "a" * (LONGEST - 30) + "?x="
    for text in (f"GET {start}{secret}&y=1", f"GET {start}{secret}", start + secret * 100):
        told = RedactSecrets("/live").redact(text)
        assert "s" * 10 not in told
        assert len(told) <= LONGEST + 60
        assert told.endswith("characters left out]")
    stream = io.StringIO()
    logger = logging.Logger("test")
    logger.addHandler(logging.StreamHandler(stream))
    logger.addFilter(RedactSecrets("/live"))
    logger.info("GET %s", "/" + "a" * 60_000)
    assert stream.getvalue() == "GET /… [60000 characters left out]\n"


def _address(unit: str, length: int) -> str:
    return "http://x/rooms/" + unit * (length // len(unit))


async def test_addresses_are_matched_in_proportion_to_their_length() -> None:
    app = make_app()
    live = app.extensions["quart_live"]
    for unit in ("/", "/a", "%2e", "[a]", "?", "&a"):
        ratio = growth(live.runtime.routes.match, partial(_address, unit))
        assert ratio <= MOST, unit

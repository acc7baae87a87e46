"""What goes over the wire for components: holding it back, and looking at it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from quart_live import LiveViewTest


@contextmanager
def silent(page: LiveViewTest) -> Iterator[None]:
    """Keep the test's browser from reporting which components disappear."""
    page.removals.muted = True
    yield
    page.removals.muted = False


def replayed(page: LiveViewTest) -> list[dict[str, Any]]:
    """All that the page's browser took, in order, for `ClientMerge.replay`: diffs, resets, removals."""
    found: list[dict[str, Any]] = []
    waiting: dict[str, str] = {}
    for way, text in page.socket.frames:
        _, ref, _, event, payload = json.loads(text)
        if way == ">":
            waiting[ref] = event
            if event == "cids_will_destroy" and payload["cids"]:
                found.append({"reset": payload["cids"]})
        elif event == "diff":
            found.append(payload)
        elif event == "phx_reply":
            response = payload["response"]
            found += [response[key] for key in ("rendered", "diff") if key in response]
            if waiting.get(ref) == "cids_destroyed" and response["cids"]:
                found.append({"prune": response["cids"]})
    return found


def diffs(page: LiveViewTest, since: int = 0) -> list[dict[str, Any]]:
    """Return the joins and diffs that were sent after frame number `since`."""
    found = []
    for way, text in page.socket.frames[since:]:
        _, _, _, event, payload = json.loads(text)
        if way == "<" and event == "diff":
            found.append(payload)
        elif way == "<" and event == "phx_reply":
            found += [payload["response"][key] for key in ("rendered", "diff") if key in payload["response"]]
    return found

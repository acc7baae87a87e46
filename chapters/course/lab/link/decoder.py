"""`Decoder`: the meaning of a frame of the LiveView protocol, in one phrase."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

SHORT = 48


@dataclass(frozen=True)
class Decoded:
    """A decoded frame; see `course.lab.link.frames.Frame` for the attributes."""

    event: str
    kind: str
    meaning: str
    topic: str = ""
    payload: Any = None
    join_ref: str | None = None
    ref: str | None = None


class Decoder:
    """A decoder for the frames of one socket; it remembers requests, to tell what a reply answers."""

    def __init__(self) -> None:
        self._asked: dict[tuple[str, str], str] = {}

    def decode(self, raw: str | bytes, *, sent: bool) -> Decoded:
        """Decode one frame. A frame that is not of the protocol has kind ``text``."""
        if isinstance(raw, bytes):
            return Decoded("", "text", f"{len(raw)} raw bytes", payload=raw)
        try:
            join_ref, ref, topic, event, payload = json.loads(raw)
        except (ValueError, TypeError):
            return Decoded("", "text", _plain(raw), payload=raw)
        if not isinstance(topic, str) or not isinstance(event, str):
            return Decoded("", "text", _plain(raw), payload=raw)
        asked = None
        if sent and ref is not None:
            self._asked[topic, ref] = event
        elif event == "phx_reply":
            asked = self._asked.pop((topic, ref), None)
        body = payload if isinstance(payload, dict) else {}
        kind, meaning = _outward(event, topic, body) if sent else _inward(event, body, asked)
        return Decoded(event, kind, meaning, topic, payload, join_ref, ref)


def _outward(event: str, topic: str, body: dict[str, Any]) -> tuple[str, str]:
    if event == "phx_join":
        place = body.get("url") or body.get("redirect")
        again = body.get("params", {}).get("_mounts", 0) if isinstance(body.get("params"), dict) else 0
        verb = "join again" if again else "join"
        return "join", f"{verb} the view at {_path(place)}" if place else f"{verb} a nested view"
    if event == "event":
        return "event", _user_event(body)
    if event == "heartbeat":
        return "heartbeat", "are you there?"
    if event == "phx_leave":
        return "leave", "leave this view"
    if event == "live_patch":
        return "patch", f"the address becomes {_path(body.get('url'))}"
    if event in ("cids_will_destroy", "cids_destroyed"):
        return "event", f"components {', '.join(map(str, body.get('cids', [])))} are gone from the page"
    return "event", f"{event} on {topic}"


def _inward(event: str, body: dict[str, Any], asked: str | None) -> tuple[str, str]:
    if event == "phx_reply":
        return _reply(body, asked)
    if event == "diff":
        return "diff", diff_meaning(body)
    if event == "phx_error":
        return "crash", "this view crashed; the others go on"
    if event == "phx_close":
        return "close", "this view has ended"
    if event in ("live_patch", "live_redirect", "redirect"):
        return "patch", f"{event.replace('_', ' ')} to {body.get('to')}"
    return "event", event


def _reply(body: dict[str, Any], asked: str | None) -> tuple[str, str]:
    response = body.get("response")
    response = response if isinstance(response, dict) else {}
    if body.get("status") != "ok":
        told = response.get("reason") or ", ".join(response) or "no reason"
        return "error", f"refused: {told}" + (f" ({response['status']})" if "status" in response else "")
    if asked == "heartbeat":
        return "heartbeat", "still here"
    if "rendered" in response:
        return "rendered", _rendered_meaning(response["rendered"])
    if asked == "phx_leave":
        return "leave", "left"
    for name in ("redirect", "live_redirect", "live_patch"):
        if name in response:
            return "patch", f"{name.replace('_', ' ')} to {response[name].get('to')}"
    if "diff" in response:
        return "reply", diff_meaning(response["diff"])
    return "reply", "done, nothing to change"


def _user_event(body: dict[str, Any]) -> str:
    name, kind, value = body.get("event", ""), body.get("type") or "push", body.get("value")
    said = f'{kind} "{name}"'
    if kind == "form" and isinstance(value, str):
        fields = parse_qsl(value, keep_blank_values=True)
        told = [(key, text) for key, text in fields if "_unused_" not in key and not key.startswith("_csrf")]
        shown = ", ".join(f'{key} = "{_cut(text, 24)}"' for key, text in told)
        return f"{said}: {_cut(shown, 80)}" if shown else said
    return said + _values(value)


def _values(value: Any) -> str:
    """Return the values that a hook has sent or got, by name, after a colon; empty when there are none."""
    told = value.items() if isinstance(value, dict) else ()
    shown = [
        f"{key} = {_cut(json.dumps(text, ensure_ascii=False), 24)}"
        for key, text in told
        if text not in ("", None, False)
    ]
    return f": {_cut(', '.join(shown), 80)}" if shown else ""


def _rendered_meaning(tree: Any) -> str:
    statics, dynamics = count_parts(tree)
    return f"the whole view: {_count(statics, 'static')}, {_count(dynamics, 'dynamic')}"


def count_parts(tree: Any) -> tuple[int, int]:
    """Count the static strings and dynamic parts of a rendered tree, with branches and loop bodies."""
    if isinstance(tree, dict):
        own = tree.get("s")
        statics = len(own) if isinstance(own, list) else 0
        dynamics = sum(1 for key in tree if key.isdecimal())
        below = [count_parts(value) for key, value in tree.items() if key not in ("s", "e", "stream")]
        return statics + sum(pair[0] for pair in below), dynamics + sum(pair[1] for pair in below)
    return 0, 0


def diff_meaning(diff: Any) -> str:
    """Describe a diff: the parts that it changes, and the new value when that is one short text."""
    if not isinstance(diff, dict):
        return "a diff"
    told = []
    parts = {key: value for key, value in diff.items() if key.isdecimal()}
    if len(parts) == 1:
        key, value = next(iter(parts.items()))
        told.append(f"part {key} {_part_meaning(value)}")
    elif parts:
        told.append(f"parts {_listing(list(parts))} change")
    if "k" in diff:
        told.append(_part_meaning(diff))
    if "c" in diff:
        told.append(f"{_count(len(diff['c']), 'component')} changed")
    if "t" in diff:
        told.append(f'the title becomes "{_cut(str(diff["t"]))}"')
    told.extend(f'pushes "{event[0]}" to the page' for event in diff.get("e", ()) if event)
    if "r" in diff and not isinstance(diff["r"], int):
        told.append("answers the hook" + _values(diff["r"]))
    return "; ".join(told) or "nothing changes"


def _part_meaning(value: Any) -> str:
    if isinstance(value, str):
        return f'becomes "{_cut(value)}"' if value else "becomes empty"
    if not isinstance(value, dict):
        return "changes"
    if isinstance(rows := value.get("k"), dict):
        sent = [key for key in rows if key.isdecimal()]
        whole = " (new loop)" if "s" in value else ""
        return f"is a loop of {rows.get('kc', '?')}, {_count(len(sent), 'row')} sent{whole}"
    return "is another branch" if "s" in value else "changes inside"


def _listing(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _cut(text: str, length: int = SHORT) -> str:
    # A page may send half of a surrogate pair, which no terminal can print.
    text = " ".join(text.encode("utf-8", "backslashreplace").decode().split())
    return text if len(text) <= length else text[: length - 1] + "…"


def _path(url: Any) -> str:
    text = str(url)
    after = text.split("//", 1)[-1]
    return "/" + after.split("/", 1)[1] if "/" in after else "/"


def _plain(raw: str) -> str:
    if raw.lstrip().startswith("<"):
        return f"{len(raw):,} characters of HTML"
    return _cut(raw) or "an empty frame"

"""Is this browser allowed to have this view?

The checks follow Phoenix (``lib/phoenix_live_view/channel.ex``): the tokens are ours, fresh enough and made
for this very element; the address still leads to the view that the token names; a live navigation stays
within its live session.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import JoinRefused
from ..protocol.frames import Message
from ..protocol.tokens import SessionClaims
from ..router import Match
from ..view.view import LiveView
from .base import TOPIC_PREFIX
from .family import parent_of

if TYPE_CHECKING:
    from ..runtime.runtime import Runtime
    from .base import BaseChannel, ChannelBrowser

log = logging.getLogger("quart_live.channel")

FRESH_SECONDS = 10

STALE = {"reason": "stale"}
UNAUTHORIZED = {"reason": "unauthorized"}

NO_CSRF = (
    "the CSRF token is missing or wrong. Does the layout have {{ csrf_meta_tag() }}, "
    "does the script pass it on in params, do cookies reach the server?"
)
NOT_OURS = "its token is not ours. Do all processes have the same SECRET_KEY?"


@dataclass(frozen=True, slots=True)
class Admission:
    """A join that may go on.

    Attributes:
        view: the class to mount.
        match: what the address means; no route for a view in an ordinary page.
        claims: the verified session token.
        uri: the full address of the page; empty for sticky views.
        params: the client's connect params.
        navigated: whether the browser came by live navigation.
        flash: messages for the first rendering.
        parent: the channel of the view around it, for a nested view.
        sticky: whether it is a sticky view.
    """

    view: type[LiveView]
    match: Match
    claims: SessionClaims
    uri: str
    params: Mapping[str, Any]
    navigated: bool
    flash: Mapping[str, str]
    parent: BaseChannel | None = None
    sticky: bool = False


def admit(runtime: Runtime, browser: ChannelBrowser, message: Message) -> Admission:
    """Check a ``phx_join``.

    Raises:
        JoinRefused: with the reason for the client.
    """
    payload = message.payload if isinstance(message.payload, dict) else {}
    claims = _claims(runtime, browser, message.topic.removeprefix(TOPIC_PREFIX), payload)
    parent = parent_of(browser, claims.parent_id)
    url, target = payload.get("url"), payload.get("redirect")
    if isinstance(target, str):
        view, match = _navigation_target(runtime, browser, claims, target)
    else:
        view, match = _own_address(runtime, browser, claims, url)
    params = payload["params"] if isinstance(payload.get("params"), dict) else {}
    flash: Mapping[str, str] = {}
    if params.get("_mounts") == 0:  # on a rejoin the user has seen it already
        flash = _flash(runtime, payload, navigated=isinstance(target, str))
    uri = target if isinstance(target, str) else url if isinstance(url, str) else ""
    if parent is not None and parent.view is not None:
        uri = parent.view.uri
    sticky = payload.get("sticky") is True and claims.router is None and parent is None
    return Admission(view, match, claims, uri, params, isinstance(target, str), flash, parent, sticky)


def _claims(
    runtime: Runtime, browser: ChannelBrowser, element_id: str, payload: Mapping[str, Any]
) -> SessionClaims:
    token, static = payload.get("session"), payload.get("static")
    claims = runtime.tokens.read_session(token)
    if browser.session is None:
        raise _stale(runtime, token, NO_CSRF)
    if claims is None or claims.element_id != element_id:
        raise _stale(runtime, token, NOT_OURS)
    if static is not None and static != "":
        read = runtime.tokens.read_static(static)
        if read is None or read[0] != element_id:
            raise _stale(runtime, token, NOT_OURS)
    return claims


def _stale(runtime: Runtime, token: object, why: str) -> JoinRefused:
    """Refuse a token. ``stale`` makes the browser load the page anew at once, which gives it fresh tokens.

    But if the page has only just been made, or this very page was told so a moment ago and has come out of
    some cache again, the next one would fare no better, and the browser would reload as fast as it can. Then
    give a reason that the client does not know: it waits a random 5 to 10 seconds and counts its attempts.
    """
    age = runtime.tokens.claimed_age(token)
    is_first = runtime.told_to_reload.is_first(str(token), runtime.tokens.clock())
    if (age is not None and age < FRESH_SECONDS) or not is_first:
        log.warning("Refused the join of a page made %d s ago: %s", max(0, age or 0), why)
        return JoinRefused({"reason": "refused"})
    log.info("Refused a join: %s", why)
    return JoinRefused(STALE)


def _navigation_target(
    runtime: Runtime, browser: ChannelBrowser, claims: SessionClaims, target: str
) -> tuple[type[LiveView], Match]:
    match = runtime.routes.match(target, browser.root_path)
    if match is None or match.route is None or match.route.router.name != claims.router:
        raise JoinRefused(UNAUTHORIZED)
    loaded = runtime.views.named(claims.view)
    if loaded is None or (loaded.layout or match.route.router.layout) != match.route.layout:
        raise JoinRefused(UNAUTHORIZED)  # another page around the view: only a page load brings it
    return match.route.view, match


def _own_address(
    runtime: Runtime, browser: ChannelBrowser, claims: SessionClaims, url: object
) -> tuple[type[LiveView], Match]:
    view = runtime.views.named(claims.view)
    match = runtime.routes.match(url, browser.root_path) if isinstance(url, str) else None
    if view is None:
        raise _lost(runtime, browser, claims, url)
    if claims.router is None:
        return view, Match(match.params if match is not None else {})
    if match is None or match.route is None or match.route.view is not view:
        raise _lost(runtime, browser, claims, url)
    if match.route.router.name != claims.router:
        raise _lost(runtime, browser, claims, url)
    return view, match


def _lost(runtime: Runtime, browser: ChannelBrowser, claims: SessionClaims, url: object) -> JoinRefused:
    """Refuse a page whose address does not lead to its view. Loaded anew, it should; if not, see `_stale`."""
    cookie = browser.info.headers.get("Cookie")
    if runtime.told_to_reload.is_first(f"{cookie} {claims.view} {url}", runtime.tokens.clock()):
        return JoinRefused(UNAUTHORIZED)
    log.warning(
        "Reloaded, a page of %s still has an address that leads elsewhere. Does a proxy take a prefix "
        "off it? Then tell the server, for example uvicorn --root-path /chat",
        claims.view,
    )
    return JoinRefused({"reason": "refused"})


def _flash(runtime: Runtime, payload: Mapping[str, Any], *, navigated: bool) -> Mapping[str, str]:
    """A navigation brings its own flash; the static token of the old page belongs to that page."""
    if navigated:
        return runtime.tokens.read_flash(payload.get("flash"))
    read = runtime.tokens.read_static(payload.get("static"))
    return read[1] if read is not None else {}

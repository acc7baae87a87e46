"""Steps that the first render over HTTP and the join over the socket have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard
from urllib.parse import urljoin

from werkzeug.exceptions import HTTPException

from ..errors import LiveViewError, TooManyPatchesError
from ..protocol.asgi import below
from ..router import LiveRoutes, Match
from ..view.lifecycle_hooks import with_hooks
from ..view.mount_hooks import hooks_of
from ..view.navigation import MAX_PATCHES, Navigate, Patch, Redirect, same_page
from ..view.state import state_of
from ..view.view import LiveView


@dataclass(slots=True)
class Outcome:
    """The navigation that callbacks have asked for.

    Attributes:
        patches: the patches that were carried out, in order.
        for_root: the patch of a nested view, for the page's root view, whose address it changes.
        leave: the navigation that ends the view, if any.
    """

    patches: list[Patch] = field(default_factory=list)
    for_root: Patch | None = None
    leave: Navigate | Redirect | None = None


async def enter(
    view: LiveView, match: Match, session: Mapping[str, Any], uri: str, routes: LiveRoutes
) -> Outcome:
    """Mount ``view``, after its `on_mount` hooks, and let it handle its address.

    Args:
        view: a fresh view.
        match: the match of the address; if it has a live route, `handle_params` runs as well.
        session: the session for mount; the view gets its own copy.
        uri: the full address.
        routes: the app's live routes, for patches of the view.

    Raises:
        LiveViewError: if the view redirects to its own address, which would go on for ever; if it patches in
            mount; or as `follow`.
        TooManyPatchesError: as `follow`.
        Exception: any exception of a hook, of `mount` or of `handle_params`.
    """
    state = state_of(view)
    _set_address(view, match, uri)
    if await _may_mount(view, match, session):
        with state.host.telemetry.view_span("live_view.mount", view):
            await view.mount(dict(match.params), dict(session))
    state.restored = None
    if isinstance(state.navigation, Patch):
        raise LiveViewError(
            f"{type(view).__name__} calls push_patch in mount, which does not work; "
            "call it in handle_params, or use push_navigate"
        )
    if state.navigation is None and match.route is not None:
        await _handle_params(view, match, uri)
    outcome = await follow(view, routes)
    if outcome.leave is not None and same_page(uri, outcome.leave.to):
        raise LiveViewError(
            f"{type(view).__name__} redirects to its own address {outcome.leave.to!r} while it mounts; "
            "redirect to another address, or only under a condition"
        )
    return outcome


def _set_address(view: LiveView, match: Match, uri: str) -> None:
    state = state_of(view)
    view.uri, state.route = uri, match.route
    state.assigns.update({"live_action": match.route.action if match.route is not None else None})


async def _may_mount(view: LiveView, match: Match, session: Mapping[str, Any]) -> bool:
    if match.route is not None and not await match.route.router.hooks.run(view, match.params, session):
        return False
    return await hooks_of(type(view)).run(view, match.params, session)


async def follow(view: LiveView, routes: LiveRoutes) -> Outcome:
    """Carry out the patches that callbacks ask for, until there is none or the view leaves.

    Args:
        view: the view.
        routes: the app's live routes.

    Raises:
        LiveViewError: if a patch leads out of the view.
        HTTPException: if `handle_params` raises one that stands for a failure of the server, such as 500.
        TooManyPatchesError: if there are too many.
        Exception: any other exception of `handle_params`.
    """
    outcome, state = Outcome(), state_of(view)
    while (navigation := state.take_navigation()) is not None:
        if not isinstance(navigation, Patch):
            outcome.leave = navigation
            break
        if state.host.parent is not None:
            outcome.for_root = navigation
            break
        match = routes.match(navigation.to, state.host.root_path)
        if not can_patch(match, view):
            raise LiveViewError(_no_patch(view, navigation.to))
        outcome.patches.append(navigation)
        if len(outcome.patches) > MAX_PATCHES:
            raise TooManyPatchesError(
                f"{type(view).__name__}.handle_params patched {MAX_PATCHES} times in a row; "
                "call push_patch only if the address is not the wanted one"
            )
        try:
            await patch(view, match, urljoin(view.uri, navigation.to))
        except HTTPException as error:
            outcome.leave = as_page(error, outcome.patches.pop().to)
            state.take_navigation()
            break
    return outcome


def as_page(error: HTTPException, to: str) -> Redirect:
    """Return the redirect for an ``abort(404)`` in `handle_params`: the browser loads the address as a page.

    The page is answered with that status and the app's error page. Over the socket there is no error page.

    Args:
        error: the exception of `handle_params`.
        to: the address that `handle_params` was given.

    Raises:
        HTTPException: ``error`` again, if it stands for a failure of the server.
    """
    if error.code is not None and not 400 <= error.code < 500:
        raise error
    return Redirect(to)


def can_patch(match: Match | None, view: LiveView) -> TypeGuard[Match]:
    """Return whether ``view`` can stay at an address: it has the same class and the same live session."""
    here, there = state_of(view).route, match.route if match is not None else None
    return here is not None and there is not None and there.view is type(view) and there.router is here.router


def _no_patch(view: LiveView, to: str) -> str:
    name = type(view).__name__
    state = state_of(view)
    if state.route is None:
        return f"push_patch({to!r}): this {name} is part of a page and has no address; use push_navigate"
    root = state.host.root_path
    if root and below(to, root) is None:
        return f"push_patch({to!r}): the app is mounted at {root!r}; make addresses with self.url_for(…)"
    return f"push_patch({to!r}) leads out of {name}; use push_navigate or redirect"


async def patch(view: LiveView, match: Match, uri: str) -> None:
    """Give ``view`` a new address and call its `handle_params`. Only the flash of this turn stays.

    Args:
        view: the view.
        match: the match of the address.
        uri: the full address.

    Raises:
        Exception: any exception of a hook or of `handle_params`.
    """
    state = state_of(view)
    state.show_flash(state.flash)
    _set_address(view, match, uri)
    await _handle_params(view, match, uri)


async def _handle_params(view: LiveView, match: Match, uri: str) -> None:
    with state_of(view).host.telemetry.view_span("live_view.handle_params", view, uri=uri):
        await with_hooks(view, "handle_params", view.handle_params, match.params, uri)

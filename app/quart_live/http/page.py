"""The page of a view: an ordinary HTTP page with the view's HTML and the tokens with which its socket joins.

The page is complete without JavaScript. The script then opens the socket and sends the tokens back, and the
view is mounted again, to stay.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from quart import (
    Response,
    abort,
    after_this_request,
    g,
    get_flashed_messages,
    make_response,
    redirect,
    render_template,
    request,
)
from werkzeug.exceptions import default_exceptions

from ..channel.mounting import Outcome
from ..mailbox.faults import AsExceptions
from ..nested.placing import write_element
from ..protocol.flash import COOKIE as FLASH_COOKIE
from ..protocol.tokens import FLASH_MAX_AGE, SessionClaims
from ..router import LiveRoute
from ..stash.second_try import with_second_try
from ..view.state import state_of
from ..view.view import LiveView
from ..wellformed import well_formed
from . import head
from .first_render import LeftFromInsideError, mounted_first, render_first

if TYPE_CHECKING:
    from ..runtime.runtime import Runtime

RELOAD_COOKIE = "__phoenix_reload_status__"
CACHE_CONTROL = (
    "no-store"  # a page from a cache has old tokens, and its join would be refused again and again
)


async def render_route(runtime: Runtime, route: LiveRoute) -> Response:
    """Answer the GET request for a live route.

    Raises:
        Exception: any exception of the view or of a template.
    """
    with AsExceptions(passes_cancelled=False):
        return await with_second_try(lambda: _render_route(runtime, route))


async def _render_route(runtime: Runtime, route: LiveRoute) -> Response:
    _abort_with_reload_status(runtime)
    session, flash, element_id = await route.router.page_session(), take_flash(runtime), _new_id()
    async with mounted_first(runtime, route.view, element_id, route=route, session=session, flash=flash) as (
        view,
        outcome,
    ):
        if outcome.leave is not None or outcome.patches:
            return await _redirected(runtime, view, outcome)
        return await _page(runtime, route, session, view)


async def _page(runtime: Runtime, route: LiveRoute, session: dict[str, Any], view: LiveView) -> Response:
    """Return the page of a route around its view."""
    g.live_main = view
    claims = SessionClaims(view.id, runtime.views.name_of(route.view), route.router.name, session)
    try:
        container = await _container(runtime, view, claims, {"data-phx-main": ""})
    except LeftFromInsideError as left:
        return await _redirected(runtime, left.view, left.outcome)
    layout = route.layout or runtime.layout
    title = view.assigns.get("page_title")
    title = "" if title is None else title
    if layout is None:
        body = default_layout(runtime, container, title)
    else:
        body = await render_template(layout, inner_content=container, page_title=title, live_view=view)
    response: Response = await make_response(well_formed(body))  # type: ignore[assignment]
    response.headers.setdefault("Cache-Control", CACHE_CONTROL)
    return response


async def render_in_template(
    runtime: Runtime,
    view_class: type[LiveView],
    session: Mapping[str, Any] | None,
    element_id: str | None,
    sticky: bool = False,
) -> Markup:
    """Render a view into an ordinary page; the ``live_render`` of templates.

    The first view on a page becomes its main view, the one whose address the page reloads after an error.
    A sticky view never does.

    Args:
        runtime: the app's runtime.
        view_class: the view class.
        session: further values for the session.
        element_id: the id of the view's element; by default a random one.
        sticky: whether it is a sticky view.

    Raises:
        HTTPException: with a redirect, if the view or one inside redirects.
        Exception: any exception of the view or of its template.
    """
    main = not sticky and getattr(g, "live_main", None) is None
    flash = take_flash(runtime) if main else {}
    claims = SessionClaims(
        element_id or _new_id(), runtime.views.name_of(view_class), None, dict(session or {})
    )
    marks = {"data-phx-main": ""} if main else {"data-phx-sticky": ""} if sticky else {}
    try:
        with AsExceptions(passes_cancelled=False):
            async with mounted_first(
                runtime, view_class, claims.element_id, session=session, flash=flash
            ) as (
                view,
                outcome,
            ):
                if outcome.leave is not None:
                    raise LeftFromInsideError(view, outcome)
                if main:
                    g.live_main = view
                after_this_request(_do_not_store)
                return await _container(runtime, view, claims, marks)
    except LeftFromInsideError as left:
        abort(await _redirected(runtime, left.view, left.outcome))


def _new_id() -> str:
    return f"phx-{secrets.token_urlsafe(9)}"


async def _container(
    runtime: Runtime, view: LiveView, claims: SessionClaims, marks: Mapping[str, str]
) -> Markup:
    """Return the view's element, with its content and the attributes for the client."""
    content = Markup(well_formed(await render_first(runtime, view)))
    tag, attributes = type(view).container
    names = {**attributes, "id": view.id, **marks}
    names["data-phx-session"] = runtime.tokens.sign_session(claims)
    names["data-phx-static"] = runtime.tokens.sign_static(view.id, dict(view.assigns["flash"].items()))
    return write_element(tag, names, content)


async def _redirected(runtime: Runtime, view: LiveView, outcome: Outcome) -> Response:
    """Return the HTTP redirect for a view that redirects, or patches its address, in its first render."""
    target = outcome.leave.to if outcome.leave is not None else outcome.patches[-1].to
    response: Response = await make_response(redirect(target))  # type: ignore[assignment]
    if flash := state_of(view).flash:
        token = runtime.tokens.sign_flash(flash)
        response.set_cookie(FLASH_COOKIE, token, max_age=FLASH_MAX_AGE, path="/", samesite="Lax")
    return response


def take_flash(runtime: Runtime) -> dict[str, str]:
    """Return the flash for this page, and delete it, as it is shown once.

    A live view's redirect leaves it in a cookie, an ordinary handler's `quart.flash` in the session (there
    the category is the kind).
    """
    messages: Any = get_flashed_messages(with_categories=True)
    flash = {str(kind): str(text) for kind, text in messages}
    token = request.cookies.get(FLASH_COOKIE)
    if token is not None:
        _delete_cookie(FLASH_COOKIE)
        flash.update(runtime.tokens.read_flash(token))
    return flash


def _abort_with_reload_status(runtime: Runtime) -> None:
    """Abort with the status of a join that was answered with ``reload`` and comes back as a page load."""
    token = request.cookies.get(RELOAD_COOKIE)
    if token is None:
        return
    _delete_cookie(RELOAD_COOKIE)
    status = runtime.tokens.read_reload(token)
    if status is not None:
        abort(status if status in default_exceptions else 404)


def _delete_cookie(name: str) -> None:
    @after_this_request
    async def delete(response: Any) -> Any:
        response.delete_cookie(name, path="/")
        return response


async def _do_not_store(response: Any) -> Any:
    response.headers.setdefault("Cache-Control", CACHE_CONTROL)
    return response


def default_layout(runtime: Runtime, content: Markup, title: object) -> str:
    """Return the page around a view for which no layout is named: enough for a first try and for tests."""
    return DEFAULT_LAYOUT.format(
        csrf=head.csrf_meta_tag(),
        title=title,
        import_map=head.import_map(runtime),
        address=Markup(json.dumps(head.socket_path(runtime)).replace("<", "\\u003c")),
        content=content,
    )


DEFAULT_LAYOUT = Markup("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
{csrf}
<title>{title}</title>
{import_map}
<script type="module">
import {{ Socket }} from "phoenix";
import {{ LiveSocket }} from "phoenix_live_view";
import {{ withStash }} from "quart_live/stash";
const token = document.querySelector("meta[name=csrf-token]").content;
const liveSocket = new LiveSocket({address}, Socket, {{ params: withStash({{ _csrf_token: token }}) }});
liveSocket.connect();
window.liveSocket = liveSocket;
</script>
</head>
<body>{content}</body>
</html>
""")

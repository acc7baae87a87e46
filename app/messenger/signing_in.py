"""The signed-in user: the session in the cookie tells who it is, over HTTP and on the socket alike."""

from typing import Any, cast
from urllib.parse import quote, urlsplit

import quart_auth
from quart import Quart, Response, current_app, has_request_context, redirect, request, session
from quart.typing import ResponseReturnValue
from quart_auth import AuthUser, QuartAuth, Unauthorized
from werkzeug.exceptions import HTTPException

from quart_live import HALT, LiveView, QuartLive, csrf, local_path

from . import accounts, known_browsers


class Visitor(AuthUser):
    """The sender of a request. `auth_id` is the token from the cookie, which proves nothing by itself."""

    _user: accounts.User | None = None
    _asked = False

    async def user(self) -> accounts.User | None:
        """Return the user of the session, or None if the session has ended."""
        if not self._asked and self.auth_id is not None:
            self._user = await accounts.find_user_by_token(self.auth_id)
        self._asked = True
        return self._user

    @property
    async def is_authenticated(self) -> bool:
        """Whether the cookie's session has not ended. quart_auth's `login_required` asks this."""
        return await self.user() is not None


def init_app(app: Quart, live: QuartLive) -> None:
    """Set up signing in, for pages and for live sockets."""
    auth = QuartAuth(user_class=Visitor, duration=int(accounts.LASTS.total_seconds()))
    auth.init_app(app)
    app.context_processor(for_templates)
    app.register_error_handler(Unauthorized, to_sign_in)
    app.after_request(keep_out_of_caches)
    live.on_connect(for_views)


async def for_templates() -> dict[str, Any]:
    """Return the variables of every ordinary page."""
    return {"me": await current_user(), "csrf_token": csrf.issue(session)}


async def for_views() -> dict[str, Any]:
    """Return what is added to the session of every live view, besides the cookie's content."""
    user = await current_user()
    if user is None:
        return {}
    token = quart_auth.current_user.auth_id
    return {"token": token, "user_id": user.id, "live_socket_id": socket_id(user.id)}


def socket_id(user_id: int) -> str:
    """Return the name under which all sockets of a user can be closed."""
    return f"users:{user_id}"


async def current_user() -> accounts.User | None:
    """Return the user who sent this request, or None."""
    return await cast(Visitor, quart_auth.current_user).user()


def current_token() -> str:
    """Return the session token of this request; empty if it has none."""
    return quart_auth.current_user.auth_id or ""


async def require_user(
    view: LiveView, params: dict[str, Any], session: dict[str, Any], stage: str
) -> str | None:
    """Let only users see a view, and assign the user as `me`. For `on_mount`."""
    if has_request_context():
        # The token is from the cookie of this request, and was looked up already.
        user = await current_user()
    else:
        user = await accounts.find_user_by_token(session.get("token"))
    if user is None:
        view.redirect(to=sign_in_address(view.uri))
        return HALT
    view.assign(me=user)
    return None


async def sign_in(user: accounts.User) -> None:
    """Start a session. The visitor's cookie is emptied first: somebody else may have prepared it."""
    token = await accounts.start_session(user.id, instead_of=quart_auth.current_user.auth_id)
    session.clear()
    quart_auth.login_user(Visitor(token), remember=True)
    # Read again, since the password may just have changed.
    known_browsers.remember(await accounts.find_user(user.id) or user)


async def sign_out(user: accounts.User) -> None:
    """End all sessions of a user, in every browser, and close their live pages."""
    # First the sessions: the pages join again at once, and must find them ended.
    await accounts.end_sessions(user.id)
    await forget(user)


async def forget(user: accounts.User) -> None:
    """Remove a user from this browser's cookies, and close their live pages."""
    quart_auth.logout_user()
    await close_pages(user.id)


async def close_pages(user_id: int) -> None:
    """Close all sockets of a user. The pages join again, and only those with a valid session get in."""
    live: QuartLive = current_app.extensions["quart_live"]
    await live.disconnect(socket_id(user_id))


def sign_in_address(wanted: str) -> str:
    """Return the address of the sign-in page that leads on to the wanted address."""
    parts = urlsplit(wanted)
    return with_next("/sign-in", f"{parts.path}?{parts.query}" if parts.query else parts.path)


def with_next(page: str, wanted: str | None = None) -> str:
    """Return the address of a page that leads on to the wanted address, or else to the `next` of this one."""
    wanted = wanted or next_page()
    return page if wanted == "/" else f"{page}?next={quote(wanted)}"


def next_page() -> str:
    """Return the address to go to after signing in: `next`, if it is a page of ours."""
    try:
        return local_path(request.args.get("next", "/"))
    except ValueError:
        return "/"


async def to_sign_in(_error: HTTPException) -> ResponseReturnValue:
    """Redirect a visitor to the sign-in page, from a page that is for users only."""
    return redirect(sign_in_address(request.full_path.rstrip("?")))


async def keep_out_of_caches(response: Response) -> Response:
    """Forbid caching of pages, so that the back button does not show them after signing out."""
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
    return response

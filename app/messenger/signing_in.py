"""Who is at the other end: over HTTP and on the socket alike, the session in the cookie tells."""

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
    """Whoever sent a request. `auth_id` is the token from their cookie, which proves nothing by itself."""

    _user: accounts.User | None = None
    _asked = False

    async def user(self) -> accounts.User | None:
        """The user whose session this is, if it still is one."""
        if not self._asked and self.auth_id is not None:
            self._user = await accounts.find_user_by_token(self.auth_id)
        self._asked = True
        return self._user

    @property
    async def is_authenticated(self) -> bool:
        """For quart_auth's `login_required`: the cookie is ours, and its session has not ended."""
        return await self.user() is not None


def init_app(app: Quart, live: QuartLive) -> None:
    """Let the app know its visitors, in its pages and on its sockets."""
    auth = QuartAuth(user_class=Visitor, duration=int(accounts.LASTS.total_seconds()))
    auth.init_app(app)
    app.context_processor(for_templates)
    app.register_error_handler(Unauthorized, to_sign_in)
    app.after_request(keep_out_of_caches)
    live.on_connect(for_views)


async def for_templates() -> dict[str, Any]:
    """What every ordinary page is given."""
    return {"me": await current_user(), "csrf_token": csrf.issue(session)}


async def for_views() -> dict[str, Any]:
    """What the session of every live view has, besides what is in the cookie."""
    user = await current_user()
    if user is None:
        return {}
    token = quart_auth.current_user.auth_id
    return {"token": token, "user_id": user.id, "live_socket_id": socket_id(user.id)}


def socket_id(user_id: int) -> str:
    """The name under which all sockets of a user can be closed at once."""
    return f"users:{user_id}"


async def current_user() -> accounts.User | None:
    """The user who sent this request, or None."""
    return await cast(Visitor, quart_auth.current_user).user()


def current_token() -> str:
    """The token in the cookie of who sent this request; empty without one."""
    return quart_auth.current_user.auth_id or ""


async def require_user(
    view: LiveView, params: dict[str, Any], session: dict[str, Any], stage: str
) -> str | None:
    """For `on_mount`: only users see this view. It finds them in `assigns.me`."""
    if has_request_context():
        # The token is from the cookie of this request, which has been looked up already.
        user = await current_user()
    else:
        user = await accounts.find_user_by_token(session.get("token"))
    if user is None:
        view.redirect(to=sign_in_address(view.uri))
        return HALT
    view.assign(me=user)
    return None


async def sign_in(user: accounts.User) -> None:
    """Begin a session. Nothing of the visitor's goes into it, or somebody could have prepared it."""
    token = await accounts.start_session(user.id, instead_of=quart_auth.current_user.auth_id)
    session.clear()
    quart_auth.login_user(Visitor(token), remember=True)
    # As it is now: the password may just have changed.
    known_browsers.remember(await accounts.find_user(user.id) or user)


async def sign_out(user: accounts.User) -> None:
    """End all sessions of a user, in every browser, and close their live pages."""
    # First the sessions: the pages come back at once, and must find them ended.
    await accounts.end_sessions(user.id)
    await forget(user)


async def forget(user: accounts.User) -> None:
    """Let this browser know nothing more of a user whose sessions have ended, and close their live pages."""
    quart_auth.logout_user()
    await close_pages(user.id)


async def close_pages(user_id: int) -> None:
    """Close all sockets of a user. Pages come back, and are let in if their session goes on."""
    live: QuartLive = current_app.extensions["quart_live"]
    await live.disconnect(socket_id(user_id))


def sign_in_address(wanted: str) -> str:
    """The sign-in page that leads on to the wanted address."""
    parts = urlsplit(wanted)
    return with_next("/sign-in", f"{parts.path}?{parts.query}" if parts.query else parts.path)


def with_next(page: str, wanted: str | None = None) -> str:
    """The address of a page that leads on to the wanted one, or to where this one leads."""
    wanted = wanted or next_page()
    return page if wanted == "/" else f"{page}?next={quote(wanted)}"


def next_page() -> str:
    """Where to go after signing in: what `next` says, if it is a page of ours."""
    try:
        return local_path(request.args.get("next", "/"))
    except ValueError:
        return "/"


async def to_sign_in(_error: HTTPException) -> ResponseReturnValue:
    """A page for users only was asked for by someone else."""
    return redirect(sign_in_address(request.full_path.rstrip("?")))


async def keep_out_of_caches(response: Response) -> Response:
    """After signing out the back button shall not show what was there before."""
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
    return response

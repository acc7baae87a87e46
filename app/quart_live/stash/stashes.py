"""`Stashes`: the stash of an app, ``live.stash``: its stores, and the function that returns a user's id.

    live.stash.add("db", SQLAlchemyStash(engine))

    @live.stash.user_id
    def who(session):
        return session.get("member")

    @app.post("/sign-out")
    async def sign_out():
        response = redirect("/")
        await live.stash.sign_out(response)
        session.clear()
        return response

The first store that is added is that of the user scope. Values of ``memory`` are lost at a restart.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from quart import session as quart_session

from ..errors import LiveViewError
from ..mailbox.endings import Part
from ..protocol import csrf
from ..view.session import ConnectHook, view_session
from ..view.state import state_of
from . import second_try
from .declaration import BROWSER
from .identity import session_owner, user_owner
from .join_params import JoinParams, view_key
from .methods import any_has_stash, keep_with
from .mount_stash import MountStash
from .seal import Seals
from .stores import MemoryStash, StashStore

if TYPE_CHECKING:
    from werkzeug.sansio.response import Response

    from ..view.registry import ViewRegistry
    from ..view.view import LiveView

log = logging.getLogger("quart_live.stash")

MEMORY = "memory"
CLEAR_COOKIE = "__live_stash_clear__"
_YEAR = 365 * 24 * 3600

WhoIs = Callable[[Mapping[str, Any]], object]


class Stashes:
    """The stores, keys and users of one app's stash.

    Args:
        keys: a function that returns the app's secret keys.
        views: the registry of the app's view classes.
        connect_hooks: the hooks that add to the session with which views are mounted.

    Attributes:
        seals: the maker and opener of seals.
        who_is: the function that returns the user's id of a session; see `user_id`.
    """

    def __init__(
        self, keys: Callable[[], list[str]], views: ViewRegistry, connect_hooks: list[ConnectHook]
    ) -> None:
        self.seals = Seals(keys)
        self.who_is: WhoIs = lambda session: session.get("user_id")
        self._views, self._connect_hooks = views, connect_hooks
        self._stores: dict[str, StashStore] = {MEMORY: MemoryStash()}
        self._warned = False

    def of_app(
        self, keys: Callable[[], list[str]], views: ViewRegistry, connect_hooks: list[ConnectHook]
    ) -> Stashes:
        """Return a copy for one app, with the same stores but a memory of its own."""
        stashes = Stashes(keys, views, connect_hooks)
        stashes.who_is = self.who_is
        stashes._stores |= {name: store for name, store in self._stores.items() if name != MEMORY}
        return stashes

    def add(self, name: str, store: StashStore) -> None:
        """Add a store; declarations name it as ``store="…"``. The first one is that of the user scope.

        Raises:
            LiveViewError: if the name is the browser's.
        """
        if name == BROWSER:
            raise LiveViewError("'browser' is the browser's own storage; give the store another name")
        self._stores[name] = store

    def user_id(self, function: WhoIs) -> WhoIs:
        """Set the function that returns the user's id of the session of a view. A decorator.

        It returns text or a number, or ``None`` if nobody is signed in. The default is
        ``session.get("user_id")``.
        """
        self.who_is = function
        return function

    def store(self, name: str) -> StashStore:
        """Return a store by its name.

        Raises:
            LiveViewError: if there is none.
        """
        try:
            return self._stores[name]
        except KeyError:
            names = ", ".join([BROWSER, *self._stores])
            raise LiveViewError(f"there is no stash store {name!r}; add it, or use one of: {names}") from None

    @property
    def first_added(self) -> str:
        """The name of the store for the user scope where the declaration names none."""
        added = next((name for name in self._stores if name != MEMORY), None)
        if added is None and not self._warned:
            self._warned = True
            log.warning(
                "The user scope is kept in memory and lost at a restart; "
                "add a store: live.stash.add('db', SQLAlchemyStash(engine))"
            )
        return added or MEMORY

    async def open(
        self, view: LiveView, session: Mapping[str, Any], params: JoinParams | None = None
    ) -> None:
        """Restore the values of a view that is about to be mounted.

        Args:
            view: the new view, with its id, its CSRF token and its host.
            session: the session for its `mount`.
            params: the params of the join; ``None`` for the first render over HTTP, which reads the stores on
                the server, and keeps no changes.
        """
        stash = type(view).stash
        if stash is None and not any_has_stash():
            return
        key = view_key(self._views.name_of(type(view)), view.id)
        keeps = params is not None
        if params is None:
            params = JoinParams(skipped=frozenset({key}) if second_try.is_second_try() else frozenset())
        state = state_of(view)
        mount_stash = state.host.mount_stash = MountStash(
            self, key, state.assigns.values["csrf_token"], session, params, keeps
        )
        state.host.on_end(Part.STASH, mount_stash.written)
        if not keeps:
            second_try.remember(mount_stash)
        if stash is not None:
            keep_with(state, await mount_stash.keep_view(stash, view.id))

    async def sign_out(self, response: Response) -> None:
        """Delete the values of this browser session, on the server and, with the next page, in the browser.

        Call it in the request that signs the user out, before the session is cleared.

        Args:
            response: the response to that request; it gets a cookie that makes the next page clear up.
        """
        user = self.who_is(await view_session(self._connect_hooks))
        owner = session_owner(csrf.issue(quart_session), user)
        if owner is not None:
            await self._forget(owner)
        response.set_cookie(CLEAR_COOKIE, "1", max_age=_YEAR, path="/", samesite="Lax")

    async def forget_user(self, user: object) -> None:
        """Delete all values of a user on the server, for example when the account is deleted."""
        owner = user_owner(user)
        if owner is not None:
            await self._forget(owner)

    async def _forget(self, owner: str) -> None:
        for name, store in self._stores.items():
            try:
                await store.forget(owner)
            except Exception:
                log.exception("The stash store %r could not forget its values", name)

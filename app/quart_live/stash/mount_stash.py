"""The stash of one mount: of the view itself, and of the components in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..view.names import short_name
from ..view.state import state_of
from .declaration import Stash
from .identity import Identity, session_owner, user_owner
from .join_params import JoinParams
from .location import StashLocation
from .methods import StashMethods, keep_with
from .view_stash import EVENT, ViewStash

if TYPE_CHECKING:
    from ..protocol.csrf import CsrfToken
    from .location import Stores


class MountStash:
    """The stash of one mount of a view, for one user.

    Args:
        stashes: the stores and the seals.
        key: the key of the view; see `join_params.view_key`.
        csrf_token: a token that was issued to the HTTP session.
        session: the session with which the view is mounted.
        params: the params of the join.
        keeps: whether changes are kept; not in the first render.
    """

    def __init__(
        self,
        stashes: Stores,
        key: str,
        csrf_token: CsrfToken,
        session: Mapping[str, Any],
        params: JoinParams,
        keeps: bool,
    ) -> None:
        self.key = key
        self._stashes = stashes
        self._params = params
        self._keeps = keeps
        self._view_stashes: list[ViewStash] = []
        user = stashes.who_is(session)
        owner = session_owner(csrf_token, user)
        self._identity = Identity(owner, user_owner(user), params.tab, params.before)

    @property
    def restored(self) -> bool:
        """Whether any value was restored."""
        return any(view_stash.values for view_stash in self._view_stashes)

    async def keep_view(self, stash: Stash, element_id: str) -> ViewStash:
        """Restore the view's values as far as possible, and return its stash."""
        return await self._keep(stash, self.key, element_id)

    async def keep_component(self, component: StashMethods, id: object) -> None:
        """Restore the values of a component that is about to be mounted; ``id`` is its id in the template."""
        stash = type(component).stash
        if stash is not None:
            key = f"{self.key}>{short_name(type(component))}#{id}".replace("/", "%2F")
            keep_with(state_of(component), await self._keep(stash, key, ""))

    def crash_events(self) -> list[list[Any]]:
        """Return the events for the reply to a crashed join, which let the next one start without stash."""
        return [[EVENT, {"skip": [self.key]}, True]] if self.restored else []

    async def written(self) -> None:
        """Wait until all changes are written."""
        for view_stash in self._view_stashes:
            await view_stash.written()

    async def _keep(self, stash: Stash, key: str, element_id: str) -> ViewStash:
        location = StashLocation(self._stashes, stash, key, self._identity)
        view_stash = await ViewStash.open(location, self._params, keeps=self._keeps, element_id=element_id)
        self._view_stashes.append(view_stash)
        return view_stash

"""The stash during one mount of a view: of the view itself, and of the components in it."""

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
    """One mount of a view, and who looks at it.

    Args:
        stashes: stores and keys.
        key: of the view; see `join_params.view_key`.
        csrf_token: one that was issued to the HTTP session.
        session: what the view is mounted with.
        params: what came with the join.
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
        """Whether anything was restored."""
        return any(view_stash.values for view_stash in self._view_stashes)

    async def keep_view(self, stash: Stash, element_id: str) -> ViewStash:
        """Restore the view as far as possible, and return its stash."""
        return await self._keep(stash, self.key, element_id)

    async def keep_component(self, component: StashMethods, id: object) -> None:
        """Restore a component that is about to be mounted; ``id`` is what its template has given it."""
        stash = type(component).stash
        if stash is not None:
            key = f"{self.key}>{short_name(type(component))}#{id}".replace("/", "%2F")
            keep_with(state_of(component), await self._keep(stash, key, ""))

    def crash_events(self) -> list[list[Any]]:
        """Events for the answer to a join that has crashed: let the next one start without the stash."""
        return [[EVENT, {"skip": [self.key]}, True]] if self.restored else []

    async def written(self) -> None:
        """Return when all is written that was kept."""
        for view_stash in self._view_stashes:
            await view_stash.written()

    async def _keep(self, stash: Stash, key: str, element_id: str) -> ViewStash:
        location = StashLocation(self._stashes, stash, key, self._identity)
        view_stash = await ViewStash.open(location, self._params, keeps=self._keeps, element_id=element_id)
        self._view_stashes.append(view_stash)
        return view_stash

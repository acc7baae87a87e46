"""The stash during one mount of a view: of the view itself, and of the components in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..view.names import short_name
from ..view.state import state_of
from .declaration import Stash
from .drawer import Drawer
from .identity import Identity, session_owner, user_owner
from .keeper import EVENT, Keeper
from .methods import StashMethods, keep_with
from .sent import Sent

if TYPE_CHECKING:
    from ..protocol.csrf import CsrfToken
    from .drawer import Stores


class Visit:
    """One mount of a view, and who looks at it.

    Args:
        stashes: stores and keys.
        key: of the view; see `sent.view_key`.
        csrf_token: one that was issued to the HTTP session.
        session: what the view is mounted with.
        sent: what came with the join.
        keeps: whether changes are kept; not in the first render.
    """

    def __init__(
        self,
        stashes: Stores,
        key: str,
        csrf_token: CsrfToken,
        session: Mapping[str, Any],
        sent: Sent,
        keeps: bool,
    ) -> None:
        self.key = key
        self._stashes = stashes
        self._sent = sent
        self._keeps = keeps
        self._keepers: list[Keeper] = []
        user = stashes.who_is(session)
        owner = session_owner(csrf_token, user)
        self._identity = Identity(owner, user_owner(user), sent.tab, sent.before)

    @property
    def restored(self) -> bool:
        """Whether anything was restored."""
        return any(keeper.values for keeper in self._keepers)

    async def keep_view(self, stash: Stash, element_id: str) -> Keeper:
        """A keeper for the view, which has restored what it could."""
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
        for keeper in self._keepers:
            await keeper.written()

    async def _keep(self, stash: Stash, key: str, element_id: str) -> Keeper:
        drawer = Drawer(self._stashes, stash, key, self._identity)
        keeper = await Keeper.open(drawer, self._sent, keeps=self._keeps, element_id=element_id)
        self._keepers.append(keeper)
        return keeper

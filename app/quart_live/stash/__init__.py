"""Assigns that survive a lost connection, a crash, a restart, a deploy: one declaration, no calls.

    from quart_live import LiveView, Stash
    from quart_live.stash import user

    class ComposerLive(LiveView):
        stash = Stash(draft="reconnect", tab="session", filter=user(store="db"))

        async def mount(self, params, session):
            self.assign(draft="", tab="all", filter=None)          # the defaults
            self.assign(rooms=await rooms_of(self.assigns.tab))    # "all", or the stashed value

Before `mount` runs, stashed values are put into the assigns. The *first* value that `mount` assigns to such a
name is its default and is ignored; so ``mount`` is written as if nothing were ever stashed. (To look at the
stashed value, read the assign; to replace it, assign again, or `clear_stash` first. A value that
`handle_params` assigns always counts: the address wins.) From then on each handler's changes are kept, and
only changes are: in the browser with the reply, in a store on the server a moment later, as no user should
wait for that.

| scope | kept for | until |
|---|---|---|
| ``"reconnect"`` | this tab at this address | the tab goes elsewhere or is closed; reloading is not leaving |
| ``"session"`` | every tab of this browser session | the user signs out, or the session cookie goes |
| ``"user"`` | the user, on every device | the app calls ``live.stash.forget_user`` |

| store | survives | notes |
|---|---|---|
| ``browser`` | restarts and deploys; the server stores nothing | default for ``reconnect`` and ``session``; known at the join, not in the first HTTP render; its owner can read it (unless encrypted) and put an older value back |
| ``memory`` | lost connections and crashes | one process |
| `SQLAlchemyStash`, `RedisStash` | all of it | ``live.stash.add("db", SQLAlchemyStash(engine))``, see ``sql.py`` for its table; the first one added is the default for ``user`` |

For the ``browser`` store the page's script wraps its params, once::

    import { withStash } from "quart_live/stash";
    const liveSocket = new LiveSocket("/live", Socket, { params: withStash({ _csrf_token: token }) });

`stash_status` tells `mount` whether values were restored (`StashStatus`). Values are plain data: JSON, dates,
sets, and dataclasses and enums decorated with `stashable`. A stashed value is sealed with the app's secret
keys, bound to its view, assign, scope and owner, and has an age: one that is forged, or another user's, is
``invalid``, never an error. With ``encrypt=True`` it cannot be read either (extra ``encryption``). Raise
``version`` when the shape of the values changes, and give a ``migrate`` function if the older values are
worth it.

If a join crashes with restored values, the next one starts without them: a bad value is lost, but not the
page. Values that are too long or of an unknown type are not kept, and the log says so. A view that shows
several things by turns (rooms, say) keeps a dict by their ids.

Ideas, and names of the statuses, are from LiveStash and DurableStash for Phoenix, which need a call in `mount`
and one wherever something changes.
"""  # noqa: E501

from typing import TYPE_CHECKING, Any

from .codec import NotStashableError, register_type, stashable
from .declaration import Kept, Stash, reconnect, session, user
from .join_params import JoinParams
from .methods import StashMethods
from .redis import RedisStash
from .stashes import Stashes
from .status import StashStatus
from .stores import MemoryStash, StashStore

if TYPE_CHECKING:
    from .sql import SQLAlchemyStash, stash_table

__all__ = [
    "JoinParams",
    "Kept",
    "MemoryStash",
    "NotStashableError",
    "RedisStash",
    "SQLAlchemyStash",
    "Stash",
    "StashMethods",
    "StashStatus",
    "StashStore",
    "Stashes",
    "reconnect",
    "register_type",
    "session",
    "stash_table",
    "stashable",
    "user",
]


def __getattr__(name: str) -> Any:
    if name in ("SQLAlchemyStash", "stash_table"):  # the engine itself does not need SQLAlchemy
        from . import sql

        return getattr(sql, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

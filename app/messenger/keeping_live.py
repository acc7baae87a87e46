"""A page to break: eleven words, each kept in another way. The page shows which ones come back."""

from typing import Any, NamedTuple
from urllib.parse import urlencode

from quart import abort

from quart_live.stash import Stash, session, user

from . import chat
from .params import text_in
from .restoring import RestoresForm, restoring

LONGEST = 100


class Way(NamedTuple):
    """A way of keeping state.

    Attributes:
        name: the name in ids and events.
        title: the title on the page.
        hook: the hook of its form, if it has one.
        recovers: whether the client sends the form again by itself.
    """

    name: str
    title: str
    hook: str = ""
    recovers: bool = False


WAYS = (
    Way("assigns", "Assigns alone"),
    Way("form", "Form with an id", recovers=True),
    Way("hook", "Hook, at reconnected", hook="RestoresForm"),
    Way("param", "Connect parameter", hook="Word"),
    Way("backup", "Backup in the browser", hook="Backup"),
    Way("address", "Address"),
    Way("reconnect", "Stash, this visit"),
    Way("session", "Stash, this browser"),
    Way("memory", "Stash, memory of the server"),
    Way("user", "Stash, database"),
    Way("draft", "Draft in the database"),
)


class KeepingLive(RestoresForm):
    """A page with one word for each way of keeping state. Each word is kept in its way only."""

    on_mount = (restoring,)
    stash = Stash(
        reconnect="reconnect",
        session=session(),
        memory=user(store="memory"),
        user=user(store="database"),
    )

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        """Start with empty words, except those that were kept somewhere."""
        me, number = self.assigns.me, params["conversation_id"]
        self.here = await chat.find_place(me.id, number) or abort(404)
        self.assign(page_title="What comes back", looked=0)
        self.assign(**{way.name: "" for way in WAYS})
        self.assign(param=text_in(self.connect_params, "word"))
        self.assign(draft=await chat.draft_of(number, me.id))

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        """Show the word that the address carries."""
        self.assign(address=text_in(params, "word"))
        self.show()

    def show(self) -> None:
        """Show the current value of each word."""
        self.assign(rows=[(way, self.assigns[way.name]) for way in WAYS])

    async def restore(self, fields: dict[str, Any]) -> None:
        """Show the word of the form that a hook has sent."""
        self.assign(hook=text_in(fields, "hook"))
        self.show()

    async def handle_event(self, event: str, params: Any) -> None:
        """Keep a word that was written, and show all words."""
        if event == "look":
            self.assign(looked=self.assigns.looked + 1)
        for way in WAYS:
            if isinstance(params, dict) and way.name in params:
                await self.keep(way, text_in(params, way.name)[:LONGEST])
        self.show()

    async def keep(self, way: Way, word: str) -> None:
        """Keep a word in one way. Most need only the assigns, or have the word in the browser already."""
        if way.name == "address":
            self.push_patch(
                f"/conversations/{self.here.id}/keeping?{urlencode({'word': word})}", replace=True
            )
            return
        if way.name == "draft":
            await chat.keep_draft(self.here.id, self.assigns.me.id, word)
        self.assign(**{way.name: word})

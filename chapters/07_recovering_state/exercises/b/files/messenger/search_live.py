"""Searching messages. The search is in the address; the recent searches are in the stash."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from quart_live import LiveView
from quart_live.stash import Stash, user

from . import chat
from .params import text_in

MOST_RECENT = 5
WITHIN = {"": None, "day": timedelta(days=1), "week": timedelta(days=7)}


class SearchLive(LiveView):
    """A search of messages. Its state is the address: a change goes to another address."""

    stash = Stash(recent=user())

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        """Start with no recent searches. Those of the user come from the stash."""
        self.assign(page_title="Search", recent=[])

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        """Search for what the address asks. Unknown values are replaced by their defaults."""
        words, whose, within = words_in(params), text_in(params, "whose"), text_in(params, "within")
        whose = whose if whose in chat.WHOSE else "all"
        within = within if within in WITHIN else ""
        found = await chat.search_messages(self.assigns.me.id, words, whose, WITHIN[within])
        self.assign(words=words, whose=whose, within=within, found=found)
        self.assign(tabs=[(name, self.address(whose=name)) for name in chat.WHOSE])

    async def handle_event(self, event: str, params: Any) -> None:
        """Go to the address of the search, and remember one that was submitted."""
        if event == "forget":
            self.assign(recent=[])
            self.clear_stash("recent")
        if event not in ("type", "search"):
            return
        words, within = words_in(params), text_in(params, "within")
        if event == "search" and words.strip():
            others = [earlier for earlier in self.assigns.recent if earlier != words]
            self.assign(recent=[words, *others][:MOST_RECENT])
        self.push_patch(self.address(words=words, within=within), replace=event == "type")

    def address(self, **changed: str) -> str:
        """Return the address of this search with these changes."""
        asked = {name: self.assigns[name] for name in ("words", "whose", "within")} | changed
        return f"/search?{urlencode(asked)}"


def words_in(params: Any) -> str:
    """Return the words to search for, cut at the longest search."""
    return text_in(params, "words")[: chat.LONGEST_SEARCH]

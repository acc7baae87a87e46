"""What a page shows of the log, as its browser would have put it together from the frames."""

from __future__ import annotations

import re
from html import unescape

from storm.writers import StormError

from quart_live.testing import Tree

MESSAGE = re.compile(r"message-(\d+)")
WORDS = re.compile(r'<p class="bubble"[^>]*>(.*?)</p>', re.DOTALL)


class Shown(Tree):
    """The part of the log that a page shows."""

    def messages(self, known: dict[int, str]) -> dict[int, str]:
        """The messages by id, in the order of the page.

        Args:
            known: those whose words need not be looked for; new ones are added.
        """
        found = {}
        for streamed in self._streams.values():
            for element_id, (statics, row) in streamed.items.items():
                if (match := MESSAGE.fullmatch(element_id)) is None:
                    continue
                number = int(match[1])
                if number not in known:
                    known[number] = words_in(self._filled(statics, row))
                found[number] = known[number]
        return found


def words_in(html: str) -> str:
    """Return the text of a message."""
    found = WORDS.search(html)
    if found is None:
        raise StormError(f"this is no message: {html}")
    return unescape(found[1])

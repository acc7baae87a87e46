"""That those who only read in the storm would notice what goes wrong."""

from __future__ import annotations

from typing import Any

import pytest
from storm.readers import Reader
from storm.writers import StormError
from support.live_page import LivePage

TOPIC = "lv:phx-1"
ITEM = ["<li>", '<p class="bubble" dir="auto">', "</p></li>"]


class Opened(Reader):
    """A reader's page whose line leads nowhere; the test says what comes."""

    def __init__(self) -> None:
        super().__init__("Reader 1", "127.0.0.1:9", "/conversations/1", "")
        self._page = LivePage("127.0.0.1:9", "/conversations/1", "", "", TOPIC)

    async def joins(self, *numbers: int, reset: bool = True) -> None:
        rendered = {"0": stream(*numbers, reset=reset), "s": ["<ol>", "</ol>"]}
        reply = {"status": "ok", "response": {"rendered": rendered}}
        await self._take(["1", "1", TOPIC, "phx_reply", reply])

    async def gets(self, *numbers: int, limit: int | None = -50) -> None:
        await self._take(["1", None, TOPIC, "diff", {"0": stream(*numbers, limit=limit)}])


def stream(*numbers: int, limit: int | None = -50, reset: bool = False) -> dict[str, Any]:
    """These messages, as an engine that keeps their order sends them."""
    inserts = [[f"message-{number}", -1, limit, None] for number in reversed(numbers)]
    rows = {str(index): {"0": "", "1": text(number)} for index, number in enumerate(numbers)}
    changes = ["0", inserts, [], *([True] if reset else [])]
    return {"s": ITEM, "k": {**rows, "kc": len(numbers)}, "stream": changes}


def text(number: int) -> str:
    return f"Bob &amp; {number}"


def stored(*numbers: int) -> dict[int, str]:
    return {number: f"Bob & {number}" for number in numbers}


@pytest.fixture
async def reader() -> Opened:
    reader = Opened()
    await reader.joins(1, 2)
    await reader.gets(3)
    return reader


async def test_who_has_seen_all_in_order_has_nothing_to_say(reader: Opened) -> None:
    await reader.joins(2, 3, 4)
    await reader.gets(5)
    assert reader.compare(stored(1, 2, 3, 4, 5), 4) == ""
    assert reader.returns == 1


async def test_a_message_that_was_never_shown_is_lost(reader: Opened) -> None:
    await reader.joins(5, 6)
    assert reader.compare(stored(1, 2, 3, 4, 5, 6), 2) == "Reader 1 has not seen ['Bob & 4'], but []"


async def test_a_message_that_is_not_stored_is_noticed(reader: Opened) -> None:
    await reader.joins(2)
    assert reader.compare(stored(1, 2), 1) == "Reader 1 has not seen [], but [3]"


async def test_a_page_that_ends_too_early_or_shows_too_little_is_noticed(reader: Opened) -> None:
    assert "page ends with" in reader.compare(stored(1, 2, 3, 4), 1)
    await reader.joins(3)
    assert "page ends with" in reader.compare(stored(1, 2, 3), 2)


async def test_another_order_is_noticed_at_once(reader: Opened) -> None:
    with pytest.raises(StormError, match="in another order"):
        await reader.gets(5, 4)


async def test_what_a_rejoin_leaves_standing_is_noticed(reader: Opened) -> None:
    await reader.joins(2, reset=False)
    assert list(reader.shown) == [1, 2, 3]
    with pytest.raises(StormError, match="in another order"):
        await reader.joins(0, reset=False)


async def test_other_words_for_the_same_message_are_noticed(reader: Opened) -> None:
    assert "table" in reader.compare({**stored(1, 2), 3: "Bob & three"}, 3)

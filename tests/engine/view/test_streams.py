"""The stream methods of views, and what a page shows of streams."""

from __future__ import annotations

import gc
import json
import weakref
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from engine.view.stream_views import MistakenLive, RowsLive, make_app, row
from hypothesis import given
from hypothesis import strategies as st
from support.client_merge import ClientMerge

from quart_live import LiveViewError, LiveViewTest
from quart_live.testing import Element, Tree, parse
from quart_live.testing.streamed import Streamed

RECORDED = json.loads(
    (Path(__file__).parents[1] / "golden" / "browser_streams.json").read_text(encoding="utf-8")
)


@pytest.fixture
async def page() -> AsyncIterator[LiveViewTest]:
    async with LiveViewTest(make_app(), "/rows") as page:
        yield page


def items(page: LiveViewTest, selector: str) -> list[str]:
    """Id and text of each item, as in the recordings."""
    return [f"{item.get('id')} {item.text}" for item in page.find(selector).find_all("li")]


def ids(page: LiveViewTest) -> list[str]:
    return [item.get("id").removeprefix("rows-") for item in page.find("#rows").find_all("li")]


async def test_the_page_shows_what_the_recorded_browser_showed(page: LiveViewTest) -> None:
    for step in RECORDED:
        if step["event"] == "reconnect":
            await page.rejoin()
        else:
            await page.push(step["event"], step["params"])
        assert items(page, "#rows") == step["rows"], step
        assert items(page, "#other") == step["other"], step


async def test_a_message_carries_one_item_however_many_there_are(page: LiveViewTest) -> None:
    for number in range(10, 60):
        await page.push("append", {"id": number})
    before = len(page.socket.frames)
    await page.channel.pubsub.broadcast("rows", row(60, "hello"))
    await page.settle()
    (frame,) = (
        json.loads(text) for side, text in page.socket.frames[before:] if side == "<" and "hello" in text
    )
    assert frame[3:] == [
        "diff",
        {"1": {"k": {"0": {"0": "rows-60", "1": "hello", "2": ""}, "kc": 1},
               "stream": ["0", [["rows-60", -1, None, False]], []]}},
    ]  # fmt: skip
    assert len(ids(page)) == 54


class Item:
    """An item that can be watched."""

    def __init__(self, number: int) -> None:
        self.id = number
        self.t = f"item {number}"


async def test_no_item_is_kept_once_it_is_sent(page: LiveViewTest) -> None:
    item = Item(1)
    watched = weakref.ref(item)
    await page.send_info(item)
    assert "item 1" in page.html
    del item
    gc.collect()
    assert watched() is None


async def test_items_of_mount_are_not_kept_either() -> None:
    watched: list[weakref.ref[Item]] = []

    class ManyLive(RowsLive):
        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            await super().mount(params, session)
            for number in range(5, 8):
                item = Item(number)
                watched.append(weakref.ref(item))
                self.stream_insert("rows", item)

    async with LiveViewTest(make_app(("/many", ManyLive)), "/many") as page:
        assert "item 7" in page.html
        gc.collect()
        assert len(watched) == 6 and not any(reference() for reference in watched)


@pytest.mark.parametrize(
    ("event", "params", "expected"),
    [
        ("at", {"id": 9, "at": 1}, ["1", "9", "2", "3"]),
        ("at", {"id": 9, "at": 7}, ["1", "2", "3", "9"]),
        ("at", {"id": 3, "at": 0}, ["1", "2", "3"]),
        ("move", {"id": 3}, ["3", "1", "2"]),
        ("keep", {"id": 9, "limit": 2}, ["9", "1"]),
        ("keep", {"id": 9, "limit": -2}, ["2", "3"]),
        ("keep", {"id": 2, "limit": 1}, ["1", "2", "3"]),
        ("update", {"id": 9}, ["1", "2", "3"]),
    ],
)
async def test_positions_and_limits(
    page: LiveViewTest, event: str, params: dict[str, Any], expected: list[str]
) -> None:
    await page.push(event, params)
    assert ids(page) == expected


async def test_a_stream_in_a_branch_and_streams_in_a_loop() -> None:
    async with LiveViewTest(make_app(), "/branch") as page:
        await page.push("insert", {"into": "rows", "id": 2, "t": "rows 2"})
        await page.push("insert", {"into": "b", "id": 2, "t": "b 2"})
        assert [item.text for item in lists(page)] == ["rows 1", "rows 2", "items 1", "b 1", "b 2"]
        await page.push("rooms", {"names": ["b", "items"]})
        assert [item.text for item in lists(page)] == ["rows 1", "rows 2", "b 1", "b 2", "items 1"]
        await page.push("toggle")
        await page.push("toggle")
        await page.push("insert", {"into": "rows", "id": 3, "t": "rows 3"})
        assert [item.text for item in lists(page)] == ["rows 3", "b 1", "b 2", "items 1"]


def lists(page: LiveViewTest) -> list[Element]:
    return parse(page.html).find_all("li")


async def test_the_clients_own_merge_code_takes_every_message(
    page: LiveViewTest, client_merge: ClientMerge
) -> None:
    for step in RECORDED[:9]:
        await page.push(step["event"], step["params"])
    answers = [json.loads(text)[4]["response"] for side, text in page.socket.frames if side == "<"]
    html = client_merge.replay([answers[0]["rendered"], *(answer["diff"] for answer in answers[1:])])
    assert "row 1" in html[0] and "new 10" in html[1] and "m 52" in html[8]
    assert "new 10" not in html[2], "the client's tree keeps no items"


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("unknown", "no stream 'rows'"),
        ("no id", "dom_id"),
        ("configured late", "begun"),
        ("assigned", "streams"),
    ],
)
async def test_mistakes_are_explained(how: str, words: str) -> None:
    view = MistakenLive()
    with pytest.raises(LiveViewError, match=words):
        await view.mount({"how": how}, {})


async def test_a_template_that_misspells_a_stream_is_told(caplog: pytest.LogCaptureFixture) -> None:
    response = await make_app().test_client().get("/wrong?how=fine")
    assert response.status_code == 500
    assert "there is no stream 'rows', only known" in caplog.text


# -- the test client's own record of streams, against a model of a list --

NUMBERS = st.integers(0, 6)
OPERATIONS = st.lists(
    st.tuples(st.sampled_from(["insert", "top", "delete", "reset", "update"]), NUMBERS),
    min_size=1,
    max_size=4,
)


@given(st.lists(OPERATIONS, max_size=8))
def test_the_record_of_a_stream_agrees_with_a_list(messages: list[list[tuple[str, int]]]) -> None:
    record, model = Streamed("0"), list[str]()
    for message in messages:
        inserts: dict[str, tuple[int, bool]] = {}
        deletes: list[str] = []
        emptied = False
        for operation, number in message:
            dom_id = f"n-{number}"
            if operation == "reset":
                inserts, deletes, emptied = {}, [], True
            elif operation == "delete":
                inserts.pop(dom_id, None)
                deletes.append(dom_id)
            else:
                inserts.pop(dom_id, None)
                inserts[dom_id] = (0 if operation == "top" else -1, operation == "update")
        known = set(model)
        model = [] if emptied else [dom_id for dom_id in model if dom_id not in deletes]
        for dom_id, (at, update_only) in inserts.items():
            if dom_id not in model and (not update_only or dom_id in known):
                model.insert(0 if at == 0 else len(model), dom_id)
        wire = [[dom_id, at, None, only] for dom_id, (at, only) in reversed(inserts.items())]
        changes = ["0", wire, deletes, *([True] if emptied else [])]
        record.apply(changes, ["", ""], [{"0": dom_id} for dom_id in inserts])
        assert list(record.items) == model


def test_a_stream_whose_items_do_not_match_its_announcement_is_an_error() -> None:
    with pytest.raises(ValueError, match="announces 1 items but has 0"):
        Tree(
            {
                "0": {"k": {"kc": 0}, "s": ["", ""], "stream": ["0", [["a", -1, None, False]], []]},
                "s": ["", ""],
            }
        )

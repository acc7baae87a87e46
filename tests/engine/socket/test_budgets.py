"""What one account and one address may take up, whatever they do; the others notice nothing."""

from __future__ import annotations

import asyncio
import random
from typing import Any, ClassVar

import pytest
from engine.app import SlowLive, make_app
from quart import Quart
from support.leftovers import assert_nothing_left
from support.listener import until
from support.raw import Page, open_page

from quart_live import LiveView, LiveViewTest, QuartLive
from quart_live.socket.budgets import Budget, Load, address_of
from quart_live.socket.excess import EVENT
from quart_live.socket.limits import TokenBucket
from quart_live.socket.turns import Turns
from quart_live.testing import SocketClosedError, TestSocket


class MountingLive(LiveView):
    """Its mount waits for a gate, and tells how many of it wait."""

    inline_template = "<p>here</p>"
    gate: ClassVar[asyncio.Event]
    at_work: ClassVar[list[str]]

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        if self.connected:
            self.at_work.append(self.id)
            await self.gate.wait()
            self.at_work.remove(self.id)


def mounting_app(**config: Any) -> tuple[Quart, QuartLive]:
    app = make_app(**config)
    live: QuartLive = app.extensions["quart_live"]
    live.route("/mounting", MountingLive)
    MountingLive.gate, MountingLive.at_work = asyncio.Event(), []
    return app, live


async def more_sockets(page: Page, count: int) -> list[Page]:
    """More sockets of the same page, so of the same session."""
    pages = []
    for _ in range(count):
        socket = TestSocket(page.app)
        socket.scope = page.socket.scope
        await socket.connect()
        pages.append(Page(page.app, page.root, socket))
    return pages


def ask_to_join(page: Page, path: str) -> str:
    ref = page.socket.next_ref()
    page.socket.send(ref, ref, page.topic(), "phx_join", page.payload(path))
    return ref


# -- turns -------------------------------------------------------------------------------------------------


async def test_joins_of_one_account_make_nobody_else_wait() -> None:
    app, live = mounting_app(LIVE_JOINS_PER_ACCOUNT=2)
    greedy = await open_page(app, "/mounting")
    pages = [greedy, *await more_sockets(greedy, 9)]
    refs = [ask_to_join(page, "/mounting") for page in pages]
    await until(lambda: live.sockets.turns.waiting == 8)
    assert len(MountingLive.at_work) == 2
    async with LiveViewTest(app, "/counter") as other:  # another session, behind the same address
        await other.push("increment")
    MountingLive.gate.set()
    for page, ref in zip(pages, refs, strict=True):
        assert (await page.socket.reply_to(ref))["status"] == "ok"
        await page.socket.close()
    await live.runtime.open_hosts.wait_until_empty()
    assert_nothing_left(live)
    assert live.sockets.turns.addresses == ()
    assert greedy.socket is not None


async def test_a_join_that_waits_and_is_replaced_or_left_is_not_mounted() -> None:
    app, live = mounting_app(LIVE_JOINS_PER_ACCOUNT=1)
    first = await open_page(app, "/mounting")
    second, third = await more_sockets(first, 2)
    ask_to_join(first, "/mounting")
    await until(lambda: MountingLive.at_work)
    ask_to_join(second, "/mounting")
    again = ask_to_join(second, "/mounting")
    ask_to_join(third, "/mounting")
    await until(lambda: live.sockets.turns.waiting == 3)
    await third.socket.close()
    mounted: list[str] = []
    MountingLive.at_work = mounted
    mounted.append(first.element().get("id"))
    MountingLive.gate.set()
    assert (await second.socket.reply_to(again))["status"] == "ok"
    await until(lambda: len(live.runtime.open_hosts) == 2)
    await first.socket.close()
    await second.socket.close()
    await live.runtime.open_hosts.wait_until_empty()
    assert live.sockets.turns.addresses == ()


@pytest.mark.parametrize("seed", range(20))
async def test_turns_are_bounded_and_fair_and_nobody_is_forgotten(seed: int) -> None:
    chance, turns = random.Random(seed), Turns(2, 5)
    at_work: dict[str, int] = {}
    done = 0

    async def join(account: str) -> None:
        nonlocal done
        async with turns.taken(account, "here"):
            at_work[account] = at_work.get(account, 0) + 1
            assert at_work[account] <= 2
            assert sum(at_work.values()) <= 5
            try:
                for _ in range(chance.randrange(3)):
                    await asyncio.sleep(0)
                done += 1
            finally:
                at_work[account] -= 1

    tasks = [asyncio.ensure_future(join(chance.choice("aaaaabcdefgh"))) for _ in range(100)]
    cancelled = 0
    for task in chance.sample(tasks, 30):
        await asyncio.sleep(0)
        cancelled += task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [r for r in results if isinstance(r, Exception)] == []
    assert done == sum(result is None for result in results) >= 70
    assert turns.addresses == ()


async def test_account_after_account_gets_its_turn() -> None:
    turns, order = Turns(1, 1), []

    async def join(account: str) -> None:
        async with turns.taken(account, "here"):
            order.append(account)
            await asyncio.sleep(0)

    await asyncio.gather(*(join(account) for account in "aaaaabc"))
    assert "".join(order) == "aabcaaa" or order.index("c") <= 4
    assert order.count("a") == 5


# -- sockets, views, joins ---------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", ["LIVE_MAX_SOCKETS_PER_ACCOUNT", "LIVE_MAX_SOCKETS_PER_ADDRESS"])
async def test_sockets_are_bounded(setting: str, caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(**{setting: 2})
    page = await open_page(app, "/counter")
    (other,) = await more_sockets(page, 1)
    with pytest.raises(SocketClosedError):
        await more_sockets(page, 1)
    assert setting in caplog.text
    if setting.endswith("ACCOUNT"):
        stranger = await open_page(app, "/counter")  # has a session of its own
        await stranger.socket.close()
    else:
        with pytest.raises(SocketClosedError):
            await open_page(app, "/counter")
    await other.socket.close()
    (again,) = await more_sockets(page, 1)
    assert (await again.join("/counter"))[1]["status"] == "ok"
    for each in (page, again):
        await each.socket.close()
    live: QuartLive = app.extensions["quart_live"]
    assert len(live.sockets.budgets) == 0
    await live.runtime.open_hosts.wait_until_empty()
    assert_nothing_left(live)


@pytest.mark.parametrize("whose", ["ACCOUNT", "ADDRESS"])
async def test_joins_and_views_are_bounded_over_all_sockets(whose: str) -> None:
    app = make_app(**{f"LIVE_{whose}_JOIN_RATE": 0.0001, f"LIVE_{whose}_JOIN_BURST": 2})
    page = await open_page(app, "/counter")
    pages = [page, *await more_sockets(page, 2)]
    answers = [(await each.join("/counter"))[1]["response"] for each in pages]
    assert answers[2] == {"reason": "too many joins"}
    await pages[0].socket.close()
    (again,) = await more_sockets(page, 1)  # to come back brings no new joins
    assert (await again.join("/counter"))[1]["response"] == {"reason": "too many joins"}

    app = make_app(**{f"LIVE_MAX_CHANNELS_PER_{whose}": 2})
    page = await open_page(app, "/counter")
    pages = [page, *await more_sockets(page, 2)]
    answers = [(await each.join("/counter"))[1]["response"] for each in pages]
    assert answers[2] == {"reason": "too many channels joined"}
    await pages[0].socket.close()
    live: QuartLive = app.extensions["quart_live"]
    await until(lambda: len(live.runtime.open_hosts) == 1)
    assert (await pages[2].join("/counter"))[1]["status"] == "ok"


@pytest.mark.parametrize(
    ("client", "name"),
    [
        (("203.0.113.9", 50000), "address 203.0.113.9"),
        (("::ffff:203.0.113.9", 1), "address 203.0.113.9"),
        (("2001:db8:1:2:3:4:5:6", 1), "address 2001:db8:1:2::/64"),
        (("fe80::1%eth0", 1), "address fe80::/64"),
        (("203.0.113.9:50000", 0), "address 203.0.113.9"),
        (("[2001:db8:1:2::1]:50000", 0), "address 2001:db8:1:2::/64"),
        (("/run/socket", None), "address /run/socket"),
        (None, "address "),
    ],
)
def test_addresses(client: Any, name: str) -> None:
    assert address_of({"client": client}) == name


def test_a_class_behind_one_address_meets_no_limit() -> None:
    """200 people, each with three pages of six views, whose server starts anew."""
    settings = make_app().extensions["quart_live"].settings
    pages, views = 200 * 3, 200 * 3 * 6
    assert settings.max_sockets_per_address >= 2 * pages  # the old ones may not have gone yet
    assert settings.max_channels_per_address >= 2 * views
    assert settings.address_join_burst >= 2 * views
    assert settings.account_join_burst >= 3 * 6 * 10


# -- events ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whose", ["", "ACCOUNT_"])
async def test_events_are_limited_and_others_notice_nothing(whose: str) -> None:
    app = make_app(**{f"LIVE_{whose}EVENT_RATE": 0.0001, f"LIVE_{whose}EVENT_BURST": 3})
    page = await open_page(app, "/counter")
    ref, _ = await page.join("/counter")
    answers = [await page.event(ref, "increment") for _ in range(4)]
    assert [answer["response"] for answer in answers[:3]] == [{"diff": {"0": str(n)}} for n in (1, 2, 3)]
    assert answers[3] == {"status": "ok", "response": {"diff": {"e": [[EVENT, {}]]}}}
    for event, payload in (
        ("event", {"type": "hook", "event": "increment", "value": {}}),
        ("event", {"type": "form", "event": "x", "value": "a=1", "meta": {"_target": "a"}}),
        ("live_patch", {"url": "http://localhost/counter?n=1"}),
        ("allow_upload", {}),
    ):
        page.socket.send(ref, f"x{event}", page.topic(), event, payload)
        answer = await page.socket.reply_to(f"x{event}")
        assert answer == {"status": "error", "response": {"reason": "too many events"}}
    page.socket.send(ref, "cids", page.topic(), "cids_will_destroy", {"cids": []})
    assert (await page.socket.reply_to("cids"))["status"] == "ok"
    assert (await page.socket.heartbeat())["status"] == "ok"
    async with LiveViewTest(app, "/counter") as other:
        await other.push("increment")
        assert other.find("h1").text == "1"
    (sibling,) = await more_sockets(page, 1)
    ref, _ = await sibling.join("/counter")
    answer = await sibling.event(ref, "increment")
    assert answer["response"]["diff"] == ({"0": "1"} if not whose else {"e": [[EVENT, {}]]})
    await page.socket.close()
    await sibling.socket.close()


async def test_events_that_wait_are_bounded_by_their_bytes() -> None:
    app = make_app(LIVE_MAX_WAITING_BYTES=25_000)
    live: QuartLive = app.extensions["quart_live"]
    page = await open_page(app, "/slow")
    ref, _ = await page.join("/slow")
    account = next(iter(live.sockets)).allowance.account
    for number in range(5):
        payload = {"type": "hook", "event": str(number), "value": "x" * 8000}
        page.socket.send(ref, f"e{number}", page.topic(), "event", payload)
    assert (await page.socket.reply_to("e3"))["response"] == {"reason": "too many events"}
    assert account.waiting > 20_000
    SlowLive.gate.set()
    for number in (0, 1, 2):
        assert (await page.socket.reply_to(f"e{number}"))["status"] == "ok"
    assert account.waiting == 0
    await page.socket.close()
    await live.runtime.open_hosts.wait_until_empty()


def test_a_load_counts_as_long_as_it_is_there() -> None:
    budget = Budget("a", TokenBucket(1, 1), TokenBucket(1, 1))
    loads = [Load(budget, 5), Load(budget, 7)]
    assert budget.waiting == 12
    loads.pop()
    assert budget.waiting == 5
    loads.clear()
    assert budget.waiting == 0


async def test_a_flood_of_frames_is_read_at_its_rate_and_nothing_is_lost() -> None:
    app = make_app(LIVE_FRAME_RATE=200, LIVE_FRAME_BURST=20)
    page = await open_page(app, "/counter")
    loop = asyncio.get_running_loop()
    begun = loop.time()
    for number in range(60):
        page.socket.send(None, f"h{number}", "phoenix", "heartbeat", {})
    assert (await page.socket.reply_to("h59"))["status"] == "ok"
    assert loop.time() - begun >= (60 - 20 - 2) / 200  # no sooner; later is the machine's affair
    await page.socket.close()


def test_what_is_owed() -> None:
    bucket = TokenBucket(rate=10, burst=5)
    assert bucket.owed(100, 5) == 0
    assert bucket.owed(100, 1) == pytest.approx(0.1)
    assert bucket.owed(100, 4) == pytest.approx(0.5)
    assert bucket.owed(101, 5) == 0

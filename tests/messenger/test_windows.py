"""The windows of a conversation: what stands in them comes when they are opened, and goes with them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from quart import Quart
from support.seeded_messenger import messenger_at, page_of

from messenger import accounts, chat
from messenger.accounts import User
from messenger.db import db
from quart_live.testing import LiveViewTest
from quart_live.testing.dom import Element, parse

SETTINGS = {"windows": "settings"}
BOTH = {"windows": "settings poll"}
EARLIER = 60
MOST_OF_A_JOIN = 45_000
# Numbers are longer where there are more people, and a name or two.
ALIKE = 200


@pytest.fixture
async def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Quart]:
    async with messenger_at(tmp_path, monkeypatch) as app:
        yield app


async def here(app: Quart, name: str, number: int, **params: object) -> LiveViewTest:
    """A conversation's page for somebody who has signed in, not opened yet."""
    return await page_of(app, name, f"/conversations/{number}", **params)


async def alice() -> User:
    user = await accounts.find_user_by_nickname("Alice")
    assert user is not None
    return user


async def choir(singers: int, *, messages: int = 0) -> int:
    """A conversation of Alice's with so many members, each called by a number, and messages of theirs."""
    owner = await alice()
    people = [User(nickname=f"Singer {singers:03}-{number:03}") for number in range(1, singers)]
    await db.write(lambda session: session.add_all(people))
    begun = await chat.create_conversation("A choir", owner, people)
    for number in range(messages):
        await chat.send_message(begun.id, people[number % len(people)].id, f"This is line {number}.")
    return begun.id


def every(page: LiveViewTest, selector: str) -> list[Element]:
    return parse(page.html).find_all(selector)


def members_in(page: LiveViewTest) -> list[str]:
    """The nicknames in the list of members."""
    return [one.text for one in page.find("#places").find_all("li > .one-line")]


def people_held(page: LiveViewTest) -> list[Any]:
    """Whom the view holds, besides its own user and who writes."""
    held = page.view.assigns
    return [*held.members.shown, *held.contacts.people, *filter(None, [held.stays])]


async def test_a_page_and_its_join_are_as_long_for_two_hundred_members_as_for_five(app: Quart) -> None:
    pages, joins = {}, {}
    choirs = {singers: await choir(singers, messages=EARLIER) for singers in (5, 200)}
    for singers, number in choirs.items():
        async with await here(app, "Alice", number) as page:
            pages[singers] = len(page.page_html.encode())
            joins[singers] = len(max((text for way, text in page.socket.frames if way == "<"), key=len))
            assert not people_held(page)
    assert abs(pages[200] - pages[5]) < ALIKE, pages
    assert abs(joins[200] - joins[5]) < ALIKE, joins
    assert joins[200] < MOST_OF_A_JOIN, joins


async def test_a_window_is_filled_while_it_is_open(app: Quart) -> None:
    async with await here(app, "Alice", 2) as page:
        for window, inside in (("settings", "#places"), ("poll", "#asking")):
            assert not every(page, inside)
            await page.hook("windows", {"windows": window})
            assert page.find(inside)
            await page.hook("windows", {"windows": ""})
            assert not every(page, inside)
            assert not people_held(page)
        await page.settle()
        assert not page.channel.joined()[1].components.trees()


async def test_a_window_that_was_open_is_filled_in_the_first_page_after_a_fault(app: Quart) -> None:
    await chat.ask(2, (await alice()).id, "Which day?", "Saturday\nSunday")
    async with await here(app, "Alice", 2, **BOTH) as page:
        assert page.find("#rename-title").get("value") == "Saturday hike"
        assert sorted(members_in(page)) == ["Alice (you)", "Bob", "Carol"]
        assert "Which day?" in page.find("#poll").text
        await page.rejoin()
        assert page.find("#places")
        assert page.find("#poll legend").text == "Which day?"
        # Over HTTP nothing is open yet.
        assert 'id="places"' not in page.page_html


@pytest.mark.parametrize("windows", [None, 7, [], {}, ["settings"], "no poll, sett " * 9, "\0"])
async def test_a_browser_may_name_any_windows(app: Quart, windows: Any) -> None:
    async with await here(app, "Alice", 2, windows=windows) as page:
        view = page.view
        await page.hook("windows", {"windows": windows})
        await page.hook("windows", windows)
        assert page.view is view
        assert set(view.assigns.filled) <= {"settings", "poll"}


async def test_members_come_in_pages_and_are_found_by_a_part_of_their_nickname(app: Quart) -> None:
    async with await here(app, "Alice", await choir(130), **SETTINGS) as page:
        assert "Members (130)" in page.find("#settings").text
        for shown in (50, 100, 130):
            assert len(members_in(page)) == shown
            if shown < 130:
                await page.click("#after-places button")
        assert not every(page, "#after-places button")
        await page.change("#find-members", {"wanted": " 130-04 "})
        assert members_in(page) == [f"Singer 130-{number:03}" for number in range(40, 50)]
        await page.change("#find-members", {"wanted": "%"})
        assert members_in(page) == []
        assert "No member is called “%”." in page.find("#settings").text
        await page.submit("#find-members", {"wanted": ""})
        assert len(members_in(page)) == 50


async def test_few_members_need_no_search_and_are_all_named(app: Quart) -> None:
    for singers, named in ((2, 1), (8, 7), (9, 2), (200, 2)):
        async with await here(app, "Alice", await choir(singers), **SETTINGS) as page:
            others = [f"Singer {singers:03}-{number:03}" for number in range(1, named + 1)]
            rest = f" and {singers - 1 - named} others" if singers > 8 else ""
            assert ", ".join(["Alice (you)", *others]) + rest in page.find("section header").text
            assert bool(every(page, "#find-members")) is (singers > 8)


async def test_what_the_owner_does_is_shown_in_the_open_window_and_read_for_no_closed_one(app: Quart) -> None:
    number = await choir(60)
    async with (
        await here(app, "Alice", number, **SETTINGS) as open_one,
        await here(app, "Alice", number) as closed,
    ):
        await open_one.change("#find-members", {"wanted": "060-007"})
        user = await accounts.find_user_by_nickname("Singer 060-007")
        assert user is not None
        await open_one.hook("remove", {"id": user.id})
        await open_one.until(lambda: "No member is called “060-007”." in open_one.text)
        await closed.until(lambda: "and 56 others" in closed.text)
        assert "Members (59)" in open_one.text
        assert not people_held(closed)


async def test_a_message_renders_nothing_of_the_windows(app: Quart) -> None:
    await chat.ask(2, (await alice()).id, "Which day?", "Saturday\nSunday")
    async with await here(app, "Alice", 2, **BOTH) as page, await here(app, "Bob", 2) as bob:
        frames = len(page.socket.frames)
        await bob.submit("#composer", {"content": "Eight o'clock"})
        await page.until(lambda: "Eight o'clock" in page.find("#messages").text)
        told = "".join(text for _, text in page.socket.frames[frames:])
        for word in ("Rename", "Remove", "Carol", "Which day?", "Saturday\\"):
            assert word not in told


async def test_whoever_would_stay_is_said_before_somebody_leaves(app: Quart) -> None:
    number = (await chat.create_conversation("Two", await alice())).id
    async with await here(app, "Alice", number, **SETTINGS) as page:
        assert "The conversation is deleted, with its messages." in page.find("#leaving").text
        bob = await accounts.find_user_by_nickname("Bob")
        assert bob is not None
        await page.hook("add", {"id": bob.id})
        await page.until(lambda: "Bob becomes the owner." in page.find("#leaving").text)
        await page.hook("hand-over", {"id": bob.id})
        await page.until(lambda: "Only the owner can add you again." in page.find("#leaving").text)

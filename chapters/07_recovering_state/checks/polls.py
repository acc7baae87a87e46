"""Chapter 7: the poll: picked and chosen answers, stored votes, and forged ballots."""

from __future__ import annotations

from functools import partial

from playwright.async_api import Locator

from course.checks import CheckContext, check, in_messenger, since
from course.lab.person.person import Person

POLL = "messenger/poll_component.py"
QUESTION = "messenger/question_component.py"
POLL_TEMPLATE = "messenger/templates/poll_component.html"
QUESTION_TEMPLATE = "messenger/templates/question_component.html"
BALLOT = "static/hooks/ballot.js"
BALLOTS = "messenger/ballots.py"
POLLS = "messenger/chat/polls.py"
VIEW = "messenger/conversation_live.py"
MIGRATION = "messenger/migrations/versions/0005_polls_and_drafts.py"

ASKED = """
    owner = await accounts.find_user_by_nickname("Alice")
    await chat.ask({number}, owner.id, "Which day?", "Saturday\\nSunday")
    await chat.ask({number}, owner.id, "Where to?", "Hills\\nLake")
    return [[choice.id for choice in asked.choices] for asked in await chat.questions_in({number})]
"""

VOTES = "return [[vote.choice_id for vote in asked.votes] for asked in await chat.questions_in({number})]"


async def poll(c: CheckContext, title: str) -> int:
    """Store a new conversation of Alice and Bob with two questions in it. Return its id."""
    number = await c.begun(title, "Alice", "Bob")
    c.done("two questions were asked there")
    await c.in_app(in_messenger(ASKED.format(number=number)), "two questions")
    return number


async def at_the_poll(c: CheckContext, name: str, number: int) -> Person:
    """Sign a person in and open the poll of a conversation."""
    person = await c.signed_in(name, f"/conversations/{number}")
    await c.click(person, "Poll")
    return person


def asked(person: Person, question: str) -> Locator:
    """Return a question of the poll on a person's page."""
    return person.page.get_by_role("group", name=question)


async def pick(c: CheckContext, person: Person, question: str, choice: str) -> None:
    """Pick one of the choices, without clicking Choose."""
    c.done(f"{person.name} picked {choice}")
    mark = person.mark()
    await asked(person, question).get_by_role("radio", name=choice).check()
    await c.expect_frame(person, mark, lambda f: f.kind in ("reply", "diff"), "an answer to it")


async def choose(c: CheckContext, person: Person, question: str, choice: str) -> None:
    """Pick one of the choices and click Choose."""
    await pick(c, person, question, choice)
    c.done(f"{person.name} pressed Choose")
    await asked(person, question).get_by_role("button", name="Choose").click()
    await c.expect_text(asked(person, question).locator("label").filter(has_text=choice), "chosen")


async def expect_picked(c: CheckContext, person: Person, question: str, choice: str) -> None:
    """Wait until a choice is the picked one."""
    radio = asked(person, question).get_by_role("radio", name=choice)
    await c.expect_soon(radio.is_checked, expected=f"{choice} picked", seen="another, or none")


async def votes_in(c: CheckContext, number: int) -> list[list[int]]:
    """Return the stored votes, question by question."""
    found: list[list[int]] = await c.in_app(in_messenger(VOTES.format(number=number)), "questions")
    return found


@check("7.4", "A question reaches everybody, and so does a vote", files=[POLL, QUESTION, POLLS, VIEW])
@since(7)
async def voting(c: CheckContext) -> None:
    number = await c.begun("Ask them", "Alice", "Bob")
    alice, bob = await at_the_poll(c, "Alice", number), await at_the_poll(c, "Bob", number)
    await c.fill(alice, "Question", "Which day?")
    await c.fill(alice, "Choices, one in each line", "Saturday")
    await c.click(alice, "Ask")
    await c.expect_text(alice.page.get_by_role("alert"), "Give at least two choices", "the reason")
    await c.expect_value(alice.textbox("Question"), "Which day?")
    await c.fill(alice, "Choices, one in each line", "Saturday\nSunday")
    await c.click(alice, "Ask")
    await c.expect_visible(asked(bob, "Which day?"), "the question, on Bob's page")
    await choose(c, bob, "Which day?", "Sunday")
    c.expect(await votes_in(c, number) == [[]], expected="no vote before Vote is pressed", seen="a vote")
    await c.click(bob, "Vote")
    sunday = "label:has-text('Sunday')"
    await c.expect_text(asked(bob, "Which day?").locator(sunday), "your vote")
    await c.expect_text(asked(alice, "Which day?").locator(sunday).locator(".votes"), "1", "the votes")
    await choose(c, bob, "Which day?", "Saturday")
    await c.click(bob, "Vote")
    await c.expect_text(asked(alice, "Which day?").locator(sunday).locator(".votes"), "0", "the votes")
    c.expect(
        [len(votes) for votes in await votes_in(c, number)] == [1],
        expected="one vote of Bob's, changed",
        seen="two",
    )


@check(
    "7.5",
    "Choices that were chosen or only picked survive kill, cut and crash",
    files=[POLL, QUESTION, BALLOT, BALLOTS, POLL_TEMPLATE, QUESTION_TEMPLATE],
)
@since(7)
async def surviving(c: CheckContext) -> None:
    number = await poll(c, "Not voted yet")
    alice = await at_the_poll(c, "Alice", number)
    await choose(c, alice, "Which day?", "Sunday")
    await pick(c, alice, "Where to?", "Lake")
    same_page = c.stays(alice)
    for happen in (c.restart, partial(c.reconnect, alice), partial(c.crash, alice)):
        mark = alice.mark()
        await happen()
        await c.expect_frame(alice, mark, lambda f: f.kind == "join", "a new join")
        sunday = asked(alice, "Which day?").locator("label").filter(has_text="Sunday")
        await c.expect_text(sunday, "chosen", "what was chosen")
        await expect_picked(c, alice, "Which day?", "Sunday")
        await expect_picked(c, alice, "Where to?", "Lake")
        lake = asked(alice, "Where to?").locator("label").filter(has_text="Lake")
        c.expect("chosen" not in await lake.inner_text(), expected="Lake picked, not chosen", seen="chosen")
        await c.expect_visible(alice.text("1 chosen, not voted yet."))
    same_page()
    await c.click(alice, "Vote")
    await c.expect_visible(alice.text("You have voted."))
    votes = await votes_in(c, number)
    c.expect([len(one) for one in votes] == [1, 0], expected="one vote, for the day", seen=str(votes))


@check(
    "7.6",
    "A vote counts once, and only for a question that was asked here",
    files=[POLLS, BALLOTS, MIGRATION],
)
@since(7)
async def forged(c: CheckContext) -> None:
    here, there = await poll(c, "Asked here"), await poll(c, "Asked there")
    body = f"""
        alice, bob, carol = [await accounts.find_user_by_nickname(name) for name in ("Alice", "Bob", "Carol")]
        day, place = await chat.questions_in({here})
        other, _ = await chat.questions_in({there})
        ballots = {{
            "another conversation's": (bob, {{other.id: other.choices[0].id}}),
            "another question's": (bob, {{day.id: place.choices[0].id}}),
            "nobody's": (bob, {{day.id: 10 ** 6}}),
            "a stranger's": (carol, {{day.id: day.choices[0].id}}),
        }}
        from messenger.ballots import ballot_in
        nonsense = ["", "[]", "7", "[" * 10 ** 5, f'{{{{"{{day.id}}": [], "{{place.id}}": 1e99}}}}']
        found = {{"nonsense": [ballot_in({{"ballot": one}}, [day, place]) for one in nonsense]}}
        for name, (who, ballot) in ballots.items():
            found[name] = await refused(chat.vote({here}, who.id, ballot))
        for _ in range(2):
            await chat.vote({here}, bob.id, {{day.id: day.choices[1].id}})
        found["votes"] = [len(one.votes) for one in await chat.questions_in({here})]
        found["blank"] = await refused(chat.ask({here}, bob.id, "  ", "A\\nB"))
        await chat.close_conversation({here}, alice.id)
        found["closed"] = await refused(chat.vote({here}, bob.id, {{day.id: day.choices[0].id}}))
        return found
    """
    found = await c.in_app(in_messenger(body), "the context chat")
    wanted = {
        "nonsense": [{}] * 5,
        "another conversation's": ["choice"],
        "another question's": ["choice"],
        "nobody's": ["choice"],
        "a stranger's": ["NotAMember"],
        "votes": [1, 0],
        "blank": ["question"],
        "closed": ["content"],
    }
    for name, answer in wanted.items():
        c.expect(found[name] == answer, expected=f"{name}: {answer}", seen=str(found[name]))

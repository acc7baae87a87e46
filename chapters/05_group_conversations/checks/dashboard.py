"""Chapter 5: group conversations, the dashboard and its form. See owners.py for the rest."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from course.checks import CheckContext, check, in_messenger, since
from course.lab.person.person import Person

VIEW = "messenger/dashboard_live.py"
TEMPLATE = "messenger/templates/dashboard_live.html"
MACROS = "messenger/templates/macros.html"
FORM = "messenger/new_conversation.py"
GROUPS = "messenger/chat/groups.py"
CONVERSATIONS = "messenger/chat/conversations.py"
SUMMARIES = "messenger/summaries.py"
LISTED = "messenger/listed.py"
LIST = "messenger/templates/conversations.html"
CONTACTS = "messenger/contacts.py"
FINDING = "messenger/accounts/contacts.py"
TOPICS = "messenger/chat/topics.py"
PAGES = "messenger/pages.py"
INDEX = "messenger/templates/index.html"
STYLE = "static/css/groups.css"
MIGRATION = "messenger/migrations/versions/0003_closing.py"

LONGEST_TITLE = 100
TABLES = ("chat_conversations", "chat_conversation_members", "chat_messages")
MANY = 10_000

STORED = in_messenger("""
    talks = await chat.all_conversations()
    return [[talk.title, [[member.user.nickname, member.owner] for member in talk.members]] for talk in talks]
""")


async def stored(c: CheckContext) -> list[Any]:
    """Every conversation in the database, the newest first: title, and members with who owns it."""
    found: list[Any] = await c.in_app(STORED, "the context chat")
    return found


async def dashboard(c: CheckContext, name: str) -> Person:
    """A person who has signed in, on the landing page."""
    person = await c.person(name)
    await c.sign_in(person, name)
    await require_dashboard(c, person)
    await c.visit(person, "/")
    return person


async def require_dashboard(c: CheckContext, person: Person) -> None:
    """The landing page has what all these checks are about."""
    html = await c.html_of(person, "/")
    seen = "HTML without it"
    c.expect("New conversation" in html, expected="“New conversation” on the landing page", seen=seen)


async def create(c: CheckContext, person: Person, title: str, shown: str = "") -> None:
    """Write a title, press Create, and wait until the list has it."""
    if title:
        await c.fill(person, "Title (optional)", title)
    await c.click(person, "Create")
    await c.expect_visible(c.entry(person.page, shown or title), f"“{shown or title}” in the list")


async def members_sent(person: Person) -> list[list[str]]:
    """The hidden inputs of the form: name and value of each."""
    found: list[list[str]] = await person.page.locator(
        "input[type=hidden][name^='conversation[members]']"
    ).evaluate_all("inputs => inputs.map(input => [input.name, input.value])")
    return found


@check(
    "5.1", "The landing page is a dashboard for whoever is signed in", files=[PAGES, INDEX, VIEW, TEMPLATE]
)
@since(5)
async def landing(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.sign_in(alice, "Alice")
    html = await c.html_of(alice, "/")
    for text in ("Saturday hike", "New conversation"):
        c.expect(text in html, expected=f"“{text}” in the first HTML", seen="HTML without it")
    await c.visit(alice, "/")
    await c.expect_visible(alice.heading("Conversations"))
    await c.expect_visible(alice.heading("New conversation"))
    last_line = re.compile(r"Saturday hike \S+ (Alice|Bob|Carol): .")
    await c.expect_text(c.entry(alice.page, "Saturday hike"), last_line, "the entry of Saturday hike")
    bob = await c.person("Bob")
    html = await c.html_of(bob, "/")
    c.expect("New conversation" not in html, expected="nothing of it for a visitor", seen="the dashboard")


@check("5.2", "I am a member from the start; others are added and removed, each once", files=[VIEW, TEMPLATE])
@since(5)
async def choosing(c: CheckContext) -> None:
    alice = await dashboard(c, "Alice")
    await c.expect_visible(alice.text("Alice (me)"))
    await c.expect_count(alice.button("Remove Alice"), 0, "a button to remove myself")
    await c.choose(alice, "Bob", "Carol")
    await c.click(alice, "Bob", times=2)
    await c.choose(alice, "User One")
    await c.expect_count(alice.button("Remove Bob"), 1, "Bob among the members")
    await c.click(alice, "Remove Bob")
    await c.expect_gone(alice.button("Remove Bob"), "Bob")
    await c.expect_visible(alice.button("Remove Carol"))


@check("5.3", "Hidden inputs mirror the members; Create takes two of them", files=[TEMPLATE, FORM, VIEW])
@since(5)
async def mirrored(c: CheckContext) -> None:
    alice = await dashboard(c, "Alice")
    await c.expect_soon(alice.button("Create").is_disabled, expected="Create disabled", seen="enabled")
    await c.choose(alice, "Bob", "Carol")
    await c.click(alice, "Remove Bob")
    await c.expect_gone(alice.button("Remove Bob"), "Bob")
    ids: dict[str, str] = await c.in_app(
        in_messenger("""
            people = [await accounts.find_user_by_nickname(name) for name in ("Alice", "Carol")]
            return [str(user.id) for user in people]
            """),
        "the context accounts",
    )
    wanted = [[f"conversation[members][{number}][user_id]", id] for number, id in enumerate(ids)]
    found = await members_sent(alice)
    c.expect(found == wanted, expected=f"hidden inputs {wanted}", seen=str(found))
    await c.expect_soon(alice.button("Create").is_enabled, expected="Create enabled", seen="disabled")


@check(
    "5.4",
    "Without a title it is called by its members; both are stored together",
    files=[GROUPS, VIEW],
)
@since(5)
async def creating(c: CheckContext) -> None:
    alice = await dashboard(c, "Alice")
    await c.choose(alice, "Carol", "Bob")
    await create(c, alice, "", shown="Alice, Carol, Bob")
    await c.expect_gone(alice.button("Remove Bob"), "the members of before")
    await c.choose(alice, "Bob")
    await create(c, alice, "  Sunday   lunch ", shown="Sunday lunch")
    await c.expect_value(alice.textbox("Title (optional)"), "")
    wanted = {
        "Alice, Carol, Bob": [["Alice", True], ["Carol", False], ["Bob", False]],
        "Sunday lunch": [["Alice", True], ["Bob", False]],
    }
    found = {title: members for title, members in await stored(c) if title in wanted}
    c.expect(found == wanted, expected=f"in the database {wanted}", seen=str(found))


@check(
    "5.5",
    "The list follows: the most recent first, with last message and time",
    files=[VIEW, SUMMARIES, LISTED, CONVERSATIONS, LIST],
)
@since(5)
async def following(c: CheckContext) -> None:
    alice = await dashboard(c, "Alice")
    await c.choose(alice, "Bob")
    await create(c, alice, "Blue bicycles")
    first = alice.page.get_by_role("listitem").filter(has=alice.page.get_by_role("link")).first
    await c.expect_text(first, "Blue bicycles", "the first of the list")
    await c.expect_text(first, "No messages yet", "the first of the list")
    bob = await dashboard(c, "Bob")
    await c.visit(bob, str(await c.entry(bob.page, "Saturday hike").get_attribute("href")))
    await c.send(bob, "I have the tickets.")
    await c.expect_text(first, "Bob: I have the tickets.", "the first of Alice's list")
    await c.expect_text(first.get_by_role("time"), ":", "its time")
    c.done("Alice clicked Blue bicycles")
    await c.entry(alice.page, "Blue bicycles").click()
    await c.expect_visible(alice.heading("Blue bicycles"))
    await c.expect_visible(alice.textbox("Message"))


CROWD = in_messenger("""
    from sqlalchemy.ext.asyncio import AsyncSession
    users = [accounts.User(nickname=f"Walker {number:03}") for number in range(300)]
    users.append(accounts.User(nickname="Élodie"))
    for user in users:
        user.email, user.password_hash = f"{user.nickname.encode().hex()}@example.com", "none"
    async with AsyncSession(db.engine) as session, session.begin():
        session.add_all(users)
    """)


@check(
    "5.6",
    "Find people searches among many, and shows more on request",
    files=[CONTACTS, FINDING, MACROS],
    fresh=True,
)
@since(5)
async def finding(c: CheckContext) -> None:
    c.done("registered 301 more people")
    await c.in_app(CROWD, "the context accounts")
    alice = await dashboard(c, "Alice")
    people = alice.page.get_by_role("button").filter(has_text="Walker")
    at_first = await people.count()
    c.expect(0 < at_first < 50, expected="some of 300 walkers", seen=f"{at_first} of them")
    await c.click(alice, "More people")
    await c.expect_soon(lambda: more(people, at_first), expected="more of them", seen=f"still {at_first}")
    before = alice.mark()
    c.done("Alice typed “walker 27” into Find people, letter by letter")
    await alice.textbox("Find people").press_sequentially("walker 27", delay=20)
    await c.expect_count(people, 10, "the walkers 270 to 279")
    events = [frame for frame in alice.frames_since(before) if frame.kind == "event"]
    c.expect(
        len(events) < 5, expected="one question, or a few, for nine letters", seen=f"{len(events)} of them"
    )
    await c.choose(alice, "Walker 277")
    for text in ("élo", "%", "Nobody at all"):
        await c.fill(alice, "Find people", text)
        await c.expect_gone(people, "the walkers")
        await c.expect_count(alice.button("Élodie"), 1 if text == "élo" else 0, f"Élodie for “{text}”")
    await c.expect_visible(alice.button("Remove Walker 277"), "Walker 277 among the members")


async def more(people: Any, than: int) -> bool:
    """Whether there are more of them now."""
    return int(await people.count()) > than


# What a browser might send instead of the members it was given; `me` and `bob` stand for their ids.
TAMPERED = {
    "somebody who does not exist": ["me", "999999"],
    "a list without herself": ["bob", "1"],
    "Bob twice": ["me", "bob", "bob"],
    "a word for a number": ["me", "Bob"],
    "a number of five hundred digits": ["me", "9" * 500],
    "somebody whom she did not choose": ["me", "1"],
    "nobody but herself": ["me"],
    "two hundred people": ["me", *map(str, range(1000, 1199))],
}

TAMPER_JS = """ids => {
  const inputs = document.querySelectorAll("input[type=hidden][name^='conversation[members]']");
  const form = inputs[0].form;
  inputs.forEach(input => input.remove());
  ids.forEach((id, number) => {
    const name = `conversation[members][${number}][user_id]`;
    form.append(Object.assign(document.createElement("input"), {type: "hidden", name, value: id}));
  });
  // At once: the next answer from the server would put the inputs right again.
  form.requestSubmit();
}"""


@check(
    "5.7",
    "A form that was tampered with is refused beside its fields; what was typed stays",
    files=[FORM, GROUPS, VIEW, TEMPLATE],
)
@since(5)
async def tampered(c: CheckContext) -> None:
    alice = await dashboard(c, "Alice")
    before = await stored(c)
    await c.choose(alice, "Bob")
    mark = alice.mark()
    await c.fill(alice, "Title (optional)", "Kept")
    await c.expect_frame(alice, mark, lambda frame: frame.kind == "reply", "an answer")
    me, bob = [value for _, value in await members_sent(alice)]
    error = alice.page.locator(".field-error")
    for what, ids in TAMPERED.items():
        c.done(f"Alice's form was made to send {what}")
        mark = alice.mark()
        await alice.page.evaluate(TAMPER_JS, [{"me": me, "bob": bob}.get(id, id) for id in ids])
        await c.expect_frame(alice, mark, lambda frame: frame.kind == "reply", "an answer")
        await c.expect_visible(error, "an error beside the members")
        await c.expect_value(alice.textbox("Title (optional)"), "Kept")
        await c.expect_visible(alice.button("Remove Bob"))
    await alice.reload()
    await c.choose(alice, "Bob")
    for title in ("x" * (LONGEST_TITLE + 1), "x" * 2_000):
        await alice.textbox("Title (optional)").fill(title)
        await c.click(alice, "Create")
        await c.expect_text(error, "characters at most", "the error beside the title")
        await c.expect_value(alice.textbox("Title (optional)"), title)
    c.expect(await stored(c) == before, expected="nothing stored", seen="a conversation more")
    await create(c, alice, "<script>alert('Hello')</script>")
    await c.expect_tidy(alice)


NO_FORMS: tuple[object, ...] = (
    None,
    [],
    "x",
    {"conversation": "x"},
    {"conversation": {"members": {"0": ["x"]}}},
)

NOBODY: tuple[object, ...] = (None, [1], {"id": "x"}, {"id": 10**30}, {"id": {"a": 1}})


@check(
    "5.8",
    "A list of ten thousand members is refused, and so is all that is no form",
    files=[FORM, GROUPS, VIEW],
)
@since(5)
async def ten_thousand(c: CheckContext) -> None:
    alice = await dashboard(c, "Alice")
    before = await stored(c)
    members = [{"user_id": str(number)} for number in range(1, MANY + 1)]
    answer = await c.push(alice, "create", {"conversation": {"title": "A crowd", "members": members}})
    c.expect("members at most" in answer, expected="“… members at most”", seen=answer[:80])
    for form in NO_FORMS:
        await c.push(alice, "create", form)
    for person in NOBODY:
        await c.push(alice, "add", person)
        await c.push(alice, "remove", person)
    c.expect(await stored(c) == before, expected="nothing stored", seen="a conversation more")


@check("5.9", "Two who create at the same moment get one each, whole", files=[VIEW, GROUPS])
@since(5)
async def at_once(c: CheckContext) -> None:
    alice, bob = await dashboard(c, "Alice"), await dashboard(c, "Bob")
    await asyncio.gather(c.choose(alice, "Bob", "Carol"), c.choose(bob, "Alice", "User One"))
    c.done("both pressed Create at once")
    await asyncio.gather(create(c, alice, "By Alice"), create(c, bob, "By Bob"))
    c.done("a conversation was begun with somebody who does not exist")
    problem = await c.in_app(
        in_messenger("""
            alice = await accounts.find_user_by_nickname("Alice")
            ghost = accounts.User(id=999999, nickname="Ghost")
            return await refused(chat.create_conversation("Half", owner=alice, others=[ghost]))
            """),
        "the context chat",
    )
    found = {title: sorted(name for name, _ in members) for title, members in await stored(c)}
    for title, wanted in {
        "By Alice": ["Alice", "Bob", "Carol"],
        "By Bob": ["Alice", "Bob", "User One"],
    }.items():
        c.expect(found.get(title) == wanted, expected=f"{title}: {wanted}", seen=str(found.get(title)))
    right = bool(problem) and "Half" not in found
    c.expect(right, expected="a refusal, and nothing of it stored", seen=f"{problem}, {list(found)}")


@check(
    "5.18", "A cut loses who was chosen, and not the title: the trouble of chapter 6", files=[VIEW, TEMPLATE]
)
@since(5, until=6)
async def lost(c: CheckContext) -> None:
    alice = await dashboard(c, "Alice")
    same_page = c.stays(alice)
    await c.choose(alice, "Bob", "Carol")
    await c.fill(alice, "Title (optional)", "Lost in a tunnel")
    c.done("Alice's link was cut and mended")
    await c.lab.cut(alice)
    await c.expect_visible(alice.button("Remove Bob"))
    await c.lab.mend(alice)
    await c.expect_gone(alice.button("Remove Bob"), "Bob among the members")
    await c.expect_value(alice.textbox("Title (optional)"), "Lost in a tunnel")
    await c.expect_soon(alice.button("Create").is_disabled, expected="Create disabled", seen="enabled")
    same_page()


@check("5.16", "The migration adds to conversations that are there, and keeps each row", files=[MIGRATION])
@since(5)
async def migrated(c: CheckContext) -> None:
    c.done("migrated a database of chapter 4 that has conversations")
    body = "return [talk.title for talk in await chat.all_conversations() if talk.closed_at is not None]"
    closed = await c.expect_kept("0002", *TABLES, then=body)
    c.expect(not closed, expected="conversations that are open", seen=f"closed: {', '.join(closed)}")


@check(
    "5.17", "The dashboard is tidy at 360 px and wide, and works by keyboard", files=[TEMPLATE, MACROS, STYLE]
)
@since(5)
async def tidy(c: CheckContext) -> None:
    bob = await c.person("Bob", viewport=(360, 740))
    await c.sign_in(bob, "Bob")
    await require_dashboard(c, bob)
    await c.visit(bob, "/")
    c.done("Bob chose Alice and took her out again, by keyboard")
    await bob.button("Alice").press("Enter")
    await c.expect_visible(bob.button("Remove Alice"))
    await bob.button("Remove Alice").press("Space")
    await c.expect_gone(bob.button("Remove Alice"), "Alice among the members")
    inside = await bob.page.evaluate("document.activeElement.closest('form') !== null")
    c.expect(inside, expected="the focus still in the form", seen="the focus lost with the button")
    await c.choose(bob, "Alice", "Carol")
    await create(c, bob, "w" * 90)
    await c.expect_tidy(bob)
    await c.expect_no_overflow(bob)
    await bob.page.set_viewport_size({"width": 1280, "height": 800})
    await c.expect_no_overflow(bob)


@check("5.a", "Whoever is a member sees a new conversation at once", files=[VIEW, TOPICS])
@since(5)
async def announced(c: CheckContext) -> None:
    alice, bob, carol = [await dashboard(c, name) for name in ("Alice", "Bob", "Carol")]
    same_page = c.stays(bob)
    await c.choose(alice, "Bob")
    await create(c, alice, "Hear ye")
    await c.expect_visible(c.entry(bob.page, "Hear ye"), "“Hear ye” in Bob's list")
    await c.expect_count(c.entry(alice.page, "Hear ye"), 1, "“Hear ye” in Alice's list")
    same_page()
    # What Carol's page is told now comes after anything that was announced before.
    await c.choose(alice, "Carol")
    await create(c, alice, "For Carol")
    await c.expect_visible(c.entry(carol.page, "For Carol"), "“For Carol” in Carol's list")
    await c.expect_count(c.entry(carol.page, "Hear ye"), 0, "“Hear ye” in Carol's list")


@check("5.b", "An empty title shows what it will be called", files=[VIEW, TEMPLATE])
@since(5)
async def suggested(c: CheckContext) -> None:
    alice = await dashboard(c, "Alice")
    title = alice.textbox("Title (optional)")

    async def expect_suggestion(text: str) -> None:
        async def shown() -> bool:
            return (await title.get_attribute("placeholder") or "") == text

        await c.expect_soon(
            shown, expected=f"“{text}” in grey", seen=lambda: title.get_attribute("placeholder")
        )

    await c.choose(alice, "Bob")
    await expect_suggestion("Alice, Bob")
    await c.choose(alice, "Carol")
    await expect_suggestion("Alice, Bob, Carol")
    await c.click(alice, "Remove Bob")
    await expect_suggestion("Alice, Carol")
    await c.click(alice, "Remove Carol")
    await expect_suggestion("")
    await c.choose(alice, "Carol")
    await create(c, alice, "", shown="Alice, Carol")

"""Chapter 5: the form that begins a conversation, with valid and forged members."""

from __future__ import annotations

import asyncio

from course.checks import CheckContext, check, in_messenger, since

from .steps import create, dashboard, members_sent, stored

VIEW = "messenger/dashboard_live.py"
TEMPLATE = "messenger/templates/dashboard_live.html"
FORM = "messenger/new_conversation.py"
GROUPS = "messenger/chat/groups.py"

LONGEST_TITLE = 100
MANY = 10_000


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
    "Without a title a conversation is named after its members; both are stored together",
    files=[GROUPS, VIEW],
)
@since(5)
async def creating(c: CheckContext) -> None:
    alice = await dashboard(c, "Alice")
    await c.choose(alice, "Carol", "Bob")
    await create(c, alice, "", shown="Alice, Carol, Bob")
    await c.expect_gone(alice.button("Remove Bob"), "the earlier members")
    await c.choose(alice, "Bob")
    await create(c, alice, "  Sunday   lunch ", shown="Sunday lunch")
    await c.expect_value(alice.textbox("Title (optional)"), "")
    wanted = {
        "Alice, Carol, Bob": [["Alice", True], ["Carol", False], ["Bob", False]],
        "Sunday lunch": [["Alice", True], ["Bob", False]],
    }
    found = {title: members for title, members in await stored(c) if title in wanted}
    c.expect(found == wanted, expected=f"in the database {wanted}", seen=str(found))


# Members that a forged form might send; `me` and `bob` stand for their ids.
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
    "A form that was tampered with is refused beside its fields; the text that was typed stays",
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
        c.done(f"Alice's form was changed to send {what}")
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
    c.expect(await stored(c) == before, expected="nothing stored", seen="one more conversation")
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
    "A list of ten thousand members is refused, and so is anything that is not a form",
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
    c.expect(await stored(c) == before, expected="nothing stored", seen="one more conversation")


@check(
    "5.9", "Two people who create at the same moment get one whole conversation each", files=[VIEW, GROUPS]
)
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
    "5.18",
    "A cut loses the chosen members, but not the title: the trouble of chapter 6",
    files=[VIEW, TEMPLATE],
)
@since(5, until=6)
async def lost(c: CheckContext) -> None:
    alice = await dashboard(c, "Alice")
    same_page = c.stays(alice)
    await c.choose(alice, "Bob", "Carol")
    await c.fill(alice, "Title (optional)", "Lost in a tunnel")
    c.done("Alice's line was cut and fixed")
    await c.lab.cut(alice)
    await c.expect_visible(alice.button("Remove Bob"))
    await c.lab.fix(alice)
    await c.expect_gone(alice.button("Remove Bob"), "Bob among the members")
    await c.expect_value(alice.textbox("Title (optional)"), "Lost in a tunnel")
    await c.expect_soon(alice.button("Create").is_disabled, expected="Create disabled", seen="enabled")
    same_page()

"""Chapter 8: notifications from open pages.

See also unread.py, toasts.py and push.py."""

from __future__ import annotations

from course.checks import CheckContext, check, since
from course.lab.messenger import notifications
from course.lab.person.person import Person

DASHBOARD = "messenger/dashboard_live.py"
CONVERSATION = "messenger/conversation_live.py"
SUMMARIES = "messenger/summaries.py"
TOPICS = "messenger/chat/topics.py"
READING = "messenger/chat/reading.py"
COMPONENT = "messenger/notifications_component.py"
COMPONENT_TEMPLATE = "messenger/templates/notifications_component.html"
LIST = "messenger/templates/conversations.html"
TEMPLATE = "messenger/templates/conversation_live.html"
WORKER = "static/service-worker.js"
BUTTON = "static/hooks/notifications.js"
ANNOUNCE = "static/hooks/announce.js"
READING_HOOK = "static/hooks/reading.js"
CLIENT = "static/app.js"

NEW = "You are in a new conversation."


async def create(c: CheckContext, person: Person, title: str, *others: str) -> None:
    """Begin a conversation by the form on the dashboard."""
    with c.steady(person):
        await c.choose(person, *others)
        await c.fill(person, "Title (optional)", title)
        await c.click(person, "Create")
        await c.expect_visible(person.text(f"“{title}” has begun."))


@check(
    "8.1",
    "A new conversation appears at once wherever its members are, and nowhere else",
    files=[DASHBOARD, SUMMARIES, TOPICS],
)
@since(8)
async def appears(c: CheckContext) -> None:
    bob, dave = await c.signed_in("Bob"), await c.signed_in("User One")
    carol = await c.lab.person("Carol at a desk", viewport=(1100, 700))
    await c.sign_in(carol, "Carol")
    await c.visit(carol, "/conversations/2")
    alice = await c.signed_in("Alice")
    other = await alice.context.new_page()
    await other.goto(alice.url)
    same_page, mark = c.stays(bob), dave.mark()
    await create(c, alice, "Picnic in the park", "Bob", "Carol")
    await c.expect_soon(
        c.entry(bob.page, "Picnic in the park").is_visible,
        expected="“Picnic in the park” in Bob's list",
        seen="a list without it",
        whose=bob,
    )
    await c.expect_visible(c.entry(alice.page, "Picnic in the park"), "“Picnic in the park” in Alice's list")
    left = carol.page.get_by_role("navigation", name="Conversations")
    await c.expect_text(left, "Picnic in the park", "the list beside Carol's conversation")
    second = other.get_by_role("listitem").filter(has_text="Picnic in the park")
    await c.expect_visible(second, "“Picnic in the park” on Alice's other page")
    same_page()
    told = [frame for frame in dave.frames_since(mark) if frame.kind == "diff"]
    c.expect(not told, expected="nothing for User One, who is not in it", seen=f"{len(told)} diffs")


ASKED_JS = """(() => {
  const ask = Notification.requestPermission.bind(Notification);
  window.asked = 0;
  Notification.requestPermission = (...all) => { window.asked += 1; return ask(...all); };
})()"""


@check(
    "8.2",
    "Nobody is asked before Enable notifications is clicked, and a refusal is accepted",
    files=[BUTTON, COMPONENT, COMPONENT_TEMPLATE],
)
@since(8)
async def asked(c: CheckContext) -> None:
    bob = await c.person("Bob")
    await bob.context.add_init_script(ASKED_JS)
    await c.sign_in(bob, "Bob")
    await c.visit(bob, "/")
    await c.expect_visible(bob.button("Enable notifications"))
    asked, permission = await bob.page.evaluate("[window.asked, Notification.permission]")
    c.expect(asked == 0, expected="a page that asks nothing by itself", seen=f"{asked} questions")
    c.expect(permission == "default", expected="no answer yet", seen=permission)
    # A headless browser refuses the permission.
    await c.click(bob, "Enable notifications")
    panel = bob.page.get_by_role("region", name="Notifications")
    await c.expect_text(panel, "Notifications are blocked")
    await c.expect_gone(bob.button("Enable notifications"))
    asked = await bob.page.evaluate("window.asked")
    c.expect(asked == 1, expected="one question, at the click", seen=f"{asked} questions")
    carol = await c.person("Carol")
    await carol.context.add_init_script("delete window.Notification")
    await c.sign_in(carol, "Carol")
    await c.visit(carol, "/")
    await c.expect_text(
        carol.page.get_by_role("region", name="Notifications"),
        "This browser shows no notifications at this address",
    )


@check(
    "8.3",
    "Members are notified of a new conversation, its creator is not; a click leads there",
    files=[LIST, ANNOUNCE, WORKER, DASHBOARD, READING],
)
@since(8)
async def announced(c: CheckContext) -> None:
    bob, alice = await c.notified("Bob"), await c.notified("Alice")
    marked = bob.page.locator("[data-notify]").filter(has_text="Boat trip")
    await create(c, alice, "Boat trip", "Bob")
    await c.expect_visible(marked, "the new entry, marked data-notify")
    await c.expect_told(bob, ("Boat trip", NEW))
    await c.expect_visible(c.entry(alice.page, "Boat trip"), "“Boat trip” in Alice's list")
    # This notification comes after any about Alice's own conversation.
    await create(c, bob, "Rain plan", "Alice")
    await c.expect_told(alice, ("Rain plan", NEW))
    c.done("Bob clicked the notification")
    await notifications.press(bob, "Boat trip")
    await c.expect_visible(bob.heading("Boat trip"), "the conversation")
    await c.expect_soon(
        lambda: none_left(bob), expected="no notification left", seen="one that is still shown"
    )


async def none_left(person: Person) -> bool:
    """Return whether no notification is shown any more."""
    return not await notifications.shown(person)


@check(
    "8.4",
    "A message is notified once to each of the others, and never to its sender",
    files=[LIST, TEMPLATE, ANNOUNCE, WORKER, READING],
)
@since(8)
async def incoming(c: CheckContext) -> None:
    number = await c.begun("Who is told", "Alice", "Bob", "Carol")
    bob, carol = await c.notified("Bob"), await c.notified("Carol", "/conversations/2")
    alice = await c.notified("Alice", f"/conversations/{number}")
    other = await alice.context.new_page()
    await other.goto(alice.url)
    await c.say(alice, "The first")
    await c.expect_told(bob, ("Who is told", "Alice: The first"))
    await c.say(alice, "The second")
    two = [("Who is told", "Alice: The first"), ("Who is told", "Alice: The second")]
    await c.expect_told(bob, *two)
    await c.expect_told(carol, *two)
    c.done("Bob clicked one of the notifications")
    await notifications.press(bob, "Who is told")
    await c.expect_visible(bob.heading("Who is told"), "the conversation")
    await bob.live()
    await c.say(bob, "I have it.")
    await c.expect_text(alice.log("Messages"), "I have it.", "Alice's log")
    await c.expect_text(other.get_by_role("main"), "Bob: I have it.", "Alice's other page")
    told = await notifications.calls(alice)
    c.expect(not told, expected="no notification for Alice, whose page shows it", seen=f"{len(told)} of them")
    await c.expect_told(carol, *two, ("Who is told", "Bob: I have it."))


@check(
    "8.5",
    "A message on the screen is not notified; a message elsewhere is",
    files=[WORKER, TEMPLATE, ANNOUNCE, READING_HOOK],
)
@since(8)
async def on_screen(c: CheckContext) -> None:
    here = await c.begun("Before the eyes", "Alice", "Bob")
    there = await c.begun("Behind the back", "Alice", "Bob")
    bob = await c.notified("Bob", f"/conversations/{here}")
    alice = await c.signed_in("Alice", f"/conversations/{here}")
    await c.say(alice, "Do you see this?")
    await c.expect_text(bob.log("Messages"), "Do you see this?", "Bob's log")
    await c.visit(alice, f"/conversations/{there}")
    await c.say(alice, "And this?")
    await c.expect_told(bob, ("Behind the back", "Alice: And this?"))
    # A page of the other conversation, open beside the first one, also counts as on the screen.
    other = await bob.context.new_page()
    await other.goto(f"{bob.url}/conversations/{there}")
    await other.locator("[data-phx-main].phx-connected").wait_for()
    await c.say(alice, "On two pages")
    await c.expect_text(other.get_by_role("log"), "On two pages", "Bob's other page")
    await c.visit(alice, f"/conversations/{here}")
    await other.close()
    await c.visit(bob, "/")
    await c.say(alice, "Last one")
    told = [("Behind the back", "Alice: And this?"), ("Before the eyes", "Alice: Last one")]
    await c.expect_told(bob, *told)


@check(
    "8.6",
    "A notification is shown once: after a reconnect, after a restart, and on two pages",
    files=[ANNOUNCE, WORKER, LIST],
)
@since(8)
async def once(c: CheckContext) -> None:
    number = await c.begun("Again and again", "Alice", "Bob")
    bob = await c.notified("Bob")
    other = await bob.context.new_page()
    await other.goto(bob.url)
    await other.locator(".phx-connected").first.wait_for()
    alice = await c.signed_in("Alice", f"/conversations/{number}")
    await c.say(alice, "One")
    await c.expect_told(bob, ("Again and again", "Alice: One"))
    c.done("Bob closed the notification, and his line was cut")
    await (await notifications.require_worker(bob)).evaluate(
        "() => self.registration.getNotifications().then(all => all.forEach(one => one.close()))"
    )
    await c.lab.cut(bob)
    await c.say(alice, "Two")
    c.done("his line was fixed, the server was restarted, and he loaded the page again")
    await c.lab.fix(bob)
    two = [("Again and again", "Alice: One"), ("Again and again", "Alice: Two")]
    await c.expect_told(bob, *two)
    await c.lab.restart()
    await bob.reload()
    await c.say(alice, "Three")
    await c.expect_told(bob, *two, ("Again and again", "Alice: Three"))


@check("8.7", "Notifications can be turned off again", files=[BUTTON, COMPONENT])
@since(8)
async def turned_off(c: CheckContext) -> None:
    number = await c.begun("Quiet please", "Alice", "Bob")
    bob = await c.notified("Bob")
    alice = await c.signed_in("Alice", f"/conversations/{number}")
    await c.say(alice, "Still loud")
    await c.expect_told(bob, ("Quiet please", "Alice: Still loud"))
    await c.click(bob, "Turn off")
    await c.expect_visible(bob.button("Enable notifications"))
    await c.say(alice, "Hush")
    await c.expect_text(c.entry(bob.page, "Quiet please"), "Alice: Hush", "Bob's list")
    left = await bob.page.evaluate("navigator.serviceWorker.getRegistration().then(one => one === undefined)")
    c.expect(left, expected="no service worker any more", seen="one that is still registered")

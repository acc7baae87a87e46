"""Chapter 6: the callbacks of a hook, and a view that restores its state from a hook's event."""

from __future__ import annotations

from course.checks import CheckContext, check, in_messenger, since
from course.lab.person.person import Person

CLIENT = "static/app.js"
LIFECYCLE = "static/hooks/lifecycle.js"
BENCH = "messenger/lifecycle_live.py"
RESTORE = "static/hooks/restore.js"
RESTORING = "messenger/restoring.py"
VIEW = "messenger/dashboard_live.py"
FORM = "messenger/new_conversation.py"


async def heard(person: Person) -> list[str]:
    """Return the callbacks that the page has listed."""
    return list(await person.page.get_by_role("list", name="Heard").locator("li").all_inner_texts())


ALL = ["mounted", "beforeUpdate", "updated", "disconnected", "beforeUpdate", "updated", "reconnected"]


@check(
    "6.6",
    "A hook's callbacks run for load, update, kill, restart and removal, in this order",
    files=[BENCH, LIFECYCLE, CLIENT],
)
@since(6)
async def lifecycle(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.visit(alice, "/lifecycle")
    steps = [("opened the page", ALL[:1]), ("clicked Add one", ALL[:3]), ("the server was killed", ALL[:4])]
    steps += [("the server was started again", ALL), ("clicked Take it away", [*ALL, "destroyed"])]

    async def expect_heard(callbacks: list[str]) -> None:
        async def right() -> bool:
            return await heard(alice) == callbacks

        async def instead() -> str:
            return ", ".join(await heard(alice)) or "nothing"

        await c.expect_soon(right, expected=", ".join(callbacks), seen=instead)

    await expect_heard(steps[0][1])
    await c.click(alice, "Add one")
    await expect_heard(steps[1][1])
    left, shown, other = [
        alice.textbox(name)
        for name in ("Left to the browser", "Shown by the server", "Another one each time")
    ]
    for field in (left, shown, other):
        await field.fill("half a mess")
    await alice.heading("What survives").click()
    c.done("wrote into three fields, and left them")
    same_page = c.stays(alice)
    c.done(steps[2][0])
    await c.lab.kill()
    await expect_heard(steps[2][1])
    c.done(steps[3][0])
    await c.lab.restart()
    await expect_heard(steps[3][1])
    await c.expect_value(left, "half a mess")
    await c.expect_value(shown, "")
    await c.expect_value(other, "")
    same_page()
    await c.click(alice, "Take it away")
    await expect_heard(steps[4][1])


# Pushes the hook's event with any payload.
PUSH_JS = """payload => new Promise(resolve => {
  const form = document.getElementById("new-conversation");
  liveSocket.owner(form, view => view.pushHookEvent(form, null, "restore_state", payload).then(
    () => resolve("answered"), problem => resolve(problem.message)));
})"""

MEMBERS_JS = """() => [...document.querySelectorAll("#members li")].map(it => it.innerText.split("\\n")[1])"""

BOB = "conversation[members][7][user_id]={bob}"
MEMBER = "conversation[members][{}][user_id]={}"
ONLY_ME = ["Alice (me)"]
ME_AND_BOB = ["Alice (me)", "Bob"]

# The claim, the form that makes it, and the members that are then shown.
FORGED: tuple[tuple[str, object, list[str]], ...] = (
    ("Bob alone, without herself", BOB, ME_AND_BOB),
    ("nobody", "", ONLY_ME),
    ("Bob twice", f"{BOB}&{MEMBER.format(8, '{bob}')}", ME_AND_BOB),
    ("strangers", "&".join(MEMBER.format(n, number) for n, number in enumerate((999999, -1))), ONLY_ME),
    ("words for ids", f"{BOB}&{MEMBER.format(9, 'everyone')}", ME_AND_BOB),
    ("members that are no list", "conversation[members]=Bob&conversation=x", ONLY_ME),
    ("thousands of fields", "&".join(MEMBER.format(n, n) for n in range(3000)), ONLY_ME),
    ("a form that is a list", ["form"], ONLY_ME),
)


@check("6.12", "Restored members are a claim: the view looks each of them up", files=[VIEW, FORM, RESTORING])
@since(6)
async def forged(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.sign_in(alice, "Alice")
    await c.visit(alice, "/")
    body = 'return (await accounts.find_user_by_nickname("Bob")).id'
    bob = str(await c.in_app(in_messenger(body), "the context accounts"))
    for what, payload, members in FORGED:
        c.done(f"Alice's page said that she had chosen {what}")
        form = payload.replace("{bob}", bob) if isinstance(payload, str) else payload
        answer = await alice.page.evaluate(PUSH_JS, {"form": form})
        c.expect(answer == "answered", expected="an answer", seen=answer)

        async def right(wanted: list[str] = members) -> bool:
            return bool(await alice.page.evaluate(MEMBERS_JS) == wanted)

        async def instead() -> str:
            return str(await alice.page.evaluate(MEMBERS_JS))

        await c.expect_soon(right, expected=", ".join(members), seen=instead)
    c.expect(not c.lab.raised, expected="no exception in the app", seen="one in its log")


OTHER_VIEW = """
import asyncio, json
from quart import Quart
from quart_live import LiveViewTest, QuartLive
from messenger.restoring import RestoresForm, restoring

class NoteLive(RestoresForm):
    on_mount = (restoring,)
    inline_template = '<form id="note" phx-hook="Note"><input name="note[text]" value="{{ text }}"></form>'

    async def mount(self, params, session):
        self.assign(text="", asked=[])

    async def handle_event(self, event, params):
        self.assigns.asked.append(event)

    async def restore(self, fields):
        self.assign(text=fields["note"]["text"])

async def main():
    app = Quart(__name__)
    app.secret_key = "a key for this test alone"
    QuartLive(app).route("/", NoteLive)
    async with LiveViewTest(app, "/") as page:
        await page.hook("restore_state", {"form": "note%5Btext%5D=half+a+note"})
        await page.hook("another")
        return ["half a note" in page.html, page.view.assigns.asked]

print(json.dumps(asyncio.run(main())))
"""


@check("6.13", "The same few lines bring back the form of any other view", files=[RESTORING, RESTORE])
@since(6)
async def any_view(c: CheckContext) -> None:
    c.done("gave `restoring` to a view with a form of its own")
    restored, asked = await c.in_app(OTHER_VIEW, "RestoresForm and restoring in messenger.restoring")
    c.expect(restored, expected="its text restored", seen="an empty field")
    c.expect(asked == ["another"], expected="other events handled by the view", seen=f"it got {asked}")

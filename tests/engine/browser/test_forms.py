"""Forms in a real browser: what the unmodified client sends, recovers and submits."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from engine.browser.site import Serve, Site, make_app
from engine.form.form_app import MemberForm, stripped
from playwright.async_api import Page, expect
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    PasswordField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import InputRequired

from quart_live import LiveComponent, LiveView, to_form
from quart_live.form import posted_params

FIELDS = """
  {% for member in form.members %}<div id="{{ member.id }}">{{ row_inputs(member) }}
    {{ drop_button(member) }} {{ move_button(member, "up") }} {{ member.form.name() }}
    {{ field_error(member.form.name) }}</div>{% endfor %}
  {{ form.title(aria_label="Title") }} {{ field_error(form.title) }}
  {{ form.size() }} {{ field_error(form.size) }} {{ form.open() }} {{ form.tags() }}
  {{ add_button(form.members) }} <button phx-disable-with="Saving…" id="save">Save</button>"""


class TeamForm(Form):
    title = StringField(validators=[InputRequired()], filters=[stripped])
    size = IntegerField()
    open = BooleanField()
    tags = SelectMultipleField(choices=["new", "old", "odd"])
    members = FieldList(FormField(MemberForm))


class TeamLive(LiveView):
    """The form; ``gate`` holds the handler of a submit."""

    gate: ClassVar[asyncio.Event]
    seen: ClassVar[list[Any]]
    inline_template = f"""
        <form id="team" phx-change="validate" phx-submit="save" novalidate>{FIELDS}</form>
        <p id="saved">{{{{ saved }}}}</p><p id="title">{{{{ form.title.data }}}}</p>
        <p id="size">{{{{ form.size.data }}}}</p>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(form=to_form(TeamForm, data={"members": [{"name": "Ann"}, {"name": "Bo"}]}), saved="")

    async def handle_event(self, event: str, params: Any) -> None:
        type(self).seen.append((event, params))
        if event == "save":
            await type(self).gate.wait()
        form = to_form(TeamForm, params)
        if form.validate() and event == "save":
            self.assign(saved=", ".join(member["name"] for member in form.data["members"]))
        self.assign(form=form)


class RecoveringLive(TeamLive):
    """Three forms: one with a recovery event of its own, one that is not recovered, one of single inputs."""

    inline_template = """
        <form id="own" phx-change="validate" phx-auto-recover="recover"><input name="team[title]"
          value="{{ form.title.data or '' }}"></form><p id="how">{{ how }}</p>
        <form id="never" phx-change="never" phx-auto-recover="ignore"><input name="never"></form>
        <form id="single"><input name="team[title]" id="alone" phx-change="single">
          <input name="team[size]" id="other"></form>
        <p id="both">{{ form.title.data }} {{ form.size.data }}</p>
        <form id="strict" phx-change="validate" phx-no-unused-field>{{ form.size() }}{{ form.title() }}
          {{ field_error(form.title) }}</form>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(form=to_form(TeamForm, data={"size": 7}), how="")

    async def handle_event(self, event: str, params: Any) -> None:
        type(self).seen.append((event, params))
        base = self.assigns.form if event == "single" else None
        form = to_form(TeamForm, params, base=base)
        form.validate()
        self.assign(form=form, how=event)


class SignInForm(Form):
    name = StringField(validators=[InputRequired()])
    password = PasswordField(validators=[InputRequired()])


class SignInLive(LiveView):
    """Checks live, then sends the form over HTTP."""

    inline_template = """
        <form id="sign-in" action="/session" method="post" phx-change="validate" phx-submit="check"
              {% if good %}phx-trigger-action{% endif %}>
          <input type="hidden" name="_csrf_token" value="{{ csrf_token }}">
          {{ form.name() }} {{ form.password() }} {{ field_error(form.name) }} <button>Sign in</button>
        </form><p id="checked">{{ form.name.data }}</p>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(form=to_form(SignInForm), good=False)

    async def handle_event(self, event: str, params: Any) -> None:
        form = to_form(SignInForm, params)
        self.assign(form=form, good=form.validate() and event == "check")


class MemberComponent(LiveComponent):
    """A form of its own, with what the form needs."""

    inline_template = """<form id="member-{{ id }}" phx-change="validate" phx-submit="save"
          phx-target="{{ myself }}" novalidate>
        {{ form.name() }} {{ field_error(form.name) }} <button>Save {{ id }}</button>
        <output>{{ form.name.data }}</output><b>{{ saved }}</b></form>"""

    async def mount(self) -> None:
        self.assign(saved="")

    async def update(self, assigns: dict[str, Any]) -> None:
        self.assign(**assigns, form=self.form())

    def form(self, params: Any = None) -> Any:
        return to_form(SignInForm, params, name=f"member{self.id}")

    async def handle_event(self, event: str, params: Any) -> None:
        TeamLive.seen.append((self.id, event))
        form = self.form(params)
        form.validate()
        saved = form.name.data if event == "save" and form.name.data else self.assigns.saved
        self.assign(form=form, saved=saved)


class MembersLive(LiveView):
    """Two components; the second is there only after a click."""

    inline_template = """{% for id in ids %}{{ live_component("member", id=id) }}{% endfor %}
        <button phx-click="swap">Swap</button>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(ids=[1, 2])

    async def handle_event(self, event: str, params: Any) -> None:
        self.assign(ids=[*reversed(self.assigns.ids)])


async def team(serve: Serve, view: type[TeamLive] = TeamLive) -> tuple[Site, Page]:
    """A site with the team's form, and a page of it."""
    TeamLive.gate, TeamLive.seen = asyncio.Event(), []
    TeamLive.gate.set()
    site = await serve({"/": view})
    return site, await site.open()


async def members(page: Page) -> list[tuple[str, str, str]]:
    """Id, name and value of the members' inputs, in order."""
    found: list[list[str]] = await page.eval_on_selector_all(
        "#team div input[type=text]", "all => all.map(e => [e.id, e.name, e.value])"
    )
    return [(id, name, value) for id, name, value in found]


async def test_errors_appear_only_after_use(serve: Serve) -> None:
    _, page = await team(serve)
    await page.fill("#team_size", "3")
    await expect(page.locator("#size")).to_have_text("3")
    assert await page.locator(".field-error").count() == 0  # though the title is missing
    await page.fill("#team_title", "x")
    await expect(page.locator("#title")).to_have_text("x")
    await page.fill("#team_title", "")
    await expect(page.locator("#team_title-error")).to_have_text("This field is required.")
    await expect(page.locator("#team_title")).to_have_attribute("aria-invalid", "true")
    await page.click("#team_members-add")
    await expect(page.locator("#team_members_10000_name")).to_be_visible()
    assert await page.locator(".field-error").count() == 1
    await page.click("#save")
    await expect(page.locator("#team_members_10000_name-error")).to_have_text("This field is required.")
    assert await page.locator("#team_title").input_value() == ""
    assert await page.locator("#team_size").input_value() == "3"


async def test_rows_come_go_and_move_under_the_cursor(serve: Serve) -> None:
    _, page = await team(serve)
    await page.click("#team_members-add")
    third = page.locator("#team_members_10000_name")
    await third.fill("Cy")
    await expect(third).to_be_focused()

    # Pressed by a script, so that the focus is not taken away by the press itself.
    await page.eval_on_selector("#team_members_0-drop", "button => button.click()")
    await expect(page.locator("#team_members_0")).to_have_count(0)
    assert await members(page) == [
        ("team_members_1_name", "team[members][0][name]", "Bo"),
        ("team_members_10000_name", "team[members][1][name]", "Cy"),
    ]
    await expect(third).to_be_focused()
    await page.eval_on_selector("#team_members_10000-up", "button => button.click()")
    await expect(third).to_have_attribute("name", "team[members][0][name]")
    await expect(third).to_be_focused()
    await page.keyboard.type("rus")
    await page.click("#team_members-add")
    await expect(page.locator("#team_members_10001_name")).to_be_visible()
    assert [value for _, _, value in await members(page)] == ["Cyrus", "Bo", ""]
    await page.locator("#team_members_10001_name").fill("Di")
    await page.fill("#team_title", "Red")
    await page.fill("#team_size", "3")
    await page.click("#save")
    await expect(page.locator("#saved")).to_have_text("Cyrus, Bo, Di")


async def test_boxes_and_choices(serve: Serve) -> None:
    site, page = await team(serve)
    await page.check("#team_open")
    await page.select_option("#team_tags", ["new", "odd"])
    await page.fill("#team_title", "x")
    await expect(page.locator("#title")).to_have_text("x")
    (channel,) = site.live.channels
    assert channel.view is not None
    assert channel.view.assigns.form.open.data is True
    assert channel.view.assigns.form.tags.data == ["new", "odd"]
    await page.uncheck("#team_open")
    await page.select_option("#team_tags", [])
    await page.fill("#team_title", "y")
    await expect(page.locator("#title")).to_have_text("y")
    assert channel.view.assigns.form.open.data is False
    assert channel.view.assigns.form.tags.data == []


async def test_a_form_survives_a_cut_connection(serve: Serve) -> None:
    site, page = await team(serve)
    await page.fill("#team_title", "Red")
    await page.click("#team_members-add")
    await page.fill("#team_members_10000_name", "Cy")
    await page.click("#team_members_0-drop")
    await expect(page.locator("#team_members_0")).to_have_count(0)
    before = await members(page)
    site.link.cut()
    await site.disconnected(page)
    await page.fill("#team_size", "12")  # typed while there is no connection
    TeamLive.seen.clear()
    await site.link.fix()
    await site.connected(page)
    await expect(page.locator("#title")).to_have_text("Red")
    assert await members(page) == before
    assert await page.locator("#team_size").input_value() == "12"
    ((event, params),) = TeamLive.seen
    assert event == "validate" and params["_target"] == [
        "team",
        "members",
        "0",
        "name",
    ]  # and not one of the buttons before it
    (channel,) = site.live.channels
    assert channel.view is not None
    assert [member.form.name.data for member in channel.view.assigns.form.members] == ["Bo", "Cy"]
    site.problems.clear()


async def test_forms_of_components(serve: Serve) -> None:
    """Each gets its own events, keeps focus when it moves, and gets back what was typed after a lost link."""
    TeamLive.seen = []
    site = await serve({"/": MembersLive})
    page = await site.open()
    await page.fill("#member1_name", "Ann")
    await expect(page.locator("#member-1 output")).to_have_text("Ann")
    await page.fill("#member2_name", "Bo")
    await expect(page.locator("#member-2 output")).to_have_text("Bo")
    assert set(TeamLive.seen) == {(1, "validate"), (2, "validate")}
    await page.fill("#member2_name", "")
    await expect(page.locator("#member-2 .field-error")).to_have_text("This field is required.")
    await expect(page.locator("#member-1 .field-error")).to_have_count(0)
    await page.fill("#member2_name", "Cy")
    await expect(page.locator("#member-2 output")).to_have_text("Cy")
    await page.eval_on_selector("[phx-click=swap]", "button => button.click()")
    await expect(page.locator("form").first).to_have_id("member-2")
    await expect(page.locator("#member2_name")).to_be_focused()

    site.link.cut()
    await site.disconnected(page)
    await page.fill("#member1_name", "Anna")  # typed while there is no connection
    TeamLive.seen.clear()
    await site.link.fix()
    await site.connected(page)
    await expect(page.locator("#member-1 output")).to_have_text("Anna")
    await expect(page.locator("#member-2 output")).to_have_text("Cy")
    assert sorted(TeamLive.seen) == [(1, "validate"), (2, "validate")]
    await page.get_by_role("button", name="Save 1").click()
    await expect(page.locator("#member-1 b")).to_have_text("Anna")
    await expect(page.locator("#member-2 b")).to_have_text("")
    site.problems.clear()


async def test_recovery_as_the_form_wants_it_and_single_inputs(serve: Serve) -> None:
    site, page = await team(serve, RecoveringLive)
    await page.fill("#alone", "Blue")
    await expect(page.locator("#both")).to_have_text("Blue 7")
    assert TeamLive.seen[-1] == ("single", {"team": {"title": "Blue"}, "_target": ["team", "title"]})
    await page.fill("#strict #team_size", "8")
    await expect(page.locator("#how")).to_have_text("validate")
    await page.fill("#strict #team_title", "")
    await expect(page.locator("#strict .field-error")).to_have_count(1)
    assert "_unused_title" not in str(TeamLive.seen[-1])
    await page.fill("#never input", "gone")
    await expect(page.locator("#how")).to_have_text("never")
    await page.fill("#own input", "Own")
    await expect(page.locator("#both")).to_contain_text("Own")
    site.link.cut()
    await site.disconnected(page)
    TeamLive.seen.clear()
    await site.link.fix()
    await site.connected(page)
    assert [event for event, _ in TeamLive.seen] == ["recover", "validate"]
    assert TeamLive.seen[0][1]["team"] == {"title": "Own"}
    site.problems.clear()


async def test_a_submit_disables_and_says_so(serve: Serve) -> None:
    _, page = await team(serve)
    await page.fill("#team_title", "Red")
    await page.fill("#team_size", "2")
    await expect(page.locator("#title")).to_have_text("Red")
    TeamLive.gate.clear()
    await page.click("#save")
    await expect(page.locator("#save")).to_have_text("Saving…")
    await expect(page.locator("#save")).to_be_disabled()
    await expect(page.locator("#team_title")).to_have_attribute("readonly", "")
    TeamLive.gate.set()
    await expect(page.locator("#save")).to_have_text("Save")
    await expect(page.locator("#save")).to_be_enabled()
    await expect(page.locator("#saved")).to_have_text("Ann, Bo")


async def test_a_form_ends_in_an_http_request(serve: Serve) -> None:
    app = make_app({"/": SignInLive})

    @app.post("/session")
    async def sign_in() -> dict[str, Any]:
        return await posted_params()

    site = await serve(app)
    page = await site.open()
    await page.fill("#sign_in_password", "secret")
    await page.fill("#sign_in_name", "Jo")
    await expect(page.locator("#checked")).to_have_text("Jo")
    await expect(page.locator("#sign_in_password")).to_have_value("secret")  # as typed, not sent back
    await page.click("button")
    await page.wait_for_url("**/session")
    assert await page.evaluate("JSON.parse(document.body.innerText)") == {
        "sign_in": {"name": "Jo", "password": "secret"}
    }


class EssayLive(LiveView):
    """A form for long texts."""

    inline_template = """<p role="alert">{{ flash.error }}</p><p id="read">{{ read }}</p>
        <form id="essay" phx-change="write" phx-submit="save"><textarea name="text">{{ text }}</textarea>
          <button>Save</button></form>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(text="", read=0)

    async def handle_event(self, event: str, params: Any) -> None:
        self.clear_flash()
        self.assign(text=params["text"], read=len(params["text"]))


async def test_a_text_that_is_too_long_says_so_and_stays(serve: Serve) -> None:
    app = make_app({"/": EssayLive})
    app.config["LIVE_MAX_FRAME_BYTES"] = 10_000
    site = await serve(app)
    page = await site.open()
    alert, text = page.get_by_role("alert"), page.locator("textarea")
    await text.fill("short")
    await expect(page.locator("#read")).to_have_text("5")
    await text.fill("x" * 20_000)
    await expect(alert).to_contain_text("This is too long to be sent")
    await expect(page.locator("[data-phx-ref-src]")).to_have_count(0)
    assert await text.input_value() == "x" * 20_000
    site.link.cut()
    await site.disconnected(page)
    await site.link.fix()
    await site.connected(page)
    await expect(alert).to_contain_text("This is too long to be sent")  # recovered once, and no more
    assert await text.input_value() == "x" * 20_000
    await text.fill("x" * 5_000)
    await expect(page.locator("#read")).to_have_text("5000")
    await expect(alert).to_have_text("")
    site.problems.clear()

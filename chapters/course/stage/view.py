"""`StageLive`: the stage's page, a live view of the `Stage`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from course.stage.broadcaster import TOPIC, News, Numbered, Order
from course.stage.labels import (
    FAULTS,
    GROUPS,
    PACES,
    SHOWN_AT_FIRST,
    WAITS,
    group_of,
    payload_of,
    rows_of,
    states_of,
)
from course.stage.run import Run
from course.stage.scene import Scene
from course.stage.snapshot import scene_of
from course.stage.stage import Stage
from quart_live import LiveView

FRAMES_SHOWN = 200
LINES_SHOWN = 200

Params = dict[str, Any]


class StageLive(LiveView):
    """The stage's page, which shows the stage and passes the teacher's actions to it.

    Attributes:
        stage: the stage; each app has a subclass of its own.
    """

    template = "stage.html"
    layout = "layout.html"
    stage: ClassVar[Stage]

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        """Show the stage; the page that was opened last gets the frames."""
        self.assign(
            faults=FAULTS,
            groups=tuple(GROUPS),
            paces=PACES,
            waits=WAITS,
            states=states_of(self.stage.course),
            shown=SHOWN_AT_FIRST,
            who="",
            opened=None,
            payload="",
            rows=(),
            wide=False,
            page_title="Stage",
            connected=self.connected,
            film="film" in params,
        )
        self.stream(
            "frames", self._wanted(self.stage.broadcaster.frames), dom_id=lambda one: f"frame-{one.number}"
        )
        self.stream("lines", self.stage.broadcaster.lines, dom_id=lambda line: f"line-{line.number}")
        if self.connected:
            await self.subscribe(TOPIC)
            self.stage.lead(self)
        self._show(scene_of(self.stage))

    async def terminate(self, reason: str) -> None:
        """Give the frames up, because the page is gone."""
        self.stage.follow(self)

    # -- news from the stage -------------------------------------------------------------------------------

    def handle_info(self, message: News | Order) -> None:
        """Show news from the stage, or pass an order to a frame."""
        if isinstance(message, Order):
            if self.stage.leader is self:
                self.push_event("order", {"key": message.key, "message": message.message})
            return
        if message.cleared:
            self._refill()
            self.stream("lines", (), reset=True)
        for one in self._wanted(message.frames):
            self.stream_insert("frames", one, at=0, limit=FRAMES_SHOWN)
        for line in message.lines:
            self.stream_insert("lines", line, limit=-LINES_SHOWN)
        if message.changed and self.assigns.opened:
            self._place()
        if message.changed or message.frames:
            self._show(scene_of(self.stage))

    def _show(self, scene: Scene) -> None:
        before: Scene | None = self.assigns.get("scene")
        leading = self.stage.leader is self
        if scene == before and leading == self.assigns.leading:
            return
        if before is not None and before.acts.phase == "playing" != scene.acts.phase:
            self.push_event("act-over", {})
        if before is not None and scene.settled and not before.settled:
            self.push_event("ready", {})
        self.assign(scene=scene, leading=leading)

    def _wanted(self, frames: Any) -> list[Numbered]:
        who, shown = self.assigns.who, self.assigns.shown
        return [one for one in frames if group_of(one.frame) in shown and who in ("", one.frame.who)]

    def _refill(self) -> None:
        """Show the frames that the filters select now, instead of those that were shown."""
        self.stream("frames", (), reset=True)
        for one in self._wanted(self.stage.broadcaster.frames):
            self.stream_insert("frames", one, at=0, limit=FRAMES_SHOWN)

    # -- the teacher's actions -----------------------------------------------------------------------------

    async def handle_event(self, event: str, params: Params) -> None:
        """Handle a button, a choice, or a message from a frame."""
        if event == "page":
            self.stage.hear(str(params["key"]), params["message"])
        else:
            HANDLERS[event](self, params)

    def _link(self, params: Params) -> None:
        actor = self.stage.actor(str(params.get("who")))
        wished = next((fault.mode for fault in FAULTS if fault.mode == params.get("mode")), None)
        if actor is not None and wished is not None:
            # The button is a toggle: a second press fixes the link.
            self.stage.set_link(actor.name, "pass" if actor.network.mode == wished else wished)

    def _server(self, params: Params) -> None:
        if params.get("do") == "restart":
            self.stage.switch("Restarting the server …", Run.start_now)
        elif self.stage.is_up:
            self.stage.switch("Killing the server …", Run.kill_now)
        else:
            self.stage.switch("Starting the server …", Run.start_now)

    def _crash(self, params: Params) -> None:
        self.stage.crash(str(params.get("who")))

    def _move(self, params: Params) -> None:
        if (actor := self.stage.actor(str(params.get("who")))) is not None:
            path = actor.start if params.get("to") == "start" else ""
            address = actor.url + path if path else actor.driver.url or actor.url + actor.start
            self.stage.send(actor.key, {"do": "open", "url": address})

    def _load(self, params: Params) -> None:
        name = str(params.get("state") or self.stage.state_name)
        if name in dict(self.assigns.states):
            self.stage.load(name)

    def _filter(self, params: Params) -> None:
        group = str(params.get("group", ""))
        if group in GROUPS:
            self.assign(shown=self.assigns.shown ^ {group})
        if "who" in params:
            self.assign(who="" if self.assigns.who == params["who"] else str(params["who"]))
        self._refill()

    def _open(self, params: Params) -> None:
        number = params.get("number")
        found = [one for one in self.stage.broadcaster.frames if str(one.number) == str(number)]
        self.assign(opened=found[0] if found else None, payload=payload_of(found[0].frame) if found else "")
        self._place()

    def _place(self) -> None:
        """Show the parts of the open frame with the lines of their templates."""
        run, opened = self.stage.run, self.assigns.opened
        rows = rows_of(opened.parts, run.places) if run is not None and opened is not None else ()
        if rows != self.assigns.rows:
            self.assign(rows=rows)

    def _choose(self, params: Params) -> None:
        paces = {str(pace): pace for pace, _ in PACES}
        waits = {str(wait): wait for wait in WAITS}
        if params.get("pace") in paces:
            self.stage.change(pace=paces[params["pace"]])
        if params.get("wait") in waits:
            self.stage.change(wait=waits[params["wait"]])


HANDLERS: dict[str, Callable[[StageLive, Params], None]] = {
    "link": StageLive._link,
    "server": StageLive._server,
    "crash": StageLive._crash,
    "move": StageLive._move,
    "load": StageLive._load,
    "filter": StageLive._filter,
    "open": StageLive._open,
    "choose": StageLive._choose,
    "bring": lambda view, params: view.stage.bring(str(params.get("who"))),
    "send-away": lambda view, params: view.stage.send_away(str(params.get("who"))),
    "next": lambda view, _: view.stage.next_act(),
    "outline": lambda view, _: view.stage.change(outlined=not view.stage.settings.outlined),
    "widen": lambda view, _: view.assign(wide=not view.assigns.wide),
    "lead": lambda view, _: view.stage.lead(view),
    "dismiss": lambda view, _: view.stage.forget_problem(),
}

"""`scene_of`: the `Scene` of the stage, its people and their pages."""

from __future__ import annotations

from course.demo import path_of
from course.stage.actor import Actor
from course.stage.scene import Acts, Condition, Scene, Seat
from course.stage.stage import Stage


def scene_of(stage: Stage) -> Scene:
    """Return the present scene of a stage."""
    run = stage.run if stage.phase == "ready" else None
    return Scene(
        state=stage.state_name,
        phase=stage.phase,
        problem=stage.problem,
        alive=stage.is_up,
        busy=stage.busy,
        seats=tuple(seat_of(actor) for actor in run.everyone) if run else (),
        can_come=run.can_come if run else (),
        acts=Acts.of(stage.player),
        settings=stage.settings,
        sums=stage.tally.sums,
    )


def seat_of(actor: Actor) -> Seat:
    """Return the present place of a person."""
    return Seat(
        name=actor.name,
        slug=actor.slug,
        key=actor.key,
        origin=actor.url,
        path=path_of(actor.driver.url) if actor.driver.url else actor.start,
        mode=actor.network.mode,
        condition=condition_of(actor),
    )


def condition_of(actor: Actor) -> Condition:
    """Return the condition of a person's page."""
    if not actor.driver.loaded.is_set():
        return "away"
    views = actor.driver.known
    if not views:
        return "plain"
    if all(view.connected for view in views):
        return "live"
    classes = {name for view in views for name in view.classes}
    if "phx-client-error" in classes:
        return "lost"
    return "crashed" if "phx-server-error" in classes else "waiting"

"""People come and go while other things happen: nobody comes twice, and nobody leaves a port."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import psutil
import pytest
from support.stage_page import Backstage

from course.demo import Demo
from course.stage.actor import Actor
from course.stage.run import Run

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]


def listening() -> int:
    """On how many ports this process listens."""
    connections = psutil.Process().net_connections("tcp")
    return sum(one.status == psutil.CONN_LISTEN for one in connections)


@dataclass
class Scenario:
    """A demo that asks for people, and keeps them.

    Attributes:
        asked: what it got.
    """

    people: tuple[str, ...]
    starts: dict[str, str] = field(default_factory=dict)
    asked: list[Actor] = field(default_factory=list)

    async def acts(self, lab: Run):  # type: ignore[no-untyped-def]
        """One act."""
        self.asked += await lab.people(*self.people)
        yield "All are here."

    @property
    def demo(self) -> Demo:
        """The demo, as a run takes it."""
        return Demo(self.people, self.starts, ("All are here.",), self.acts)


async def test_whom_two_ask_for_at_once_comes_once_and_leaves_no_port(backstage: Backstage) -> None:
    run = backstage.stage.run
    assert run is not None
    before = listening()
    one, other = await asyncio.gather(run.person("Carol"), run.person("Carol"))
    assert one is other
    assert listening() == before + 1
    await run.dismiss(one)
    assert listening() == before


async def test_an_act_begins_when_everybody_has_come_to_where_they_begin(
    backstage: Backstage, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = backstage.stage.run
    assert run is not None
    # Her page asks her to sign in first, which takes a while.
    scenario = Scenario(("Carol",), {"Carol": "/me"})
    monkeypatch.setattr(run, "demo", scenario.demo)
    try:
        async for _ in scenario.demo.acts(run):
            [carol] = scenario.asked
            assert carol.page.url == carol.url + "/me"
    finally:
        for actor in scenario.asked:
            await run.dismiss(actor)


async def test_a_link_is_not_fixed_for_somebody_who_has_gone(backstage: Backstage) -> None:
    run = backstage.stage.run
    assert run is not None
    before = listening()
    carol = await run.person("Carol")
    carol.network.refuse()
    await run.dismiss(carol)
    await carol.network.fix()
    await carol.set_link("cut")
    assert listening() == before

"""Random templates, random assigns: our HTML is Jinja's, and our diffs make it in the client, too.

The matrix tries ten times as many as every day; ``RENDERING_EXAMPLES=5000`` sets the number of every day.
"""

from __future__ import annotations

import os
from random import Random
from typing import Any

import jinja2
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from support.client_merge import ClientMerge

from quart_live.rendering import LiveEnvironment, Renderer, volatile
from quart_live.rendering.environment import keyed

from . import files, strategies

EXAMPLES = int(os.environ.get("RENDERING_EXAMPLES", "200"))
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
EXTENSIONS = ["jinja2.ext.do", "jinja2.ext.loopcontrols"]


CLOCK = {"now": 0}


def clock() -> str:
    """A global whose result changes without any assign."""
    return f"<{CLOCK['now']}>"


@volatile
def ago(value: str) -> str:
    """A filter that reads the clock."""
    return f"{value} {CLOCK['now']} ago"


def environments() -> tuple[jinja2.Environment, LiveEnvironment]:
    loader = jinja2.DictLoader(files.PARTS)
    plain = jinja2.Environment(loader=loader, autoescape=True, extensions=EXTENSIONS)
    plain.filters["keyed"] = keyed
    live = LiveEnvironment(loader=loader, extensions=EXTENSIONS)
    for environment in (plain, live):
        environment.globals["clock"] = clock
        environment.globals["CHAIN"] = files.Chain()
        environment.filters["ago"] = ago
    return plain, live


PLAIN, LIVE = environments()


@pytest.mark.timeout(120 + EXAMPLES // 5)
@settings(max_examples=EXAMPLES, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_random_templates(client_merge: ClientMerge, random: Random) -> None:
    check(client_merge, random)


@pytest.mark.matrix
@pytest.mark.timeout(120 + EXAMPLES * 2)
@settings(max_examples=EXAMPLES * 10, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_ten_times_as_many_random_templates(client_merge: ClientMerge, random: Random) -> None:
    check(client_merge, random)


def check(client_merge: ClientMerge, random: Random) -> None:
    """One random template through a few random changes."""
    source = strategies.template(random)
    note(source)
    plain = PLAIN.from_string(source)
    renderer = Renderer(LIVE.live_from_string(source, "random"))
    assigns = strategies.assigns(random)
    note(assigns)
    expected: list[str] = []
    messages: list[Any] = []
    try:
        expected.append(plain.render(assigns))
    except Exception as error:
        assert_raises_the_same(error, renderer, assigns, None)
        return
    assert renderer.html(assigns) == expected[0]
    messages.append(renderer.join(assigns))
    for _ in range(random.randint(1, 6)):
        CLOCK["now"] += 1
        changed = strategies.change(random, assigns)
        note({name: assigns[name] for name in changed})
        try:
            html = plain.render(assigns)
        except Exception as error:
            assert_raises_the_same(error, renderer, assigns, changed)
            break
        messages.append(renderer.diff(assigns, changed))
        expected.append(html)
        assert renderer.current_html() == html
    assert client_merge.replay(messages) == expected


def assert_raises_the_same(
    error: Exception, renderer: Renderer, assigns: dict[str, Any], changed: set[str] | None
) -> None:
    """Assert that the engine refuses what Jinja refuses, with the same message."""
    try:
        if changed is None:
            renderer.html(assigns)
        else:
            renderer.diff(assigns, changed)
    except Exception as ours:
        assert (type(ours), str(ours)) == (type(error), str(error))
    else:
        raise AssertionError(f"Jinja raised {error!r}, we did not")

"""What all tests share: the matrix that `make test` leaves out, and how tests are spread over processes.

A test marked ``matrix`` tries something that is also held elsewhere, in one more combination; there are more
of these with every chapter. ``pytest`` leaves them out and says so; ``pytest --matrix`` runs them and nothing
else.

``pytest -n 2`` spreads the tests over two processes (pytest-xdist): a file stays together, because its tests
share servers and browsers; the checks of one state stay together, because one run does the work for all.
"""

from __future__ import annotations

import re
import signal
from typing import Any

import pytest
from support import guarding

WHY = (
    "Each check has run on the finished app, the first two notebooks in their kernels, and each demo on the "
    "stage. `make matrix` runs the other notebooks, tries each check on all states, also where it must be "
    "red, all exercises, demos and typical mistakes, and ten times as many random templates."
)
LEFT_OUT = "parley_left_out"

# What takes longest comes first, so that no process is left with it at the end.
LONGEST_FIRST = ("tests/notebooks", "tests/messenger", "tests/engine/browser")

_left_out = pytest.StashKey[int]()


def pytest_configure() -> None:
    """Start the guard; hear Ctrl-C, which tests that a shell starts in the background ignore at first."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    guarding.begin()


def pytest_unconfigure() -> None:
    """Whatever the tests have started and left ends now."""
    guarding.end()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--matrix``: the tests that are left out otherwise, alone."""
    parser.addoption(
        "--matrix", action="store_true", help="run what `make test` leaves out, and nothing else"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not asked for; put first what takes longest."""
    wanted = bool(config.getoption("--matrix"))
    chosen: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        of_the_matrix = item.get_closest_marker("matrix") is not None
        (chosen if of_the_matrix == wanted else left_out).append(item)
    config.stash[_left_out] = 0 if wanted else len(left_out)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    items[:] = sorted(chosen, key=_rank)


def _rank(item: pytest.Item) -> int:
    places = (rank for rank, place in enumerate(LONGEST_FIRST) if item.nodeid.startswith(place))
    return next(places, len(LONGEST_FIRST))


def group_of(nodeid: str) -> str:
    """What has to run in one process: a file, or what a file's test does with one state."""
    path, _, test = nodeid.partition("::")
    state = re.match(r"(\w+)\[(state\d+)-", test)
    return f"{path}::{state[1]}-{state[2]}" if state else path


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Spread by `group_of`, in the order of collection.

    Not by pytest-xdist's own ``xdist_group``: it keeps groups in the tests' ids, where pytest 9.2 overlooks
    them (pytest-xdist issue 1386).
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:  # where pytest-xdist wants it to be overridden
            return group_of(nodeid)

    config.option.loadscopereorder = False
    return ByGroup(config, log)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a process of pytest-xdist: tell the first process how many were left out."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[LEFT_OUT] = session.config.stash.get(_left_out, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """In the first process: each of the others has collected the same tests, so one count is enough."""
    node.config.stash[_left_out] = getattr(node, "workeroutput", {}).get(LEFT_OUT, 0)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what was left out, and why."""
    number = config.stash.get(_left_out, 0)
    if number:
        terminalreporter.write_line(f"Left out: {number} tests marked `matrix`. {WHY}")

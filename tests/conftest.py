"""What all tests share: which of them are run, and how they are spread over processes.

A test marked ``matrix`` tries something that is also held elsewhere, in one more combination. One marked
``grows`` tries what a chapter promises on a chapter's state; there are more of these with the square of the
chapters, so that `support.sample` chooses among them. What is left out is told in the last lines.

=================  ================  ==========================  ===================
marked             ``pytest``        ``pytest --matrix --sample``  ``pytest --matrix``
=================  ================  ==========================  ===================
nothing            all               none                        none
``grows, daily``   chosen            the others                  all
``grows``          none              chosen                      all
``matrix``         none              all                         all
=================  ================  ==========================  ===================

``pytest -n 2`` spreads the tests over two processes (pytest-xdist): a file stays together, because its tests
share servers and browsers; the checks of one state stay together, because one run does the work for all.
"""

from __future__ import annotations

import os
import re
import signal
from typing import Any

import pytest
from support import guard
from support.sample import Sample, is_wanted, told_of

LEFT_OUT = "parley_left_out"

# Each has a browser, and servers.
MOST_PROCESSES = 5

# What takes longest comes first, so that no process is left with it at the end.
LONGEST_FIRST = (
    "tests/notebooks",
    "tests/messenger/test_states.py",
    "tests/storm",
    "tests/course/stage",
    "tests/messenger",
    "tests/bench",
    "tests/course/checks",
    "tests/course/lab",
    "tests/course/notebook",
    "tests/engine/browser",
)

_left_out = pytest.StashKey[list[str]]()


def pytest_configure() -> None:
    """Start the guard; hear Ctrl-C, which tests that a shell starts in the background ignore at first."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    guard.begin()


def pytest_unconfigure() -> None:
    """End the processes that tests have started and left."""
    guard.end()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--matrix`` and ``--sample``: the tests that are left out otherwise."""
    parser.addoption("--matrix", action="store_true", help="run all tests marked `matrix` or `grows`, alone")
    parser.addoption(
        "--sample",
        action="store_true",
        help="with --matrix: without what `make test` runs; of what grows what is touched, and a third",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not asked for; put first what takes longest."""
    matrix, some = bool(config.getoption("--matrix")), bool(config.getoption("--sample"))
    sample = Sample.of(config.rootpath)
    chosen: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        (chosen if is_wanted(item, sample, matrix, some) else left_out).append(item)
    config.stash[_left_out] = [] if matrix else told_of(left_out, sample)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    items[:] = sorted(chosen, key=_rank)


def _rank(item: pytest.Item) -> int:
    places = (rank for rank, place in enumerate(LONGEST_FIRST) if item.nodeid.startswith(place))
    return next(places, len(LONGEST_FIRST))


def group_of(nodeid: str) -> str:
    """Return the name of the tests that share a process: a file, or a file's tests of one state."""
    path, _, test = nodeid.partition("::")
    state = re.match(r"(\w+)\[(state\d+)-", test)
    return f"{path}::{state[1]}-{state[2]}" if state else path


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process more than there are processors: most tests also wait, for browsers, servers and clocks."""
    return min((os.cpu_count() or 1) + 1, MOST_PROCESSES)


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
    """In a process of pytest-xdist: tell the first process what was left out."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[LEFT_OUT] = session.config.stash.get(_left_out, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """In the first process: each of the others has collected the same tests, so one account is enough."""
    node.config.stash[_left_out] = getattr(node, "workeroutput", {}).get(LEFT_OUT, [])


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say what was left out, and what runs it."""
    for line in config.stash.get(_left_out, []):
        terminalreporter.write_line(line)

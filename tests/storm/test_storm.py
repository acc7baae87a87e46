"""The storm, small for every day and large for the matrix; and that it would notice."""

from __future__ import annotations

import pytest
from storm.storm import FAULTS, run
from storm.writers import StormError

from course.lab import find_chromium
from course.source.model import Course

BEFORE_EXACTLY_ONCE = 5
A_FEW = 8

EXACTLY_ONCE = any(chapter.number > BEFORE_EXACTLY_ONCE for chapter in Course.here().chapters)

pytestmark = [
    pytest.mark.skipif(not EXACTLY_ONCE, reason="chapter 6, which sends exactly once, is being written"),
    pytest.mark.timeout(3600),
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`"),
]


@pytest.mark.parametrize(
    ("seed", "faults", "readers"),
    [pytest.param(1, A_FEW, 4), pytest.param(2, FAULTS, 20, marks=pytest.mark.matrix)],
)
async def test_nothing_is_lost_doubled_or_in_another_order(seed: int, faults: int, readers: int) -> None:
    await run(seed, faults, readers=readers)


async def test_it_notices_an_app_that_loses_messages() -> None:
    """Before chapter 6, what was sent without a connection was gone. The storm must say so."""
    with pytest.raises(StormError, match=r"lost|half written"):
        await run(seed=1, faults=A_FEW // 2, state=BEFORE_EXACTLY_ONCE)

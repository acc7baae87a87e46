"""What the course remembers of a learner, when its files have been spoilt."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from course.learner.records import Parts, Progress

GREET = "messenger/greet.py"


@pytest.mark.parametrize(
    "found",
    ["", "{", "[]", "null", "[" * 100_000, '{"done": ["q", null, 1]}', '{"done": {"a": 1}, "chapter": "x"}',
     '{"hints": {"1.1": "many"}, "checks": []}'],
)  # fmt: skip
def test_a_spoilt_record_of_progress_is_as_good_as_none(tmp_path: Path, found: str) -> None:
    path = tmp_path / "progress.json"
    path.write_text(found, encoding="utf-8")
    progress = Progress(tmp_path)
    assert progress.done in ([], [1]) and progress.chapter == 0 and progress.verdicts == {}
    assert progress.next_hint("1.1", 3) == 1
    progress.record(2, green=True)
    assert 2 in progress.done


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_in_the_place_of_a_record_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    os.mkfifo(path)
    progress = Progress(tmp_path)
    assert progress.done == []
    progress.record(1, green=True)
    assert progress.done == [1]


def test_a_spoilt_part_of_a_file_is_given_again(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    parts.add(1, GREET, 1, 2, "first")
    (record,) = (tmp_path / "parts").rglob("*.json")
    record.write_text('{"total": 2, "parts": {"x": "?", "1": "first"}}', encoding="utf-8")
    assert parts.known(1, GREET, 2) == {1: "first"}

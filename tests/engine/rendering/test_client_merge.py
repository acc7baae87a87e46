"""The tool itself: it must notice what breaks the client."""

import pytest
from support.client_merge import ClientError, ClientMerge


def test_merges_like_the_browser(client_merge: ClientMerge) -> None:
    join = {"0": "1", "1": "", "s": ["<b>", "</b>", ""]}
    diffs = [{"0": "2"}, {"1": {"0": "x", "s": ["<i>", "</i>"]}}, {"1": {"0": "y"}}]
    assert client_merge.replay([join, *diffs]) == [
        "<b>1</b>",
        "<b>2</b>",
        "<b>2</b><i>x</i>",
        "<b>2</b><i>y</i>",
    ]


def test_reports_what_the_client_throws(client_merge: ClientMerge) -> None:
    join = {"0": {"s": ["", ","], "k": {"0": {"0": "a"}, "1": {"0": "b"}, "kc": 2}}, "s": ["", ""]}
    move_without_mark = {"0": {"k": {"0": 1, "1": 0, "kc": 2}}}
    with pytest.raises(ClientError):
        client_merge.replay([join, move_without_mark])
    assert client_merge.replay([join, {"0": {"k": {"0": 1, "1": 0, "kc": 2, "km": True}}}])[1] == "b,a,"

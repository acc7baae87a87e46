"""Requests of a person without a page."""

from __future__ import annotations

import pytest

from course.lab import Lab, Person

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_no_connection_is_kept_which_the_server_might_end_in_the_moment_of_a_request(
    lab: Lab, alice: Person
) -> None:
    answers = [await alice.get("/two"), await alice.post("/", {"a": "b"})]
    assert [answer.headers.get("connection") for answer in answers] == ["close", "close"]
    assert answers[0].ok

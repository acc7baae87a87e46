"""Ballots: for each question the choice that a member has chosen and not voted for yet, as ids."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from . import chat
from .params import id_in, text_in

Ballot = dict[int, int]


def ballot_in(params: Any, questions: Iterable[chat.Question]) -> Ballot:
    """Read the ballot that the browser has kept. What is not a choice of these questions is dropped."""
    try:
        kept = json.loads(text_in(params, "ballot"))
    except (ValueError, RecursionError):
        return {}
    chosen = {question.id: id_in(kept, str(question.id)) for question in questions}
    return only_offered(chosen, questions)


def only_offered(ballot: Mapping[int, int], questions: Iterable[chat.Question]) -> Ballot:
    """Return the ballot without choices that are no longer offered."""
    return {
        question.id: ballot[question.id]
        for question in questions
        if question.offers(ballot.get(question.id, 0))
    }


def as_text(ballot: Ballot) -> str:
    """Return the ballot as JSON, for the browser to keep."""
    return json.dumps(ballot)

"""Ballots: for each question the choice that somebody means to vote for, as numbers."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from . import chat
from .params import id_in, text_in

Ballot = dict[int, int]


def ballot_in(params: Any, questions: Iterable[chat.Question]) -> Ballot:
    """The ballot that a browser has kept. It may say anything; what is not asked here is left out."""
    try:
        kept = json.loads(text_in(params, "ballot"))
    except (ValueError, RecursionError):
        return {}
    chosen = {question.id: id_in(kept, str(question.id)) for question in questions}
    return only_offered(chosen, questions)


def only_offered(ballot: Mapping[int, int], questions: Iterable[chat.Question]) -> Ballot:
    """The ballot without what can no longer be voted for."""
    return {
        question.id: ballot[question.id]
        for question in questions
        if question.offers(ballot.get(question.id, 0))
    }


def as_text(ballot: Ballot) -> str:
    """The ballot as a browser can keep it."""
    return json.dumps(ballot)

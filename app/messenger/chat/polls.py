"""Polls: the questions of a conversation, their choices, and the votes of its members."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from ..db import Base, db
from ..errors import Invalid, says
from ..text import VisibleLine, folded
from ..times import Timestamps
from .groups import checked_title
from .messages import require_open

MOST_CHOICES = 12
MOST_QUESTIONS = 20

LONGEST = 200
TOO_LONG = f"{LONGEST} characters at most."
ASK_SOMETHING = says("question", "Ask something.")
TWO_AT_LEAST = "Give at least two choices, one on each line."
CALLED = {"question": "The question", "choices": "Each choice"}
TOO_MANY_CHOICES = f"{MOST_CHOICES} choices at most."
TOO_MANY_QUESTIONS = f"{MOST_QUESTIONS} questions at most."


class Question(Timestamps, Base):
    """A question to a conversation, which its members answer with votes."""

    __tablename__ = "chat_questions"
    __table_args__ = (
        CheckConstraint("trim(content) <> ''", name="content_not_blank", info=ASK_SOMETHING),
        CheckConstraint(
            f"length(content) <= {LONGEST}", name="content_not_too_long", info=says("question", TOO_LONG)
        ),
        Index("ix_chat_questions_conversation_id", "conversation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("chat_conversations.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id"))
    content: Mapped[str] = mapped_column(VisibleLine(LONGEST))

    choices: Mapped[list["Choice"]] = relationship(order_by="Choice.id", lazy="raise")
    votes: Mapped[list["Vote"]] = relationship(order_by="Vote.id", lazy="raise")

    def offers(self, choice_id: int) -> bool:
        """Return whether this is one of the choices."""
        return any(choice.id == choice_id for choice in self.choices)

    def votes_for(self, choice_id: int) -> int:
        """Return how many members have voted for a choice."""
        return sum(vote.choice_id == choice_id for vote in self.votes)

    def vote_of(self, user_id: int) -> int:
        """Return the id of this user's choice; 0 if there is no vote yet."""
        return next((vote.choice_id for vote in self.votes if vote.user_id == user_id), 0)


class Choice(Base):
    """One of the choices of a question."""

    __tablename__ = "chat_choices"
    __table_args__ = (
        UniqueConstraint("question_id", "content", info=says("choices", "Give each choice only once.")),
        CheckConstraint("trim(content) <> ''", name="content_not_blank", info=says("choices", TWO_AT_LEAST)),
        CheckConstraint(
            f"length(content) <= {LONGEST}", name="content_not_too_long", info=says("choices", TOO_LONG)
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("chat_questions.id", ondelete="CASCADE"))
    content: Mapped[str] = mapped_column(VisibleLine(LONGEST))


class Vote(Timestamps, Base):
    """The vote of one user on one question."""

    __tablename__ = "chat_votes"
    __table_args__ = (
        UniqueConstraint("question_id", "user_id", info=says("choice", "You have voted already.")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("chat_questions.id", ondelete="CASCADE"))
    choice_id: Mapped[int] = mapped_column(ForeignKey("chat_choices.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id"))


@db.reads
def questions_in(session: Session, conversation_id: int) -> Sequence[Question]:
    """Return the questions of a conversation, with choices and votes, the oldest first."""
    query = select(Question).where(Question.conversation_id == conversation_id).order_by(Question.id)
    with_all = query.options(selectinload(Question.choices), selectinload(Question.votes))
    return session.scalars(with_all).all()


@db.writes
def ask(session: Session, conversation_id: int, user_id: int, content: str, choices: str) -> None:
    """Store a question with its choices.

    Args:
        conversation_id: the id of the conversation.
        user_id: the id of the member who asks.
        content: the question.
        choices: the choices, one on each line.

    Raises:
        Invalid: a text is blank or too long, there are too few choices or too many choices or questions,
            or the conversation is closed.
        NotAMember: the user is not a member.
    """
    content = checked("question", content)
    written = choices.splitlines()[: MOST_CHOICES * 2]
    lines = different(filter(None, (checked("choices", line) for line in written)))
    if not 2 <= len(lines) <= MOST_CHOICES:
        raise Invalid({"choices": [TOO_MANY_CHOICES if len(lines) > 2 else TWO_AT_LEAST]})
    require_open(session, conversation_id, user_id)
    question = Question(conversation_id=conversation_id, user_id=user_id, content=content)
    question.choices = [Choice(content=line) for line in lines]
    session.add(question)
    session.flush()
    here = select(Question.id).where(Question.conversation_id == conversation_id)
    if len(session.scalars(here).all()) > MOST_QUESTIONS:
        raise Invalid({"question": [TOO_MANY_QUESTIONS]})


def checked(field: str, text: str) -> str:
    """Return a question or a choice in one line; empty if it shows nothing.

    Raises:
        Invalid: it is too long.
    """
    try:
        return checked_title(text)
    except Invalid as invalid:
        # Both fields show their errors in one place, so the text has to name the field.
        raise Invalid({field: [f"{CALLED[field]}: {invalid}"]}) from invalid


def different(lines: Iterable[str]) -> list[str]:
    """Return the lines without repetitions. Of lines that differ in case only, the first one is kept."""
    first: dict[str, str] = {}
    for line in lines:
        first.setdefault(folded(line), line)
    return list(first.values())


@db.writes
def vote(session: Session, conversation_id: int, user_id: int, ballot: Mapping[int, int]) -> None:
    """Store the votes of a member, and replace earlier ones.

    Args:
        conversation_id: the id of the conversation.
        user_id: the id of the member.
        ballot: for each question id the id of a choice. All of them are stored, or none.

    Raises:
        Invalid: a choice is not offered here, or the conversation is closed.
        NotAMember: the user is not a member.
    """
    require_open(session, conversation_id, user_id)
    mine = Vote.user_id == user_id, Vote.question_id.in_(ballot)
    session.execute(delete(Vote).where(*mine))
    for question_id, choice_id in offered(session, conversation_id, ballot):
        session.add(Vote(question_id=question_id, choice_id=choice_id, user_id=user_id))


def offered(session: Session, conversation_id: int, ballot: Mapping[int, int]) -> list[tuple[int, int]]:
    """Return the pairs of the ballot in the order of the questions.

    Raises:
        Invalid: a choice is not offered in this conversation.
    """
    query = select(Choice.question_id, Choice.id).join(Question, Question.id == Choice.question_id)
    here = query.where(Question.conversation_id == conversation_id, Choice.id.in_(ballot.values()))
    found = [(row[0], row[1]) for row in session.execute(here.order_by(Choice.question_id))]
    if dict(found) != dict(ballot):
        raise Invalid({"choice": ["Somebody may have changed the choices. Choose again."]})
    return found

"""The accounts context: the users, and how they prove who they are."""

from .attempts import TooManyAttempts
from .contacts import find_people, find_users
from .credentials import (
    ask_for_email,
    authenticate,
    change_user,
    close_account,
    find_user_by_email,
    let_in,
    register,
)
from .models import User, normal_email
from .nicknames import reason_against
from .passwords import LONGEST, SHORTEST
from .sessions import LASTS, end_session, end_sessions, find_user_by_token, start_session
from .turns import TooBusy
from .users import create_user, find_user, find_user_by_nickname

__all__ = [
    "LASTS",
    "LONGEST",
    "SHORTEST",
    "TooBusy",
    "TooManyAttempts",
    "User",
    "ask_for_email",
    "authenticate",
    "change_user",
    "close_account",
    "create_user",
    "end_session",
    "end_sessions",
    "find_people",
    "find_user",
    "find_user_by_email",
    "find_user_by_nickname",
    "find_user_by_token",
    "find_users",
    "let_in",
    "normal_email",
    "reason_against",
    "register",
    "start_session",
]

"""The accounts context: the users, and how they prove who they are."""

from .attempts import TooManyAttempts
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
from .sessions import (
    LASTS,
    digest,
    end_session,
    end_session_of,
    end_sessions,
    find_user_by_token,
    sessions_of,
    start_session,
)
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
    "digest",
    "end_session",
    "end_session_of",
    "end_sessions",
    "find_user",
    "find_user_by_email",
    "find_user_by_nickname",
    "find_user_by_token",
    "let_in",
    "normal_email",
    "reason_against",
    "register",
    "sessions_of",
    "start_session",
]

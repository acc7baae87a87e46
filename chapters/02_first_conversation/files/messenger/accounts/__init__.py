"""The accounts context: the users."""

from .models import User
from .users import create_user, find_user, find_user_by_nickname

__all__ = ["User", "create_user", "find_user", "find_user_by_nickname"]

"""Credentials: email and password. Passwords come in here and leave as hashes."""

from contextlib import suppress
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..db import db
from ..errors import Invalid, Unavailable
from ..text import folded
from .attempts import (
    Attempts,
    for_a_browser,
    for_an_account,
    for_new_emails,
    for_registering,
    from_an_address,
)
from .models import User, normal_email
from .nicknames import FORMER
from .passwords import OURSELVES, hash_password, hashed, is_outdated, is_password
from .sessions import end_sessions
from .turns import Place, TooBusy


async def register(nickname: str, email: str, password: str, address: str = "") -> User | None:
    """Store a new account. Returns None if the email has one already; this takes as long.

    Args:
        address: the network address of the request.

    Raises:
        Invalid: the nickname is blank or taken.
        TooManyAttempts, TooBusy: too many new accounts, or too many passwords to hash.
    """
    attempts = Attempts(for_registering(address))
    await attempts.add()
    try:
        password_hash = await hash_password(password, Place("register", address))
    except TooBusy:
        await attempts.withdraw()
        raise
    try:
        return await store_user(nickname, normal_email(email), password_hash)
    except Invalid as invalid:
        if "email" not in invalid.errors:
            raise
        return None


@db.writes
def store_user(session: Session, nickname: str, email: str, password_hash: str) -> User:
    """Store a new user with an email.

    Raises:
        Invalid: the nickname is blank or taken, or the email is taken.
    """
    user = User(nickname=nickname)
    session.add(user)
    # First the nickname alone: the answer to a taken nickname must not depend on the email.
    session.flush()
    user.email, user.password_hash = email, password_hash
    return user


async def authenticate(email: str, password: str, address: str, browser: str | None = None) -> User | None:
    """Return the user with this email and password, or None; both take the same time.

    Args:
        address: the network address of the request.
        browser: the proof that the account's owner has used this browser before. It has its own budget.

    Raises:
        TooManyAttempts, TooBusy: too many attempts, or too many passwords; this one was not checked.
    """
    if browser is None:
        attempts = Attempts(for_an_account(normal_email(email)), from_an_address(address))
    else:
        attempts = Attempts(for_a_browser(browser))
    await attempts.add()
    user = await find_user_by_email(email)
    known = user.password_hash if user is not None else None
    try:
        right = await is_password(password, known, Place("sign in", browser or address))
    except TooBusy:
        await attempts.withdraw()
        raise
    if not right or user is None or known is None:
        return None
    await attempts.succeeded()
    if is_outdated(known):
        # The old hash still works. If the new one cannot be stored now, the next sign-in stores it.
        with suppress(Unavailable, TooBusy):
            await store(user.id, {"password_hash": await hash_password(password)})
    return user


@db.reads
def find_user_by_email(session: Session, email: str) -> User | None:
    """Return the user with this email, or None."""
    return session.scalar(select(User).where(User.email == normal_email(email)))


async def ask_for_email(user_id: int) -> None:
    """Count an email change of a user, since its answer tells whether an email has an account.

    Raises:
        TooManyAttempts: too many emails were tried.
    """
    await Attempts(for_new_emails(user_id)).add()


async def change_user(
    user_id: int,
    *,
    nickname: str | None = None,
    email: str | None = None,
    password: str | None = None,
    address: str | None = None,
) -> None:
    """Change the fields that are given. A new password ends all sessions.

    Args:
        address: the source of the request; None for the app itself.

    Raises:
        Invalid: the nickname is blank or taken, or the email is taken.
        TooBusy: too many passwords wait to be hashed.
    """
    values = {"nickname": nickname, "nickname_folded": nickname and folded(nickname)}
    values["email"] = email and normal_email(email)
    if password is not None:
        place = OURSELVES if address is None else Place("sign in", address)
        values["password_hash"] = await hash_password(password, place)
    changes = {name: value for name, value in values.items() if value is not None}
    # This signs out everyone who knew the old password or has a copy of a cookie.
    await store(user_id, changes, ends_sessions=password is not None)


@db.writes
def store(session: Session, user_id: int, changes: dict[str, Any], *, ends_sessions: bool = False) -> None:
    """Change these columns of a user, and end all sessions if wanted."""
    session.execute(update(User).where(User.id == user_id).values(changes))
    if ends_sessions:
        end_sessions.within(session, user_id)


@db.writes
def let_in(session: Session, user_id: int, email: str, password: str) -> None:
    """Set the email and the password of a user. For seeds only: it blocks while it hashes the password."""
    store.within(session, user_id, {"email": normal_email(email), "password_hash": hashed(password)})


@db.writes
def close_account(session: Session, user_id: int) -> None:
    """Erase the personal data of a user. The record stays under another name, since messages refer to it."""
    name = f"{FORMER} {user_id}"
    gone = {"nickname": name, "nickname_folded": folded(name), "email": None, "password_hash": None}
    store.within(session, user_id, gone, ends_sessions=True)

"""The settings that the app takes from its environment. All the variables begin with PARLEY_."""

import os
from pathlib import Path

from hypercorn.middleware import ProxyFixMiddleware
from quart import Quart
from sqlalchemy import URL

PACKAGE = Path(__file__).resolve().parent

NO_SECRET_KEY = """PARLEY_SECRET_KEY is not set. The app signs what it gives to browsers with it.
Make one, and keep it out of git:  python -c "import secrets; print(secrets.token_urlsafe(32))\""""

WRONG_COSTS = "PARLEY_ARGON2 must be three numbers, for example 3,65536,4: passes, KiB of memory, lanes."

WRONG_PROXIES = "PARLEY_TRUSTED_PROXIES must be the number of your proxies that a request goes through."


def read_environment(app: Quart) -> None:
    """Copy PARLEY_SECRET_KEY and the like into `app.config`.

    Raises:
        RuntimeError: PARLEY_SECRET_KEY is not set, or PARLEY_ARGON2 is wrong.
    """
    # loads=str: a key that consists of digits stays text.
    app.config.from_prefixed_env("PARLEY", loads=str)
    if not app.config["SECRET_KEY"]:
        raise RuntimeError(NO_SECRET_KEY)
    # Browsers ask each time whether a style or a script has changed. Mostly the short answer is no.
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 0
    # Our longest form is a draft, with 12 bytes for an emoji. Reading 16 MB would delay all other requests.
    app.config["MAX_CONTENT_LENGTH"] = 500_000
    argon2_costs()
    # Scripts cannot read the cookies, and other sites cannot send them. With https, http never carries them.
    secure = switched_on("PARLEY_SECURE_COOKIES")
    app.config.update(SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_SECURE=secure)
    app.config.update(QUART_AUTH_COOKIE_SAMESITE="Lax", QUART_AUTH_COOKIE_SECURE=secure)


def switched_on(name: str, default: str = "0") -> bool:
    """Return whether an environment variable is 1 (or true, yes, on)."""
    return os.environ.get(name, default).strip().lower() in ("1", "true", "yes", "on")


def argon2_costs() -> tuple[int, int, int] | None:
    """Return PARLEY_ARGON2 (passes, KiB of memory, lanes), or None if it is not set.

    Raises:
        RuntimeError: it does not consist of three numbers.
    """
    named = os.environ.get("PARLEY_ARGON2")
    if not named:
        return None
    try:
        passes, memory, lanes = map(int, named.split(","))
    except ValueError:
        raise RuntimeError(WRONG_COSTS) from None
    return passes, memory, lanes


def believe_proxies(app: Quart) -> None:
    """Take the client's address from our own proxies. Called last, so that it covers the live sockets too.

    Raises:
        RuntimeError: PARLEY_TRUSTED_PROXIES is not a number.
    """
    if trusted_proxies() > 0:
        app.asgi_app = ProxyFixMiddleware(app.asgi_app, trusted_hops=trusted_proxies())  # type: ignore[method-assign]


def trusted_proxies() -> int:
    """Return PARLEY_TRUSTED_PROXIES, the number of trusted addresses in X-Forwarded-For; 0 if unset.

    Raises:
        RuntimeError: it is not a number.
    """
    named = os.environ.get("PARLEY_TRUSTED_PROXIES") or "0"
    if not named.isascii() or not named.isdigit():
        raise RuntimeError(WRONG_PROXIES)
    return int(named)


def static_folder() -> str:
    """Return PARLEY_STATIC, or else the folder `static` beside this package or one level higher."""
    named = os.environ.get("PARLEY_STATIC")
    if named:
        return str(Path(named).resolve())
    beside = PACKAGE.parent / "static"
    return str(beside if beside.is_dir() else PACKAGE.parent.parent / "static")


def database_url() -> str:
    """Return PARLEY_DATABASE_URL, or else a SQLite file in PARLEY_DATA (`data` beside this package)."""
    named = os.environ.get("PARLEY_DATABASE_URL")
    if named:
        return named
    folder = Path(os.environ.get("PARLEY_DATA") or PACKAGE.parent / "data").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    # URL.create quotes the path: in a URL the ? or % of a folder's name would mean something else.
    return URL.create("sqlite", database=(folder / "parley.db").as_posix()).render_as_string()

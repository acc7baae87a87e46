"""What the app takes from its environment. All its variables begin with PARLEY_."""

import os
from pathlib import Path

from hypercorn.middleware import ProxyFixMiddleware
from quart import Quart
from sqlalchemy import URL

PACKAGE = Path(__file__).resolve().parent

NO_SECRET_KEY = """PARLEY_SECRET_KEY is not set. The app signs what it gives to browsers with it.
Make one, and keep it out of git:  python -c "import secrets; print(secrets.token_urlsafe(32))\""""

WRONG_COSTS = "PARLEY_ARGON2 must be three numbers, for example 3,65536,4: passes, KiB of memory, lanes."

WRONG_PROXIES = "PARLEY_TRUSTED_PROXIES must be a number: how many proxies of yours a request goes through."


def read_environment(app: Quart) -> None:
    """Copy PARLEY_SECRET_KEY and the like into `app.config`. Raises RuntimeError when something is amiss."""
    # loads=str: a key made of digits alone stays text.
    app.config.from_prefixed_env("PARLEY", loads=str)
    if not app.config["SECRET_KEY"]:
        raise RuntimeError(NO_SECRET_KEY)
    # Browsers ask each time whether a style or a script has changed; a short "no" is the usual answer.
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 0
    # The longest form of ours is a draft, with 12 bytes for an emoji. Reading 16 MB would hold up all others.
    app.config["MAX_CONTENT_LENGTH"] = 500_000
    argon2_costs()
    # Cookies are not for scripts, and come along from pages of ours only. With https, over that alone.
    secure = switched_on("PARLEY_SECURE_COOKIES")
    app.config.update(SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_SECURE=secure)
    app.config.update(QUART_AUTH_COOKIE_SAMESITE="Lax", QUART_AUTH_COOKIE_SECURE=secure)


def switched_on(name: str, default: str = "0") -> bool:
    """Whether a variable says 1 (or true, yes, on)."""
    return os.environ.get(name, default).strip().lower() in ("1", "true", "yes", "on")


def argon2_costs() -> tuple[int, int, int] | None:
    """PARLEY_ARGON2: passes, KiB of memory, lanes. None without it: the library's own are good ones."""
    named = os.environ.get("PARLEY_ARGON2")
    if not named:
        return None
    try:
        passes, memory, lanes = map(int, named.split(","))
    except ValueError:
        raise RuntimeError(WRONG_COSTS) from None
    return passes, memory, lanes


def believe_proxies(app: Quart) -> None:
    """Let our own proxies say where a request comes from. Comes last, to be around the live sockets too."""
    if trusted_proxies() > 0:
        app.asgi_app = ProxyFixMiddleware(app.asgi_app, trusted_hops=trusted_proxies())  # type: ignore[method-assign]


def trusted_proxies() -> int:
    """PARLEY_TRUSTED_PROXIES: so many of the last addresses in X-Forwarded-For are believed; 0 without it."""
    named = os.environ.get("PARLEY_TRUSTED_PROXIES") or "0"
    if not named.isascii() or not named.isdigit():
        raise RuntimeError(WRONG_PROXIES)
    return int(named)


def static_folder() -> str:
    """PARLEY_STATIC, or the folder `static` beside this package, or one level higher."""
    named = os.environ.get("PARLEY_STATIC")
    if named:
        return str(Path(named).resolve())
    beside = PACKAGE.parent / "static"
    return str(beside if beside.is_dir() else PACKAGE.parent.parent / "static")


def database_url() -> str:
    """PARLEY_DATABASE_URL, or a SQLite file in the folder PARLEY_DATA (`data` beside this package)."""
    named = os.environ.get("PARLEY_DATABASE_URL")
    if named:
        return named
    folder = Path(os.environ.get("PARLEY_DATA") or PACKAGE.parent / "data").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    # Not glued together: in an address the ? or % of a folder's name would mean something else.
    return URL.create("sqlite", database=(folder / "parley.db").as_posix()).render_as_string()

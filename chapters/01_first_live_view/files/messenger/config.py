"""The settings that the app takes from its environment. All the variables begin with PARLEY_."""

import os
from pathlib import Path

from quart import Quart

PACKAGE = Path(__file__).resolve().parent

NO_SECRET_KEY = """PARLEY_SECRET_KEY is not set. The app signs what it gives to browsers with it.
Make one, and keep it out of git:  python -c "import secrets; print(secrets.token_urlsafe(32))\""""


def read_environment(app: Quart) -> None:
    """Copy PARLEY_SECRET_KEY and the like into `app.config`.

    Raises:
        RuntimeError: PARLEY_SECRET_KEY is not set.
    """
    # loads=str: a key that consists of digits stays text.
    app.config.from_prefixed_env("PARLEY", loads=str)
    if not app.config["SECRET_KEY"]:
        raise RuntimeError(NO_SECRET_KEY)
    # Browsers ask each time whether a style or a script has changed. Mostly the short answer is no.
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 0


def static_folder() -> str:
    """Return PARLEY_STATIC, or else the folder `static` beside this package or one level higher."""
    named = os.environ.get("PARLEY_STATIC")
    if named:
        return str(Path(named).resolve())
    beside = PACKAGE.parent / "static"
    return str(beside if beside.is_dir() else PACKAGE.parent.parent / "static")

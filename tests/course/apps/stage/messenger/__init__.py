"""Pages to find things on and to act in, for the tests of the stage's driver."""

from __future__ import annotations

from pathlib import Path

from quart import Quart, redirect, request, session
from quart.typing import ResponseReturnValue

PAGES = Path(__file__).parent / "pages"


def create_app() -> Quart:
    """Build the app."""
    app = Quart(__name__)
    app.secret_key = "only for tests"

    def page(name: str) -> str:
        return (PAGES / f"{name}.html").read_text(encoding="utf-8")

    @app.get("/")
    async def index() -> str:
        return page("names")

    @app.get("/fields")
    async def fields() -> str:
        return page("fields")

    @app.get("/slow")
    async def slow() -> str:
        return page("slow")

    @app.get("/guarded")
    async def guarded() -> ResponseReturnValue:
        """A page that no other site may frame, and that runs its own scripts alone."""
        policy = "default-src 'self'; frame-ancestors 'none'"
        headers = {"X-Frame-Options": "DENY", "Content-Security-Policy": policy}
        return "<!doctype html><title>x</title><h1>Guarded</h1>", 200, headers

    @app.get("/late")
    async def late() -> str:
        """A page whose body waits for a script, which the test serves."""
        return "<!doctype html><title>x</title><script src='/late.js'></script><body><h1>Late</h1>"

    @app.get("/sign-in")
    async def sign_in() -> str:
        return page("sign_in")

    @app.post("/sign-in")
    async def signed_in() -> ResponseReturnValue:
        form = await request.form
        if form["password"] != "parley-demo":
            return page("sign_in").replace(
                "<!-- why -->", "<p role='alert'>Email or password is wrong.</p>"
            ), 422
        session["email"] = form["email"]
        return redirect("/me", 303)

    @app.get("/me")
    async def me() -> ResponseReturnValue:
        if "email" not in session:
            return redirect("/sign-in")
        return f"<!doctype html><title>Me</title><h1>{session['email']}</h1><a href='/fields'>Fields</a>"

    return app

"""What every answer tells the browser: whose scripts run here, who may show this in a frame, and the like."""

import secrets

from quart import Quart, Response, g

# Inline styles are for the colours of avatars; everything else comes from files of ours.
POLICY = (
    "default-src 'self'",
    "script-src 'self' 'nonce-{nonce}'",
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)

HEADERS = {
    # A file is what its type says, whatever is in it.
    "X-Content-Type-Options": "nosniff",
    # Other sites do not learn which conversation a link stood in.
    "Referrer-Policy": "same-origin",
    # Nobody who opens a page of ours keeps hold of its window.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def init_app(app: Quart) -> None:
    """Add the headers to all answers: pages, files, redirects and errors."""
    app.jinja_env.globals["csp_nonce"] = nonce
    app.after_request(protect)


def nonce() -> str:
    """A word that only this answer knows. An inline script that carries it is ours, and runs."""
    return str(g.setdefault("csp_nonce", secrets.token_urlsafe(16)))


async def protect(response: Response) -> Response:
    """The answer with its headers. What a page has set itself stays."""
    policy = "; ".join(POLICY).format(nonce=nonce())
    for name, value in {"Content-Security-Policy": policy, **HEADERS}.items():
        response.headers.setdefault(name, value)
    return response

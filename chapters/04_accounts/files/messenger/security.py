"""Headers of every response: which scripts may run, who may show the page in a frame, and the like."""

import secrets

from quart import Quart, Response, g

# Inline styles are for the colours of avatars. Everything else comes from our own files.
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
    # Browsers must not guess a file's type from its content.
    "X-Content-Type-Options": "nosniff",
    # Other sites do not learn in which conversation a link stood.
    "Referrer-Policy": "same-origin",
    # A site that opens our page gets no reference to its window.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def init_app(app: Quart) -> None:
    """Add the headers to all responses: pages, files, redirects and errors."""
    app.jinja_env.globals["csp_nonce"] = nonce
    app.after_request(protect)


def nonce() -> str:
    """Return the random word of this response. Browsers run an inline script only if it carries the word."""
    return str(g.setdefault("csp_nonce", secrets.token_urlsafe(16)))


async def protect(response: Response) -> Response:
    """Add the headers to a response, except those that the page has set itself."""
    policy = "; ".join(POLICY).format(nonce=nonce())
    for name, value in {"Content-Security-Policy": policy, **HEADERS}.items():
        response.headers.setdefault(name, value)
    return response

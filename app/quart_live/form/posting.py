"""A form that ends in an ordinary HTTP request, by ``phx-trigger-action``."""

from __future__ import annotations

from typing import Any

from quart import abort, request, session

from ..protocol import csrf, form_data

TOKEN = "_csrf_token"


async def posted_params() -> dict[str, Any]:
    """Return the parameters of a posted form, nested as in `handle_event`. Call it in a Quart handler.

    The form must have the page's token, as
    ``<input type="hidden" name="_csrf_token" value="{{ csrf_token }}">``.

    Raises:
        Forbidden: if the token is missing or wrong; Quart answers with 403.
    """
    fields = [(name, value) for name, value in (await request.form).items(multi=True)]
    params = form_data.nest(fields)
    if not csrf.matches(session, params.pop(TOKEN, None)):
        abort(403, "The form was sent from a page that has expired. Go back, reload it, and send it again.")
    return params

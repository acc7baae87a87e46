"""Links and titles for templates.

    <a {{ live_patch("/rooms?sort=new") }}>Newest first</a>
    <a {{ live_navigate(url_for("room_live", id=7), replace=True) }}>Room 7</a>
    <head>… {{ live_title(page_title, suffix=" · Parley", default="Parley") }}</head>

| helper | the link goes to |
|---|---|
| `live_patch` | another address of the same view: `handle_params` runs, the view stays |
| `live_navigate` | another live view, over the same socket if it is in the same live session |
| a plain ``href`` | any page, by a page load; without JavaScript the other two do this as well |

All of them work in live templates and in the templates of ordinary pages and layouts. Where the browser
scrolls to, also after back and forward, is the client's business.
"""

from __future__ import annotations

from markupsafe import Markup

from ..rendering import pure

_LINK = Markup('href="{}" data-phx-link="{}" data-phx-link-state="{}"')


@pure
def live_patch(to: str, *, replace: bool = False) -> Markup:
    """Return the attributes of a link that changes the address within the view.

    Args:
        to: a path of this site, or only a query such as ``?page=2``.
        replace: whether the new address replaces the present one in the browser's history.

    Raises:
        ValueError: for any other address.
    """
    return _link("patch", to, replace)


@pure
def live_navigate(to: str, *, replace: bool = False) -> Markup:
    """Return the attributes of a link to another live view; arguments as for `live_patch`.

    Raises:
        ValueError: as `live_patch`.
    """
    return _link("redirect", to, replace)


@pure
def live_title(title: object, *, prefix: str = "", suffix: str = "", default: str = "") -> Markup:
    """Return the ``<title>`` of a layout, in a form that the client can change.

    Args:
        title: the page's title, usually ``page_title``. The view changes it by assigning ``page_title``.
        prefix: the text before every title.
        suffix: the text behind every title.
        default: the title of pages without one; prefix and suffix are put around it too.
    """
    names = {"prefix": prefix, "suffix": suffix, "default": default}
    data = Markup("").join(Markup(' data-{}="{}"').format(*name) for name in names.items() if name[1])
    shown = "" if title is None else str(title)
    inner = shown if shown.strip() else default
    return Markup("<title{}>{}{}{}</title>").format(data, prefix, inner, suffix)


def _link(kind: str, to: str, replace: bool) -> Markup:
    if not to.startswith(("/", "?")) or to.startswith(("//", "/\\")):
        raise ValueError(
            f"{to!r} is not a path of this site, which begins with a single '/' (or '?'). "
            "For other sites write a plain href."
        )
    return _LINK.format(to, kind, "replace" if replace else "push")


TEMPLATE_HELPERS = {"live_patch": live_patch, "live_navigate": live_navigate}
"""The helpers that all live templates have."""

"""The template functions of uploads: the file input, previews of images, errors.

    <form phx-change="validate" phx-submit="save">
      {{ live_file_input(uploads.photos) }}
      {% for entry in uploads.photos.entries %}
        {{ live_img_preview(entry, width=80) }} {{ entry.client_name }} {{ entry.progress }} %
        {% for error in upload_errors(uploads.photos, entry) %}<p>{{ error }}</p>{% endfor %}
        <button type="button" phx-click="cancel" phx-value-ref="{{ entry.ref }}">Cancel</button>
      {% endfor %}
      {% for error in upload_errors(uploads.photos) %}<p>{{ error }}</p>{% endfor %}
    </form>

The hooks in the official client look for this markup (``Phoenix.LiveFileUpload`` and
``Phoenix.LiveImgPreview``); attributes and their order are those of Phoenix (``Phoenix.Component``).
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from ..rendering.purity import pure
from .entries import Upload, UploadEntry


@pure
def live_file_input(upload: Upload, **attributes: object) -> Markup:
    """Return the file input of an upload, for a form with ``phx-change``.

    Without ``auto_upload`` the form needs ``phx-submit`` as well.

    Args:
        upload: the upload, for example ``uploads.avatar``.
        attributes: more attributes; ``class_`` for ``class``, ``aria_label`` for ``aria-label``, ``True`` for
            those without a value.
    """
    entries = upload.entries
    failed = [upload.ref] * bool(upload.errors) + [entry.ref for entry in entries if not entry.valid]
    parts = [
        _attributes({"id": upload.ref, "type": "file", "name": upload.name}),
        _attributes({"accept": str(upload.accept) or None}),
        Markup(' data-phx-hook="Phoenix.LiveFileUpload"'),
        _attributes(
            {
                "data-phx-upload-ref": upload.ref,
                "data-phx-active-refs": _refs(entries),
                "data-phx-done-refs": _refs(entry for entry in entries if entry.done),
                "data-phx-preflighted-refs": _refs(entry for entry in entries if entry.preflighted),
                "data-phx-error-refs": ",".join(failed) or None,
                "data-phx-auto-upload": upload.auto_upload,
                "multiple": upload.max_entries > 1,
                **_with_hyphens(attributes),
            }
        ),
    ]
    return Markup("<input{}>").format(Markup("").join(parts))


@pure
def live_img_preview(entry: UploadEntry, *, id: str | None = None, **attributes: object) -> Markup:
    """Return an ``<img>`` that shows a chosen picture at once, from the browser's own memory.

    Args:
        entry: the entry.
        id: the element's id, if one entry has several previews.
        attributes: more attributes, as for `live_file_input`.
    """
    fixed = {
        "id": id or f"phx-preview-{entry.ref}",
        "data-phx-upload-ref": entry.upload_ref,
        "data-phx-entry-ref": entry.ref,
        "data-phx-hook": "Phoenix.LiveImgPreview",
        "data-phx-update": "ignore",
    }
    return Markup("<img{}>").format(_attributes({**fixed, **_with_hyphens(attributes)}))


@pure
def upload_errors(upload: Upload, entry: UploadEntry | None = None) -> list[str]:
    """Return the errors of an entry, or without one those of the upload as a whole."""
    return list(upload.errors if entry is None else entry.errors)


GLOBALS = {
    "live_file_input": live_file_input,
    "live_img_preview": live_img_preview,
    "upload_errors": upload_errors,
}
"""The globals of the live Jinja environment."""


def _refs(entries: Iterable[UploadEntry]) -> str:
    return ",".join(entry.ref for entry in entries)


def _with_hyphens(attributes: dict[str, object]) -> dict[str, object]:
    return {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}


def _attributes(values: dict[str, object]) -> Markup:
    written = (
        Markup(" {}").format(name) if value is True else Markup(' {}="{}"').format(name, value)
        for name, value in values.items()
        if value is not None and value is not False
    )
    return Markup("").join(written)

"""`to_form`: a WTForms form with an event's parameters in it, and names that the client understands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from wtforms import FieldList, FormField
from wtforms.form import BaseForm

from ..errors import LiveViewError
from .names import Path, bracketed, underscored
from .reading import FormData
from .rendering import dress
from .rows import next_identity
from .state import FieldState, FormState, RowState, attach
from .values import merged, to_params

F = TypeVar("F")

_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def to_form(
    form_class: type[F],
    params: Mapping[str, Any] | None = None,
    *,
    name: str | None = None,
    obj: object = None,
    data: Mapping[str, Any] | None = None,
    base: F | None = None,
    submitted: bool | None = None,
) -> F:
    """Make a form, empty or with the input of the user.

    Args:
        form_class: any ``wtforms.Form``, with ``FormField`` and ``FieldList`` as deep as you like.
        params: parameters of ``phx-change`` or ``phx-submit``; without them the form shows its initial data.
        name: the name of the form in ``params``: ``team`` for ``team[title]``. By default from the class:
            ``TeamForm`` gives ``team``. ``""`` for fields without a common name.
        obj: object with the initial data, see WTForms.
        data: dict with the initial data.
        base: the form as it was. Values missing in ``params`` are taken from it; for ``phx-change`` on a
            single input, which sends only itself.
        submitted: whether the errors of all fields are shown. By default if ``params`` are those of a submit,
            which have no ``_target``.

    Returns:
        The form. Call ``form.validate()``, then read ``form.data`` and ``form.errors`` as usual.

    Raises:
        LiveViewError: if a ``FormField`` or ``FieldList`` has a ``separator`` of its own.
    """
    name = default_name(form_class) if name is None else name
    formdata = None
    if params is not None:
        given = params.get(name) if name else params
        given = given if isinstance(given, Mapping) else {}
        if base is not None:
            before = to_params(base)
            given = merged(before[name] if name else before, given)
        target = params.get("_target")
        formdata = FormData(given, name, target if isinstance(target, list) else ())
        submitted = "_target" not in params if submitted is None else submitted
    form: Any = form_class(formdata, obj=obj, prefix=name, data=data)  # type: ignore[call-arg]
    _Binder(formdata, bool(submitted)).form(form, (name,) if name else ())
    attach(form, FormState(name, bool(submitted)))
    return form  # type: ignore[no-any-return]


def default_name(form_class: type) -> str:
    """Return ``team_member`` for ``TeamMemberForm``."""
    return _WORD_STARTS.sub("_", form_class.__name__).lower().removesuffix("_form")


class _Binder:
    """The binding of a form that WTForms has processed: order of rows, names, ids, used inputs."""

    def __init__(self, formdata: FormData | None, submitted: bool) -> None:
        self._formdata = formdata
        self._submitted = submitted

    def form(self, form: BaseForm, path: Path, names: Path | None = None, ids: Path | None = None) -> bool:
        """Set name, id and state of all fields of ``form``. Return whether any is used.

        Args:
            form: the form, perhaps one inside another.
            path: its path in WTForms' names, where rows go by identity.
            names: its path in the names of inputs, where rows go by number; by default ``path``.
            ids: its path in the ids of elements; by default ``path``.
        """
        names, ids = path if names is None else names, path if ids is None else ids
        used = False
        declared = dict(getattr(form, "_unbound_fields", None) or ())
        for attribute, field in form._fields.items():
            key = field.short_name
            id = declared[attribute].kwargs.get("id") if attribute in declared else None
            used |= self._field(field, (*path, key), (*names, key), (*ids, key), id)
        return used

    def _field(
        self,
        field: Any,
        path: Path,
        names: Path,
        ids: Path,
        own_id: str | None = None,
        row: RowState | None = None,
    ) -> bool:
        used = self._submitted or (self._formdata is not None and path in self._formdata.used)
        if isinstance(field, FieldList):
            _expect(field, field._separator)
            used |= self._list(field, path, names, ids)
        elif isinstance(field, FormField):
            _expect(field, field.separator)
            used |= self.form(field.form, path, names, ids)
        field.name, field.id = bracketed(names), own_id or underscored(ids)
        if field.label.field_id:  # a group of radio buttons has none
            field.label.field_id = field.id
        attach(field, FieldState(names, used, row))
        dress(field)
        return used

    def _list(self, field: Any, path: Path, names: Path, ids: Path) -> bool:
        identities = self._rows(field, path)
        used = False
        for number, (entry, identity) in enumerate(zip(field.entries, identities, strict=True)):
            entry.index, entry.short_name = number, str(number)
            row = RowState(names, number, identity, len(identities))
            at, who = str(number), str(identity)
            used |= self._field(entry, (*path, who), (*names, at), (*ids, who), row=row)
        field.last_index = len(identities) - 1
        return used

    def _rows(self, field: Any, path: Path) -> list[int]:
        """Put the rows of a list in order; new ones get their defaults. Return their identities."""
        if self._formdata is None or path not in self._formdata.rows:
            fresh = 0 if self._formdata is None else next_identity(set())
            return list(range(fresh, fresh + len(field.entries)))
        identities = self._formdata.rows[path]
        by_identity = dict(zip(sorted(identities, key=int), field.entries, strict=False))
        # The rest are blank ones, for `min_entries`; WTForms may have taken another row's data for them.
        blank = field.entries[len(by_identity) :]
        known = [identity for identity in identities if identity in by_identity]
        field.entries = [by_identity[identity] for identity in known] + blank
        for identity in known:
            if (*path, identity) in self._formdata.new:
                blank.append(by_identity[identity])
        for entry in blank:
            entry.process(None)
        result = [int(identity) for identity in known]
        while len(result) < len(field.entries):
            result.append(next_identity(set(result)))
        return result


def _expect(field: Any, separator: str) -> None:
    if separator != "-":
        raise LiveViewError(
            f"{field.short_name} has the separator {separator!r}. to_form makes the names in a live form: "
            "leave separator out"
        )

"""Reading ``chapter.md``: prose, and fenced blocks that become cells.

============================  ==============================================================================
in ``chapter.md``             in the notebook
============================  ==============================================================================
prose                         markdown cells; a new one begins at every ``##`` and ``###`` heading
a ``python`` block            a code cell that runs in the kernel; ``{folded}`` collapses it, ``{raises}``
                              lets it fail
a ``{save} path`` block       a ``%%save path K/N`` cell with lines of the overlay file ``files/path``
a ``{copy} path`` block       a ``%copy path`` cell, for files that are not text
a ``{remove} path`` block     a ``%remove path`` cell, for files that end in this chapter
an ``{exercise} a path``      a ``%%exercise a path`` cell with lines to edit
a ``{minutes} 10`` block      nothing: teaching time of the section, speaker notes in its body
any other fenced block        stays in the prose
``<!-- … -->``                nothing: authors' notes
============================  ==============================================================================

Options of ``{save}`` stand in its body, one per line: ``:from: anchor`` and ``:until: anchor`` (see
`course.source.anchors`), ``:folded:`` and ``:open:``. ``{exercise}`` takes ``:from:`` and ``:until:``, or
else a starter text for a new file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from course.errors import CourseError

Kind = Literal["prose", "python", "save", "copy", "remove", "exercise", "minutes"]

_FENCE = re.compile(r"^(?P<fence>`{3,}+|~{3,}+)(?P<info>.*)$")
_DIRECTIVE = re.compile(r"^\{(?P<name>\w+)\}\s*(?P<rest>.*)$")
_OPTION = re.compile(r"^:(?P<name>[\w-]+):(?:\s+(?P<value>.*))?$")
_HEADING = re.compile(r"^#{1,3} ")
_OPTIONS: dict[str, set[str]] = {
    "save": {"from", "until", "folded", "open"},
    "exercise": {"from", "until"},
    "copy": set(),
    "remove": set(),
    "minutes": set(),
}


@dataclass
class Block:
    """One piece of a manuscript.

    ``where`` is ``file:line``; ``text`` is prose, code, speaker notes or an exercise's starter.
    """

    kind: Kind
    where: str
    text: str = ""
    arguments: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The file that a ``{save}``, ``{copy}``, ``{remove}`` or ``{exercise}`` block names."""
        return self.arguments[-1]


def parse(text: str, name: str) -> list[Block]:
    """Parse a manuscript into its blocks, in order; ``name`` is its path as messages show it.

    Raises:
        CourseError: if a fence never closes, a directive or option is unknown, or a path is bad.
    """
    blocks: list[Block] = []
    prose: list[str] = []
    prose_where = f"{name}:1"

    def flush() -> None:
        content = "\n".join(prose).strip("\n")
        if content.strip():
            blocks.append(Block("prose", prose_where, content))
        prose.clear()

    lines = iter(list(enumerate(text.splitlines(), start=1)))
    for number, line in lines:
        where = f"{name}:{number}"
        fence = _FENCE.match(line)
        if fence is None:
            if line.startswith("<!--"):
                _skip_comment(line, lines, where)
                continue
            if _HEADING.match(line):
                flush()
            if not prose:
                prose_where = where
            prose.append(line)
            continue
        body = _fenced(lines, fence["fence"], where)
        block = _block(fence["info"].strip(), body, where)
        if block is None:
            prose.extend([line, *body, fence["fence"]])
        else:
            flush()
            blocks.append(block)
    flush()
    return blocks


def _skip_comment(line: str, lines: Iterator[tuple[int, str]], where: str) -> None:
    while "-->" not in line:
        try:
            _, line = next(lines)
        except StopIteration:
            raise CourseError(f"{where}: this comment is never closed.", "Close it with `-->`.") from None


def _fenced(lines: Iterator[tuple[int, str]], fence: str, where: str) -> list[str]:
    body: list[str] = []
    for _, line in lines:
        stripped = line.rstrip()
        if stripped.startswith(fence) and set(stripped) == {fence[0]}:
            return body
        body.append(line)
    raise CourseError(f"{where}: this fenced block is never closed.", f"Close it with {fence}.")


def _block(info: str, body: list[str], where: str) -> Block | None:
    """Return the block that a fence opens, or None when it stays in the prose."""
    if info.split(" ")[0] == "python":
        flags = set(re.findall(r"\{(\w+)\}", info))
        unknown = flags - {"folded", "raises"}
        if unknown:
            raise CourseError(f"{where}: unknown option {{{unknown.pop()}}}.", "Known: {folded}, {raises}.")
        return Block("python", where, "\n".join(body).strip("\n"), options=dict.fromkeys(sorted(flags), ""))
    directive = _DIRECTIVE.match(info)
    if directive is None:
        return None
    name, arguments = directive["name"], tuple(directive["rest"].split())
    if name not in _OPTIONS:
        raise CourseError(f"{where}: unknown directive {{{name}}}.", f"Known: {', '.join(sorted(_OPTIONS))}.")
    wanted = 2 if name == "exercise" else 1
    if len(arguments) != wanted:
        shape = "{exercise} letter path" if name == "exercise" else f"{{{name}}} {_ARGUMENT[name]}"
        raise CourseError(f"{where}: this directive takes {wanted} argument(s).", f"Write ```{shape}.")
    options, rest = _options(name, body, where)
    if name == "minutes":
        if not arguments[0].isdecimal():
            raise CourseError(
                f"{where}: {arguments[0]!r} is not a number of minutes.", "Write ```{minutes} 10."
            )
    else:
        check_path(arguments[-1], where)
    if rest and name in ("save", "copy", "remove"):
        raise CourseError(
            f"{where}: a {{{name}}} block holds options only, not {rest.splitlines()[0]!r}.",
            "The lines come from the chapter's files/; edit them there.",
        )
    return Block(name, where, rest, arguments, options)  # type: ignore[arg-type]


_ARGUMENT = {
    "save": "messenger/chat.py",
    "copy": "static/icon.png",
    "remove": "messenger/chat.py",
    "minutes": "10",
}


def _options(name: str, body: list[str], where: str) -> tuple[dict[str, str], str]:
    options: dict[str, str] = {}
    rest = list(body)
    if name == "minutes":
        return options, "\n".join(rest).strip("\n")
    while rest and (option := _OPTION.match(rest[0].strip())):
        if option["name"] not in _OPTIONS[name]:
            known = ", ".join(f":{known}:" for known in sorted(_OPTIONS[name])) or "none"
            raise CourseError(
                f"{where}: {{{name}}} has no option :{option['name']}:.", f"Known options: {known}."
            )
        options[option["name"]] = (option["value"] or "").strip()
        rest.pop(0)
    for anchored in ("from", "until"):
        if options.get(anchored) == "":
            raise CourseError(f"{where}: :{anchored}: needs an anchor.", "Give it the beginning of a line.")
    return options, "\n".join(rest).strip("\n")


def check_path(path: str, where: str) -> None:
    """Refuse a path that does not lie in ``messenger/`` or ``static/`` of a workspace.

    Raises:
        CourseError: if it does not.
    """
    pieces = path.split("/")
    plain = all(re.fullmatch(r"[\w][\w.-]*", piece) for piece in pieces)
    if len(pieces) < 2 or pieces[0] not in ("messenger", "static") or not plain:
        raise CourseError(
            f"{where}: {path!r} is not a file of the messenger.",
            "Paths begin with messenger/ or static/, for example messenger/chat.py.",
        )

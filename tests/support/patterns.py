"""The regular expressions of the packages, and hostile texts for them.

`patterns` finds each regular expression in the source of the packages, and the methods that are called on it;
a new one need not be listed anywhere. `hostile` makes long texts out of the pieces that a pattern looks for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app/quart_live", "app/messenger", "chapters/course")
METHODS = ("match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer")


@dataclass(frozen=True)
class Pattern:
    """A regular expression of the source.

    Attributes:
        place: the file and the line.
        pattern: the compiled pattern.
        methods: the methods that are called on it.
    """

    place: str
    pattern: re.Pattern[Any]
    methods: frozenset[str]


def patterns() -> Iterator[Pattern]:
    """Yield every regular expression that the packages compile, or use at once."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for call in ast.walk(tree):
                if _is_call(call, ("compile", *METHODS)):
                    assert isinstance(call, ast.Call)
                    yield _pattern(path, tree, call)


def _is_call(node: ast.AST, names: tuple[str, ...]) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in names
    )


def _pattern(path: Path, tree: ast.Module, call: ast.Call) -> Pattern:
    assert isinstance(call.func, ast.Attribute)
    flags = next((_flags(keyword.value) for keyword in call.keywords if keyword.arg == "flags"), 0)
    taken = {"compile": 1, "sub": 3}.get(call.func.attr, 2)
    if len(call.args) > taken:
        flags = _flags(call.args[taken])
    compiled = re.compile(_text(path, tree, call.args[0]), flags)
    methods = frozenset([call.func.attr]) if call.func.attr != "compile" else _used(path, tree, call)
    return Pattern(f"{path.relative_to(ROOT)}:{call.lineno}", compiled, methods)


def _text(path: Path, tree: ast.Module, node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=str() | bytes() as text):
            return text
        case ast.JoinedStr(values=parts):  # the parts put in are escaped names
            return "".join(str(p.value) if isinstance(p, ast.Constant) else "/some/path" for p in parts)
        case ast.BinOp(left=left, right=right):
            return _text(path, tree, left) + _text(path, tree, right)
        case ast.Call(func=ast.Attribute(attr="escape")):
            return "/some/path"
        case ast.Name(id=name):
            for other in ast.walk(tree):
                if isinstance(other, ast.Assign) and _names(other) == name:
                    return _text(path, tree, other.value)
    raise AssertionError(f"{path}: write the pattern of line {node.lineno} where the test can read it")


def _flags(node: ast.expr) -> int:
    found = 0
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute):
            found |= int(getattr(re, part.attr))
    return found


def _names(node: ast.Assign) -> str | None:
    target = node.targets[0]
    return (
        target.id
        if isinstance(target, ast.Name)
        else target.attr
        if isinstance(target, ast.Attribute)
        else None
    )


def _used(path: Path, tree: ast.Module, call: ast.Call) -> frozenset[str]:
    """Return the methods called on a pattern's name in its file; if none are found, the usual two."""
    name = next(
        (_names(node) for node in ast.walk(tree) if isinstance(node, ast.Assign) and node.value is call), None
    )
    if name is None:
        return frozenset(["match", "sub"])
    text = path.read_text(encoding="utf-8")
    found = set(re.findall(rf"\b{name}\.({'|'.join(METHODS)})\(", text))
    return frozenset(found or ["match", "sub"])


def hostile(pattern: re.Pattern[Any]) -> Iterator[Callable[[int], Any]]:
    """Yield makers of long texts that nearly match: pieces that the pattern looks for, again and again."""
    parsed = parser.parse(pattern.pattern, pattern.flags)
    is_bytes = isinstance(pattern.pattern, bytes)
    letters = list(dict.fromkeys(_letters(parsed)))[:8] or ["a"]
    words = list(dict.fromkeys(_words(parsed)))[:4]
    units = [*letters, *words, *(a + b for a in letters for b in letters if a != b)]
    for start in ("", *words):
        for unit in [*units, *(word + letter for word in words for letter in letters)]:
            for end in ("", "\n\0") if unit in letters else ("",):
                yield _maker(start, unit, end, is_bytes=is_bytes)
    for start, unit in dict.fromkeys(_repeats(parsed)):  # wherever the pattern itself goes on and on
        for end in ("", "\n\0"):
            yield _maker(start, unit, end, is_bytes=is_bytes)


def _maker(start: str, unit: str, end: str, *, is_bytes: bool) -> Callable[[int], Any]:
    def make(length: int) -> Any:
        text = start + unit * (length // len(unit)) + end
        return text.encode("latin-1", "replace") if is_bytes else text

    return make


_CLASSES = {
    constants.CATEGORY_WORD: "a",
    constants.CATEGORY_SPACE: " ",
    constants.CATEGORY_DIGIT: "7",
    constants.CATEGORY_NOT_WORD: "-",
    constants.CATEGORY_NOT_SPACE: "x",
    constants.CATEGORY_NOT_DIGIT: "x",
}


def _letters(parsed: Any) -> Iterator[str]:
    """Yield a letter for each part of the pattern."""
    for operator, argument in parsed:
        if operator in (constants.LITERAL, constants.NOT_LITERAL):
            yield chr(argument)
        elif operator is constants.ANY:
            yield "."
        elif operator is constants.IN:
            yield from _members(argument)
        else:
            for inner in _inside(argument):
                yield from _letters(inner)


def _members(members: Any) -> Iterator[str]:
    for operator, argument in members:
        if operator is constants.NEGATE:
            yield from "x7"
        elif operator is constants.LITERAL:
            yield chr(argument)
        elif operator is constants.RANGE:
            yield chr(argument[0])
        elif operator is constants.CATEGORY and argument in _CLASSES:
            yield _CLASSES[argument]


def _words(parsed: Any) -> Iterator[str]:
    """Yield the runs of literals, with which a match may begin."""
    word = ""
    for operator, argument in parsed:
        if operator is constants.LITERAL:
            word += chr(argument)
            continue
        if operator is constants.IN and word:
            yield word + next(_members(argument), "")
        if word:
            yield word
        word = ""
        for inner in _inside(argument):
            yield from _words(inner)
    if word:
        yield word


def _repeats(parsed: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield for each repetition without an end a text that leads to it, and a letter that it repeats."""
    for operator, argument in parsed:
        alternatives = list(_inside(argument)) if operator is not constants.ASSERT_NOT else []
        for inner in alternatives:
            if operator in _REPETITIONS and argument[1] is constants.MAXREPEAT:
                for letter in list(dict.fromkeys(_letters(inner)))[:4]:
                    yield before, letter
            yield from _repeats(inner, before)
        before += _sample([(operator, argument)])


_REPETITIONS = (constants.MAX_REPEAT, constants.MIN_REPEAT, constants.POSSESSIVE_REPEAT)


def _sample(parsed: Any) -> str:
    """Return a short text that a piece of a pattern matches, or nearly."""
    text = ""
    for operator, argument in parsed:
        if operator in _REPETITIONS:
            text += _sample(argument[2]) * min(argument[0], 100)
        elif operator not in (constants.ASSERT, constants.ASSERT_NOT):
            inner = next(_inside(argument), None)
            text += _sample(inner) if inner is not None else next(_letters([(operator, argument)]), "")
    return text


def _inside(argument: Any) -> Iterator[Any]:
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, list | tuple):
        for part in argument:
            yield from _inside(part)

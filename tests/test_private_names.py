"""Nobody reaches into the private names of others: tests in few places, products in fewer from time to time.

A test that does is red after every change of what it reaches into, though nothing is broken. Ask for what can
be seen instead: frames, telemetry, a property. In ``tests/support`` are a clock, connections that can be held
up, and a Redis that can be killed; see ``tests/README.md``.

When this test is red, either take your place away again or, if there is no other way, add it to `ALLOWED` and
say why. When it says that a bound of `BOUNDS` can go down, lower it.
"""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from pathlib import Path

import pytest
from support.private_names import touches, touches_in

TESTS = Path(__file__).parent
ROOT = TESTS.parent

ALLOWED = {
    # The standard library's own parser of regular expressions, which has no public name any more.
    ("support/patterns.py", "_constants"): 1,
    ("support/patterns.py", "_parser"): 1,
}
MOST_ALLOWED = 10

BOUNDS = {"app/quart_live": 27, "app/messenger": 0, "chapters/course": 11}
"""How many places each product has. They go down, to 30 at most; never up."""


def test_tests_reach_into_nobody() -> None:
    assert sum(ALLOWED.values()) <= MOST_ALLOWED
    found = touches(TESTS)
    counted = Counter((touch.path, touch.name) for touch in found)
    new = [touch for touch in found if counted[place := (touch.path, touch.name)] > ALLOWED.get(place, 0)]
    assert not new, "private names of others:\n" + "\n".join(f"tests/{touch}" for touch in new)
    gone = [place for place, number in ALLOWED.items() if counted[place] < number]
    assert not gone, f"not there any more; take it out of ALLOWED: {gone}"


@pytest.mark.parametrize("product", BOUNDS)
def test_products_reach_into_few(product: str) -> None:
    found = touches(ROOT / product)
    assert len(found) <= BOUNDS[product], "private names of others:\n" + "\n".join(map(str, found))
    if len(found) < BOUNDS[product]:
        warnings.warn(f"in BOUNDS, {product} can go down to {len(found)}", stacklevel=1)


def test_no_test_imports_from_another_test() -> None:
    """Nor from a conftest: what several need is a module of their folder, or of ``tests/support``."""
    files = sorted(TESTS.rglob("*.py"))
    tests = {path.stem for path in files if path.stem.startswith("test_") or path.stem == "conftest"}
    found = []
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
                bad = [name for name in names if name.rpartition(".")[2] in tests]
                found += [f"{path.relative_to(TESTS)}: {name}" for name in bad]
    assert found == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("socket._send(1)", ["_send"]),
        ("a.b._c._d = 1", ["_c", "_d"]),
        ("from re import _parser, compile", ["_parser"]),
        ("from re._parser import parse", ["_parser"]),
        ("import re._parser", ["_parser"]),
        ("monkeypatch.setattr(store, '_write', 1)", ["_write"]),
        ("monkeypatch.setattr('app.store._write', 1)", ["_write"]),
        ("getattr(x, '_y', None)", ["_y"]),
        ("self._send(); cls._made; super()._send()", []),
        ("self._socket._send()", ["_send"]),
        ("point._replace(x=1); x.__dict__; x._repr_html_(); os._exit(1)", []),
        ("print('_y'); d['_y']; setattr(x, 'y', '_ y')", []),
    ],
)
def test_what_counts(source: str, names: list[str]) -> None:
    assert sorted(name for _, name in touches_in(source)) == names

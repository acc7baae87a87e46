"""Pictures side by side."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from course.lab.person.pictures import CAPTION, GAP, side_by_side
from course.notebook.output import Picture


def shot(width: int, height: int, colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def test_two_pages_keep_their_size() -> None:
    png, width = side_by_side([("Alice", shot(440, 560, "#ff0000")), ("Bob", shot(440, 300, "#0000ff"))])
    image = Image.open(io.BytesIO(png))
    assert image.size == (440 + GAP + 440, 560 + CAPTION)
    assert width == 896
    assert image.getpixel((220, CAPTION + 280)) == (255, 0, 0)
    assert image.getpixel((440 + GAP + 220, CAPTION + 150)) == (0, 0, 255)
    names = image.crop((0, 0, 440, CAPTION)).convert("L")
    assert min(names.tobytes()) < 128, "a name stands above"


@pytest.mark.parametrize("scale", [1, 2])
def test_many_pages_are_at_most_900_wide(scale: int) -> None:
    shots = [(name, shot(440 * scale, 560 * scale, "#00ff00")) for name in ("Alice", "Bob", "Carol")]
    png, width = side_by_side(shots, scale)
    assert width <= 900
    assert Image.open(io.BytesIO(png)).width <= 900 * scale


def test_what_a_notebook_gets() -> None:
    data, about = Picture(b"png", 900, "[Alice: Counter]")._repr_mimebundle_()
    assert data == {"image/png": b"png", "text/plain": "[Alice: Counter]"}
    assert about == {"image/png": {"width": 900}}

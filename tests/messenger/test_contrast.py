"""Every colour of text stands out from what is behind it, in light and in dark.

WCAG 2.1: at least 4.5:1 for text (1.4.3), 3:1 for borders of fields and the focus ring (1.4.11).
"""

import math
import re
from pathlib import Path

import pytest

STYLES = Path(__file__).parents[2] / "chapters"
TOKEN = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
AVATAR = re.compile(r"oklch\((?P<lightness>[\d.]+)% (?P<chroma>[\d.]+) calc\(var\(--hue\) \* 30\)\)")

TEXT = [
    ("text", "surface"),
    ("text", "surface-raised"),
    ("text", "bubble-mine"),
    ("text", "bubble-theirs"),
    ("text-muted", "surface"),
    ("text-muted", "surface-raised"),
    ("accent", "surface"),
    ("accent", "surface-raised"),
    ("accent-text", "accent"),
    ("waiting-text", "waiting"),
    ("lost", "surface"),
    ("lost", "surface-raised"),
    ("here", "surface"),
    ("here", "surface-raised"),
]
MARKS = [("line-strong", "surface-raised"), ("line-strong", "surface"), ("accent", "bubble-theirs")]

Linear = tuple[float, float, float]


def tokens() -> dict[str, tuple[str, str]]:
    css = (STYLES / "01_first_live_view/files/static/css/tokens.css").read_text(encoding="utf-8")
    return {name: (light, dark) for name, light, dark in TOKEN.findall(css)}


def from_hex(colour: str) -> Linear:
    """sRGB as linear light (WCAG 2.1, relative luminance)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return red, green, blue


def from_oklch(lightness: float, chroma: float, degrees: float) -> Linear:
    """OKLCH as linear sRGB, clipped as a browser would (CSS Color 4, sample code for Oklab)."""
    a, b = chroma * math.cos(math.radians(degrees)), chroma * math.sin(math.radians(degrees))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    return tuple(min(max(part, 0.0), 1.0) for part in (red, green, blue))  # type: ignore[return-value]


def contrast(one: Linear, other: Linear) -> float:
    brighter, darker = sorted(
        (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05 for r, g, b in (one, other)), reverse=True
    )
    return brighter / darker


def test_the_measure_is_right() -> None:
    assert contrast(from_hex("#ffffff"), from_hex("#000000")) == pytest.approx(21)
    assert contrast(from_hex("#ffffff"), from_hex("#767676")) == pytest.approx(4.54, abs=0.01)
    assert from_oklch(1, 0, 0) == pytest.approx((1, 1, 1), abs=1e-6)
    assert from_oklch(0.62796, 0.25768, 29.234) == pytest.approx((1, 0, 0), abs=1e-3)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), [(*p, 4.5) for p in TEXT] + [(*p, 3.0) for p in MARKS])
def test_tokens(front: str, back: str, least: float, scheme: str) -> None:
    names, index = tokens(), ["light", "dark"].index(scheme)
    ratio = contrast(from_hex(names[front][index]), from_hex(names[back][index]))
    assert ratio >= least, f"--{front} on --{back} is {ratio:.2f}:1 in the {scheme} scheme, needs {least}:1"


@pytest.mark.parametrize("hue", range(12))
def test_initials_on_every_avatar(hue: int) -> None:
    css = (STYLES / "02_first_conversation/files/static/css/messenger.css").read_text(encoding="utf-8")
    found = AVATAR.search(css)
    assert found is not None, "the avatar's colour is not where this test looks for it"
    colour = from_oklch(float(found["lightness"]) / 100, float(found["chroma"]), hue * 30)
    assert contrast(from_hex("#ffffff"), colour) >= 4.5

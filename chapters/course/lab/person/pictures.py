"""Pictures of several browsers side by side, with the names above."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

WIDEST = 900
COLOURS = 256
GAP = 16
CAPTION = 30
PAPER = "#ffffff"
INK = "#3d4451"
LINE = "#c9ced6"


def small(png: bytes) -> bytes:
    """Reduce a picture to 256 colours, chosen so that no pixel changes much; a third of the size."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    # Two rounds of k-means move each colour to the mean of its pixels, so that large areas are exact.
    flat = image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
    out = io.BytesIO()
    flat.save(out, "PNG", optimize=True)
    return out.getvalue()


def side_by_side(shots: Sequence[tuple[str, bytes]], scale: float = 1) -> tuple[bytes, int]:
    """Put screenshots next to each other.

    Args:
        shots: the name and the PNG of each.
        scale: device pixels per CSS pixel in the screenshots.

    Returns:
        One PNG, and the width in CSS pixels at which to show it: at most 900.
    """
    images = [Image.open(io.BytesIO(png)).convert("RGB") for _, png in shots]
    gap, caption = round(GAP * scale), round(CAPTION * scale)
    natural = sum(image.width for image in images) + gap * (len(images) - 1)
    shrink = min(1.0, WIDEST * scale / natural)
    if shrink < 1:
        # Only the pictures shrink, so that the captions stay readable.
        room = WIDEST * scale - gap * (len(images) - 1)
        factor = room / sum(image.width for image in images)
        images = [image.resize((int(image.width * factor), int(image.height * factor))) for image in images]
    width = sum(image.width for image in images) + gap * (len(images) - 1)
    sheet = Image.new("RGB", (width, max(image.height for image in images) + caption), PAPER)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=round(16 * scale))
    left = 0
    for (name, _), image in zip(shots, images, strict=True):
        draw.text((left, round(5 * scale)), name, fill=INK, font=font)
        sheet.paste(image, (left, caption))
        edge = (left, caption, left + image.width - 1, caption + image.height - 1)
        draw.rectangle(edge, outline=LINE, width=max(1, round(scale)))
        left += image.width + gap
    out = io.BytesIO()
    sheet.save(out, "PNG", optimize=True)
    return out.getvalue(), round(width / scale)

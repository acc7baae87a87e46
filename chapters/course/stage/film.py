"""Films of a demo on the stage: its pictures as a WebM and as a GIF."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from course.errors import CourseError

FRAMES_PER_SECOND = 12
# A GIF is for a page of text, so it is smaller and slower, with one palette for all pictures.
GIF_WIDTH = 960
GIF_STEP_MS = 200
LONGEST_STILL_MS = 4000


@dataclass(frozen=True)
class Picture:
    """A picture of the stage.

    Attributes:
        png: the picture.
        at: the seconds from the first picture to this one.
    """

    png: bytes
    at: float

    def image(self) -> Image.Image:
        """Return the decoded picture."""
        return Image.open(io.BytesIO(self.png)).convert("RGB")


def find_ffmpeg() -> str | None:
    """Return the ffmpeg of the package imageio-ffmpeg, or the one on the PATH; None if there is none."""
    try:
        # The package may be missing.
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return shutil.which("ffmpeg")


def write_webm(pictures: Sequence[Picture], seconds: float, path: Path, ffmpeg: str) -> None:
    """Encode a video.

    Args:
        pictures: the pictures in order; each is shown until the next one.
        seconds: the length of the video.
        path: the file to write.
        ffmpeg: the program.

    Raises:
        CourseError: if ffmpeg failed; the message has its last line.
    """
    width, height = pictures[0].image().size
    command = [ffmpeg, "-y", "-loglevel", "error"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}"]
    command += ["-r", str(FRAMES_PER_SECOND), "-i", "-", "-an", "-c:v", "libvpx-vp9", "-pix_fmt", "yuv420p"]
    command += ["-b:v", "0", "-crf", "32", "-deadline", "realtime", "-cpu-used", "6", "-row-mt", "1"]
    command.append(str(path))
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stderr is not None
    try:
        for frame in _frames_at_rate(pictures, seconds):
            process.stdin.write(frame)
        process.stdin.close()
    except BrokenPipeError:
        pass  # ffmpeg has ended; its output is read below
    said = process.stderr.read().decode("utf-8", "replace").strip().splitlines()
    process.stderr.close()
    if process.wait():
        raise CourseError(f"The video could not be encoded: {said[-1] if said else 'ffmpeg failed'}.")


def _frames_at_rate(pictures: Sequence[Picture], seconds: float) -> Iterator[bytes]:
    """Yield raw frames at a steady rate, each with the picture of its moment."""
    shown, raw = -1, b""
    for number in range(max(1, round(seconds * FRAMES_PER_SECOND))):
        now = number / FRAMES_PER_SECOND
        latest = shown
        while latest + 1 < len(pictures) and pictures[latest + 1].at <= now:
            latest += 1
        latest = max(latest, 0)
        if latest != shown:
            shown, raw = latest, pictures[latest].image().tobytes()
        yield raw


def write_gif(pictures: Sequence[Picture], seconds: float, path: Path) -> None:
    """Write an animated picture; long stills are shortened.

    Args:
        pictures: the pictures in order; each is shown until the next one.
        seconds: the length of the whole.
        path: the file to write.
    """
    chosen = _spaced(pictures, seconds)
    palette = _palette([picture for picture, _ in chosen])
    images = [_small(picture).quantize(palette=palette, dither=Image.Dither.NONE) for picture, _ in chosen]
    durations = [duration for _, duration in chosen]
    images[0].save(
        path, save_all=True, append_images=images[1:], duration=durations, loop=0, optimize=True, disposal=1
    )


def _spaced(pictures: Sequence[Picture], seconds: float) -> list[tuple[Picture, int]]:
    """Return pictures that are at least a step apart, with the milliseconds for which each is shown."""
    kept: list[Picture] = []
    for picture in pictures:
        if kept and (picture.at - kept[-1].at) * 1000 < GIF_STEP_MS:
            # The newer picture replaces the older one, so that the last change is not lost.
            kept[-1] = Picture(picture.png, kept[-1].at)
        else:
            kept.append(picture)
    ends = [picture.at for picture in kept[1:]] + [max(seconds, kept[-1].at + 1)]
    return [
        (picture, min(LONGEST_STILL_MS, round((end - picture.at) * 1000)))
        for picture, end in zip(kept, ends, strict=True)
    ]


def _small(picture: Picture) -> Image.Image:
    image = picture.image()
    if image.width <= GIF_WIDTH:
        return image
    return image.resize((GIF_WIDTH, round(image.height * GIF_WIDTH / image.width)), Image.Resampling.LANCZOS)


def _palette(pictures: Sequence[Picture]) -> Image.Image:
    """Return one palette for all pictures, made from eight of them."""
    some = [_small(pictures[index * (len(pictures) - 1) // 7]) for index in range(8)]
    sheet = Image.new("RGB", (some[0].width, some[0].height * len(some)))
    for index, image in enumerate(some):
        sheet.paste(image, (0, index * some[0].height))
    return sheet.quantize(255, method=Image.Quantize.MAXCOVERAGE)

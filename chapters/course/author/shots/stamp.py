"""The stamp of the pictures: hashes of the app and of each picture, in ``pictures.json``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from course.files import read_json, write_whole
from course.source.model import WELCOME, Course
from course.source.states import committed_app

NAME = "pictures.json"
RETAKE = "Run `course shots`."


def pictures_dir(course: Course) -> Path:
    """Return the folder of the pictures."""
    return welcome(course) / "pictures"


def welcome(course: Course) -> Path:
    """Return the folder of the welcome chapter, which has the scene."""
    return course.chapter(WELCOME).path


def state_hash(course: Course) -> str:
    """Return a hash of everything that the pictures depend on: the finished app, its client, the scene."""
    files = dict(committed_app(course))
    lock = course.static_dir / "package-lock.json"
    for path in (lock, *sorted(welcome(course).glob("*.py"))):
        if path.is_file():
            files[course.relative(path)] = path.read_bytes()
    return hash_of(files)


def hash_of(files: Mapping[str, bytes]) -> str:
    """Return one hash of names and contents, without line ends, because git may change them."""
    sha = hashlib.sha256()
    for name, content in sorted(files.items()):
        plain = content.replace(b"\r\n", b"\n")
        sha.update(f"{name}\0{len(plain)}\0".encode() + plain)
    return sha.hexdigest()


def write_stamp(course: Course, pictures: Iterable[Path]) -> Path:
    """Write the hashes of the app and of these pictures. Return the path."""
    value = {
        "app": state_hash(course),
        "pictures": {path.name: digest(path) for path in sorted(pictures)},
    }
    target = pictures_dir(course) / NAME
    write_whole(target, (json.dumps(value, indent=1) + "\n").encode())
    return target


def taken_before(course: Course) -> dict[str, str]:
    """Return the names and hashes of the pictures that were taken last."""
    taken = read_json(pictures_dir(course) / NAME).get("pictures")
    return taken if isinstance(taken, dict) else {}


def digest(path: Path) -> str:
    """Return a picture's hash."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def stale(course: Course) -> list[str]:
    """Return the faults of the pictures, a sentence each: older than the app, missing, or changed.

    Return none when the course has no scene.
    """
    if not (welcome(course) / "scene.py").is_file():
        return []
    folder = pictures_dir(course)
    taken = taken_before(course)
    if not taken:
        return [f"{course.relative(folder / NAME)} is missing. {RETAKE}"]
    found = []
    if read_json(folder / NAME).get("app") != state_hash(course):
        found.append(f"The pictures are older than the app. {RETAKE}")
    for name, known in sorted(taken.items()):
        path = folder / name
        if not path.is_file():
            found.append(f"The picture {course.relative(path)} is missing. {RETAKE}")
        elif digest(path) != known:
            found.append(f"{course.relative(path)} is not the picture that was taken. {RETAKE}")
    return found

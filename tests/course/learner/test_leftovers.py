"""Leftover files in a workspace, and files as editors save them, disturb no command."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from course import Course
from course.checks.evidence import differing_files, unreadable
from course.checks.registry import Check
from course.checks.watch import is_own_file
from course.lab.app.state import find_state
from course.learner.saving import Saver
from course.learner.workspace import Workspace
from course.source.differences import compare
from course.source.states import LARGEST, fold, is_leftover, plain, read_tree
from course.state_folder import write_state

Run = Callable[..., tuple[int, str]]
GREET = "messenger/greet.py"
LEFT = (".#greet.py", "#greet.py#", "greet.py~", ".greet.py.swp", "greet.py.orig", "Thumbs.db", ".DS_Store")

posix = pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")


@pytest.fixture
def workspace(small: Course) -> Workspace:
    """The first chapter, done."""
    workspace = Workspace(small)
    workspace.progress.chapter = 1
    write_state(fold(small, 1), small.workspace)
    return workspace


def litter(folder: Path) -> None:
    """Everything into a folder that is no file of a messenger."""
    for name in LEFT[1:]:
        (folder / name).write_bytes(b"\0left")
    # Emacs locks a file with a link to nowhere.
    (folder / LEFT[0]).symlink_to("somebody@somewhere.1234:1700000000")
    (folder / "lost.py").symlink_to(folder / "nowhere.py")
    (folder / "itself.py").symlink_to("itself.py")
    (folder / "circle").symlink_to(".")
    os.mkfifo(folder / "pipe.py")
    with (folder / "film.mp4").open("wb") as film:
        film.truncate(LARGEST + 1)
    with socket.socket(socket.AF_UNIX) as door:
        here = os.open(folder, os.O_RDONLY)
        door.bind(f"/proc/self/fd/{here}/door" if Path("/proc/self/fd").is_dir() else str(folder / "door"))
        os.close(here)


@posix
@pytest.mark.timeout(60)
def test_no_command_minds_what_is_no_file(small: Course, workspace: Workspace, run: Run) -> None:
    litter(workspace.folder / "messenger")
    assert read_tree(workspace.folder) == fold(small, 1)
    assert find_state("workspace", small).stamp()
    assert run() == run()
    assert run("list")[0] == 0
    assert run("diff") == (0, "Your workspace is as at the end of chapter 1.\n")
    code, told = run("merge", "2")
    assert code == 0 and "kept" not in told
    assert run("reset", "2", GREET, "--yes")[0] == 0
    code, told = run("start", "1")
    assert code == 0 and "kept" not in told
    assert read_tree(workspace.folder) == {}
    assert (workspace.folder / "messenger" / LEFT[0]).is_symlink(), "it is the editor's"
    assert run("start", "2")[0] == 0
    assert read_tree(workspace.folder) == fold(small, 1)


@posix
@pytest.mark.parametrize("what", ["dangling", "itself", "pipe", "link"])
def test_what_lies_in_a_files_place_makes_room_for_it(
    small: Course, workspace: Workspace, run: Run, tmp_path: Path, what: str
) -> None:
    place, elsewhere = workspace.folder / GREET, tmp_path / "elsewhere.py"
    place.unlink()
    if what == "pipe":
        os.mkfifo(place)
    elif what == "link":
        elsewhere.write_text("MINE = 1\n", encoding="utf-8")
        place.symlink_to(elsewhere)
    else:
        place.symlink_to("greet.py" if what == "itself" else elsewhere)
    assert run("start", "2")[0] == 0
    assert read_tree(workspace.folder) == fold(small, 1)
    assert not place.is_symlink()
    if what == "link":
        assert elsewhere.read_text(encoding="utf-8") == "MINE = 1\n"
        assert (workspace.kept.folder / "001" / GREET).read_text(encoding="utf-8") == "MINE = 1\n"
    else:
        assert not elsewhere.exists()


@posix
@pytest.mark.parametrize("what", ["dangling", "itself", "pipe"])
def test_what_lies_in_a_folders_place_makes_room_as_well(
    small: Course, workspace: Workspace, run: Run, tmp_path: Path, what: str
) -> None:
    place = workspace.folder / "messenger"
    shutil.rmtree(place)
    if what == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to("messenger" if what == "itself" else tmp_path / "elsewhere")
    assert run("start", "2")[0] == 0
    assert read_tree(workspace.folder) == fold(small, 1)
    assert not place.is_symlink()
    assert not (tmp_path / "elsewhere").exists()


@posix
def test_a_name_that_is_no_text_is_kept_and_shown(workspace: Workspace, run: Run) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    try:
        (workspace.folder / "messenger" / name).write_text("MINE = 1\n", encoding="utf-8")
    except OSError:
        pytest.skip("this file system has no such names")
    code, told = run("diff")
    assert code == 0 and r"messenger/caf\xe9.py  (only in your workspace)" in told
    assert run("start", "1")[0] == 0
    assert (workspace.kept.folder / "001" / "messenger" / name).is_file()


def test_a_file_that_may_not_be_read_is_named(
    workspace: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path == workspace.folder / GREET:
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    code, told = run("diff")
    assert code == 1 and told.startswith(f"{GREET} cannot be read: Permission denied.\nMake it readable")


def test_a_file_that_goes_while_it_is_looked_at_is_passed_over(
    small: Course, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor saves by a copy that takes the old one's place."""
    read = Path.read_bytes

    def gone(path: Path) -> bytes:
        if path == workspace.folder / GREET:
            raise FileNotFoundError(2, "No such file or directory", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", gone)
    assert set(read_tree(workspace.folder)) == set(fold(small, 1)) - {GREET}


def test_a_folder_in_a_files_place_is_named(workspace: Workspace, run: Run) -> None:
    (workspace.folder / GREET).unlink()
    (workspace.folder / GREET / "deeper").mkdir(parents=True)
    (workspace.folder / GREET / "deeper" / "film.mp4").write_bytes(b"mine")
    os.truncate(workspace.folder / GREET / "deeper" / "film.mp4", LARGEST + 1)
    code, told = run("start", "2")
    assert code == 1 and told.startswith(f"{GREET} is a folder in your workspace, and should be a file.")


@pytest.mark.parametrize(
    "name",
    [
        *("__pycache__", ".DS_Store", "Thumbs.db", "desktop.ini", "Icon\r", "4913"),
        *(
            ".greet.py.swp",
            "#half_saved.py",
            "~$greet.py",
            "greet.py~",
            "saved.py#",
            "greet.pyc",
            "greet.pyo",
        ),
        *("greet.swp", "greet.swo", "greet.tmp", "greet.bak", "greet.py.orig", "greet.py.rej"),
    ],
)
def test_each_of_these_names_is_nobodys_work(name: str) -> None:
    assert is_leftover(name)
    assert not is_leftover("greet.py")


def test_watch_overlooks_the_same_things() -> None:
    assert not any(is_own_file(f"/w/messenger/{name}") for name in LEFT)
    assert is_own_file("/w/messenger/chat.py")


# What editors do to a file.

MARKS: dict[str, Callable[[bytes], bytes]] = {
    "line ends of Windows": lambda text: text.replace(b"\n", b"\r\n"),
    "line ends of old Macs": lambda text: text.replace(b"\n", b"\r"),
    "a byte order mark": lambda text: b"\xef\xbb\xbf" + text,
    "blanks at ends": lambda text: text.replace(b"\n", b" \t\n"),
    "no line end at the end": lambda text: text.rstrip(b"\n"),
    "empty lines at the end": lambda text: text + b"\n\n\n",
    "all of it": lambda text: b"\xef\xbb\xbf" + text.replace(b"\n", b"  \r\n") + b"\r\n",
}


@pytest.mark.parametrize("mark", MARKS)
def test_marks_of_editors_do_not_count(small: Course, workspace: Workspace, run: Run, mark: str) -> None:
    for path, content in fold(small, 1).items():
        (workspace.folder / path).write_bytes(MARKS[mark](content))
    marked = workspace.files()
    assert marked != fold(small, 1)
    assert run("diff") == (0, "Your workspace is as at the end of chapter 1.\n")
    assert workspace.state() == 1
    check = Check("1.1", "Alice is greeted", (GREET,), lambda _: None, since=1)  # type: ignore[arg-type,return-value]
    assert differing_files(check, find_state("workspace", small), small) == ()
    assert unreadable(find_state("workspace", small)) == ""
    code, told = run("merge", "2")
    assert code == 0 and "conflict" not in told and "kept" not in told
    assert not compare(workspace.files(), fold(small, 2))


@pytest.mark.parametrize("mark", MARKS)
def test_own_lines_are_merged_whatever_the_editor_has_done(
    small: Course, workspace: Workspace, run: Run, mark: str
) -> None:
    mine = fold(small, 1)[GREET].replace(b"Hello", b"Hullo")
    (workspace.folder / GREET).write_bytes(MARKS[mark](mine))
    code, told = run("merge", "2")
    assert code == 0, told
    after = (workspace.folder / GREET).read_bytes()
    assert after == fold(small, 2)[GREET].replace(b"Hello", b"Hullo")


@pytest.mark.parametrize("mark", MARKS)
def test_an_exercise_finds_its_lines_whatever_the_editor_has_done(
    small: Course, workspace: Workspace, mark: str
) -> None:
    saver = Saver(workspace, small.chapter(1))
    starter = saver.plan.starter("a", GREET)
    (workspace.folder / GREET).write_bytes(MARKS[mark](fold(small, 1)[GREET]))
    saved = saver.exercise("a", GREET, starter.rstrip("\n") + "  # mine\n")
    assert saved.after is not None and "# mine" in saved.after
    assert saved.kept is None


def test_a_file_in_utf_16_is_named_by_merge(small: Course, workspace: Workspace, run: Run) -> None:
    mine = fold(small, 1)[GREET].replace(b"Hello", b"Hullo").decode()
    (workspace.folder / GREET).write_bytes(mine.encode("utf-16"))
    code, told = run("merge", "2")
    assert code == 1
    assert told.startswith(f"{GREET} is not text in UTF-8, so it cannot be merged.\nSave it as UTF-8")


def test_what_is_no_text_stays_as_it_is() -> None:
    for content in (b"\0\r\n", b"\xff\xfe\r\n ", b""):
        assert plain(content) == content


def test_a_blank_that_does_not_break_is_explained(workspace: Workspace) -> None:
    (workspace.folder / GREET).write_text("WORD\u00a0= 1\n", encoding="utf-8")
    assert "a non-breaking space: type a plain one" in unreadable(find_state("workspace", workspace.course))

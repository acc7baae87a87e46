"""Chapter 7: every way of keeping state against every fault, compared with the table in the chapter."""

from __future__ import annotations

from course import Course
from course.checks import CheckContext, check, since
from course.lab.survival import matrix_in, what_survives

KEEPING = "messenger/keeping_live.py"
RECOVERING = "static/hooks/recovering.js"
JOINING = "static/joining.js"
APP = "messenger/__init__.py"


@check(
    "7.14",
    "Each way of keeping state survives the faults that the chapter's table says",
    files=[KEEPING, RECOVERING, JOINING, APP],
)
@since(7)
async def table(c: CheckContext) -> None:
    chapter = next(chapter for chapter in Course.here().chapters if chapter.number == 7)
    promised = matrix_in((chapter.path / "chapter.md").read_text(encoding="utf-8"))
    number = await c.begun("To be broken", "Alice", "Bob")
    path = f"/conversations/{number}/keeping"
    await c.signed_in("Alice", path)
    c.done("each way was tried against each fault")
    found = await what_survives(c.lab, path)
    c.expect(list(found) == list(promised), expected=", ".join(promised), seen=", ".join(found))
    for way, kept in promised.items():
        wrong = [fault for fault in kept if found[way].get(fault) != kept[fault]]
        seen = ", ".join(f"{fault}: {found[way].get(fault)}" for fault in wrong)
        wanted = ", ".join(f"{fault}: {kept[fault]}" for fault in wrong)
        c.expect(not wrong, expected=f"{way}: {wanted}", seen=seen)

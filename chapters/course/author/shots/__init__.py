"""The pictures of the finished messenger for README and welcome notebook, taken from the app as it is.

    course shots

``chapters/00_welcome/scene.py`` says what is to be seen; `course.author.shots.camera` takes it, in light and
in dark colours; `course.author.shots.stamp` writes beside the pictures which app they show, so that
`course verify` can tell when they are older than the app.
"""

from course.author.shots.stamp import pictures_dir, stale

__all__ = ["pictures_dir", "stale"]

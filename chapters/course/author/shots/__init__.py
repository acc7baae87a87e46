"""The pictures of the finished messenger for README and welcome notebook, taken from the app as it is.

    course shots

``chapters/00_welcome/scene.py`` plays the scene; `course.author.shots.camera` takes its pictures, in light
and in dark colours; `course.author.shots.stamp` writes a hash of the app beside them, so that
`course verify` notices when they are older than the app.
"""

from course.author.shots.stamp import pictures_dir, stale

__all__ = ["pictures_dir", "stale"]

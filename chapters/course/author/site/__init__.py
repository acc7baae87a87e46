"""The course as a website: the notebooks are run in real kernels, and Sphinx makes static pages of them."""

from course.author.site.website import build

__all__ = ["build"]

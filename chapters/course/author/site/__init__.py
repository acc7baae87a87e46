"""The course as a website: notebooks run in real kernels, made into static pages by Sphinx."""

from course.author.site.website import build

__all__ = ["build"]

"""Fixtures of the rendering tests."""

from support.client_merge import client_merge

__all__ = ["client_merge"]

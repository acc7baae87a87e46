"""Fixtures of the rendering tests."""

from engine.client_merge import client_merge

__all__ = ["client_merge"]

"""Doubles of the vendors whose files come with the hub."""

from .karaden import KaradenSandbox
from .zettai import ZettaiSandbox

__all__ = ["KaradenSandbox", "ZettaiSandbox"]

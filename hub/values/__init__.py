"""Frozen values that rooms and plugins hand to each other, one family of nouns a file."""

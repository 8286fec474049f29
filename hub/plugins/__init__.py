"""Plugins: their specification, how they are found, loaded, guarded and configured."""

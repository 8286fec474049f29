"""Opt-outs: taken from anywhere, pushed back to every platform, with a receipt for each record."""

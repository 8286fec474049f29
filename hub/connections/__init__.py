"""Connections: the rows of the store and the plugins behind them, made usable together."""

"""Messages: what is written, to whom it may go, how it leaves, and what became of it."""

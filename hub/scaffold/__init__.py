"""What `hub plugin new` writes: a small plugin that works, with a sandbox and tests of its own."""

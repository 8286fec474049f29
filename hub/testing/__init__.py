"""What a plugin's author needs to try a plugin: made-up people, sandboxes, the contract suite."""

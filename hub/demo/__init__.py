"""`hub demo`: the main job from end to end, with sandboxes in place of platforms and gateways."""

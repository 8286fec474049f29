"""The markers that tie a plugin's functions to the hooks of `hub.plugins.spec`."""

import pluggy

NAMESPACE = "hub"

hookspec = pluggy.HookspecMarker(NAMESPACE)
hookimpl = pluggy.HookimplMarker(NAMESPACE)

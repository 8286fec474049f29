"""The half of gateways that sends. Only `hub.messages.dispatch` imports this module.

That no SMS leaves without the gate is so a fact about imports, held by import-linter.
"""

from hub.connections.directory import Connections
from hub.plugins.registry import Registry
from hub.roles import MessageGateway


class Senders:
    """Gives the dispatcher what it sends with."""

    def __init__(self, connections: Connections, registry: Registry) -> None:
        self._connections = connections
        self._registry = registry

    def gateway(self, connection_id: int) -> MessageGateway:
        """Give the gateway of a connection. Raises ConfigError where it is none or is broken."""
        row = self._connections.by_id(connection_id)
        # Opened first: what is wrong with the connection says more than a plugin that is missing.
        connection = self._connections.open(row)
        return self._registry.plugin(row.plugin).message_gateway(connection)

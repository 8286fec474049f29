from connectors.http_gateway.sandbox import KaradenSandbox, ZettaiSandbox
from hub.testing.contract import PluginContract


class TestKaraden(PluginContract):
    plugin = "http_gateway"
    sandbox = KaradenSandbox


class TestZettaiReach(PluginContract):
    plugin = "http_gateway"
    sandbox = ZettaiSandbox

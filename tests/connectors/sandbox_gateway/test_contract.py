from connectors.sandbox_gateway.sandbox import PhoneSandbox
from hub.testing.contract import PluginContract


class TestSandboxGateway(PluginContract):
    plugin = "sandbox_gateway"
    sandbox = PhoneSandbox

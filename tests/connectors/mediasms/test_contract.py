from connectors.mediasms.sandbox import MediaSandbox
from hub.testing.contract import PluginContract


class TestMediaSms(PluginContract):
    plugin = "mediasms"
    sandbox = MediaSandbox

from connectors.twilio.sandbox import TwilioSandbox
from hub.testing.contract import PluginContract


class TestTwilio(PluginContract):
    plugin = "twilio"
    sandbox = TwilioSandbox

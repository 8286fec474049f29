from connectors.kintone.sandbox import KintoneSandbox
from hub.testing.contract import PluginContract


class TestKintone(PluginContract):
    plugin = "kintone"
    sandbox = KintoneSandbox
    people = 1_200  # three of kintone's pages

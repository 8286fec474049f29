# SPDX-License-Identifier: GPL-3.0-or-later
from connectors.zendesk.sandbox import ZendeskSandbox
from hub.testing.contract import PluginContract


class TestZendesk(PluginContract):
    plugin = "zendesk"
    sandbox = ZendeskSandbox
    people = 1_200  # two pages of the export, twelve of the list

from connectors.salesforce.sandbox import SalesforceSandbox
from hub.testing.contract import PluginContract


class TestSalesforce(PluginContract):
    plugin = "salesforce"
    sandbox = SalesforceSandbox
    people = 3_200  # two pages of Contacts and one of Leads

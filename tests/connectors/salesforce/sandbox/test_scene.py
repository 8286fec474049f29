"""Salesforce's part in the demo."""

from connectors.salesforce.sandbox.scene import NAME
from hub.sdk import Ref


def test_the_demo_sees_an_opt_out_on_the_record(salesforce, contacts):
    scene = salesforce.scene()
    assert set(scene.connections) == {NAME} == {scene.people}
    consented = Ref("Contact", salesforce.records()["consented"]["id"])
    assert scene.opted_out(consented) is False
    values = {"SMS_Opt_Out__c": True, "SMS_Opt_Out_Date__c": "2026-01-13T01:00:00Z"}
    salesforce.hand.edit(consented.id, values)
    assert scene.opted_out(consented) is True
    assert scene.shows(consented) == "SMS配信停止 = ✓ (2026-01-13T01:00 UTC)"


def test_the_demo_is_told_of_contacts_and_leads(salesforce):
    salesforce.scene().listen({NAME: "http://localhost:9/hooks/salesforce-crm/"})
    salesforce.outbound.clear()

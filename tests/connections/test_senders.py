"""The half of gateways that sends."""

import pytest

from hub.errors import ConfigError

from .conftest import GATEWAY, kintone


def test_the_dispatcher_gets_what_can_send(start):
    hub = start(GATEWAY)
    gateway = hub.senders.gateway(hub.connections.row("sms").id)
    assert callable(gateway.send)
    assert gateway.profile == hub.connections.profile(hub.connections.row("sms").id)


def test_a_connection_that_is_no_gateway_is_refused(start, crm):
    hub = start(kintone(crm))
    with pytest.raises(ConfigError, match="message_gateway"):
        hub.senders.gateway(hub.connections.row("crm").id)


def test_a_broken_connection_is_told(start):
    hub = start(GATEWAY.replace("SMS_KEY", "SMS_KEY_OF_TOKYO"))
    with pytest.raises(ConfigError, match="SMS_KEY_OF_TOKYO is not set"):
        hub.senders.gateway(hub.connections.row("sms").id)

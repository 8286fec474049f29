"""What an admin types is checked, and every refusal says what to write."""

from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from marshmallow import ValidationError

from connectors.salesforce.org import trusted
from connectors.salesforce.settings import SalesforceSettings, organization, private_key
from hub.sdk import ConfigError, Connection, SecretText


def pem(key: Any, password: bytes | None = None) -> str:
    lock: Any = serialization.NoEncryption()
    if password:
        lock = serialization.BestAvailableEncryption(password)
    return str(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock
        ).decode()
    )


RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
JWT = {
    "domain": "acme.my.salesforce.com",
    "client_id": "3MVG9",
    "username": "hub@acme.example",
    "private_key": pem(RSA),
}


def problems(**changes: Any) -> dict[str, Any]:
    given = {key: value for key, value in (JWT | changes).items() if value is not None}
    try:
        SalesforceSettings().load(given)
    except ValidationError as exc:
        found: dict[str, Any] = exc.normalized_messages()
        return found
    return {}


def test_the_example_is_whole() -> None:
    assert problems() == {}


@pytest.mark.parametrize(
    "domain",
    [
        "acme--uat.sandbox.my.salesforce.com",
        "ACME.my.salesforce.com",
        "acme-dev-ed.develop.my.salesforce.com",
    ],
)
def test_every_kind_of_my_domain_is_taken(domain: str) -> None:
    assert problems(domain=domain) == {}


@pytest.mark.parametrize(
    "domain",
    [
        "https://acme.my.salesforce.com",
        "acme.lightning.force.com",
        "acme.my.salesforce.com.evil.example",
        "evil.example/acme.my.salesforce.com",
        "acme.my.salesforce.com/services/oauth2/token#",
        "login.salesforce.com",
        "",
    ],
)
def test_no_other_host_is_taken(domain: str) -> None:
    assert "domain" in problems(domain=domain)


def test_each_flow_names_what_it_lacks() -> None:
    assert set(problems(username=None, private_key=None)) == {"username", "private_key"}
    assert set(problems(auth="client_credentials")) == {"client_secret"}
    assert problems(auth="client_credentials", client_secret="s", private_key=None) == {}


@pytest.mark.parametrize(
    "key",
    ["no key", pem(ec.generate_private_key(ec.SECP256R1())), pem(RSA, b"locked")],
    ids=["text", "elliptic", "locked"],
)
def test_only_an_open_rsa_key_is_taken(key: str) -> None:
    assert "private_key" in problems(private_key=key)


def test_a_key_in_one_line_is_made_whole() -> None:
    line = pem(RSA).replace("\n", "\\n")

    assert problems(private_key=line) == {}
    assert private_key(SecretText(line)) == pem(RSA)


@pytest.mark.parametrize(
    "changes",
    [
        {"objects": []},
        {"objects": ["Account"]},
        {"api_version": "v66.0"},
        {"api_version": "46.0"},
        {"organization_id": "0050000000000001"},
        {"webhook_secret": "short"},
        {"webhook_secret": "a" * 30},
        {"base_url": "http://sandbox.example.com"},
    ],
)
def test_what_cannot_work_is_refused(changes: dict[str, Any]) -> None:
    assert set(problems(**changes)) == set(changes)


def test_an_organisation_is_known_by_fifteen_characters() -> None:
    assert organization("00D000000000001EAA") == organization("00D000000000001")


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example/.salesforce.com", "a@b.salesforce.com", "x.salesforce.com:8443"],
)
def test_a_token_for_a_host_outside_salesforce_is_not_used(host: str) -> None:
    connection = Connection(
        name="crm", plugin="salesforce", label="顧客", settings=SalesforceSettings().load(JWT)
    )
    with pytest.raises(ConfigError, match="outside"):
        trusted(host, connection)
    assert trusted("acme.my.salesforce.com", connection) == "acme.my.salesforce.com"

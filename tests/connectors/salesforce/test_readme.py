"""The manual and the metadata name what there is."""

import hmac
import json
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from connectors import salesforce
from connectors.salesforce.consentcode import KEY, POINT_CONSENT, TYPE_CONSENT
from connectors.salesforce.sandbox import SalesforceSandbox
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.triggers import SIGNATURE, SalesforceTriggers
from hub.sdk import Inbound

from .conftest import Connect

FOLDER = Path(salesforce.__file__).parent
README = (FOLDER / "README.md").read_text(encoding="utf-8")
METADATA = FOLDER / "metadata"
SOURCE = METADATA / "force-app" / "main" / "default"
CONSENTS = METADATA / "consent-objects" / "main" / "default"
HEADINGS = [
    "What it does",
    "Before you start",
    "Settings",
    "What it reads and writes",
    "Known limits",
    "When it fails",
    "How to remove it",
]
TYPES = {"boolean": "Checkbox", "datetime": "DateTime", "date": "Date"}


def tag(name: str) -> str:
    return "{http://soap.sforce.com/2006/04/metadata}" + name


def made(object_: str) -> dict[str, str | None]:
    """The fields the folder makes on an object, with their types."""
    files = (SOURCE / "objects" / object_ / "fields").glob("*.field-meta.xml")
    trees = [ET.parse(file).getroot() for file in files]
    return {str(tree.findtext(tag("fullName"))): tree.findtext(tag("type")) for tree in trees}


def test_the_manual_has_the_seven_headings() -> None:
    assert re.findall(r"(?m)^## (.+)$", README) == HEADINGS


def test_the_manual_names_every_setting() -> None:
    table = README.split("| name |", 1)[1].split("\n\n", 1)[0]
    named = {name for row in re.findall(r"(?m)^\| (`.+?`) \|", table) for name in row.split("`")}

    assert set(SalesforceSettings().fields) <= named


def test_the_manuals_example_has_the_fields_the_folder_makes() -> None:
    example = tomllib.loads(re.findall(r"```toml\n(.+?)```", README, re.S)[0])
    mapping = example["connections"]["sf"]["mapping"]
    custom = {value for value in mapping.values() if str(value).endswith("__c")}

    assert custom == set(made("Contact")) == set(made("Lead"))


@pytest.mark.parametrize("object_", ["Contact", "Lead"])
def test_the_folders_fields_are_those_of_the_sandbox(
    salesforce: SalesforceSandbox, object_: str
) -> None:
    about = salesforce.org.tables[object_].about
    for name, type_ in made(object_).items():
        field = about.field(name)
        assert field is not None, name
        assert type_ == TYPES.get(field.type, "Text")


def test_the_permission_set_opens_every_field_that_is_made() -> None:
    tree = ET.parse(SOURCE / "permissionsets" / "SMS_Connector_Hub.permissionset-meta.xml")
    opened = {
        entry.findtext(tag("field"))
        for entry in tree.getroot().iter(tag("fieldPermissions"))
        if entry.findtext(tag("editable")) == "true"
    }

    assert opened == {
        f"{object_}.{name}" for object_ in ("Contact", "Lead") for name in made(object_)
    }


def test_the_permission_set_lets_the_number_and_the_mail_be_read() -> None:
    text = (SOURCE / "permissionsets" / "SMS_Connector_Hub.permissionset-meta.xml").read_text()

    for object_ in ("Contact", "Lead"):
        for field in ("MobilePhone", "Phone", "Email"):
            assert f"<field>{object_}.{field}</field>" in text


@pytest.mark.parametrize("object_", [TYPE_CONSENT, POINT_CONSENT])
def test_the_second_part_makes_the_external_id_of_consent_rows(
    salesforce: SalesforceSandbox, object_: str
) -> None:
    (file,) = (CONSENTS / "objects" / object_ / "fields").glob("*.field-meta.xml")
    tree = ET.parse(file).getroot()
    field = salesforce.org.tables[object_].about.field(KEY)
    said = [tree.findtext(tag(name)) for name in ("fullName", "externalId", "unique", "length")]

    assert said == [KEY, "true", "true", "80"]
    assert field is not None
    assert (field.external_id, field.unique, field.length) == (True, True, 80)


def test_the_second_permission_set_opens_what_consent_rows_need() -> None:
    file = CONSENTS / "permissionsets" / "SMS_Connector_Hub_Consent.permissionset-meta.xml"
    tree = ET.parse(file).getroot()
    may = {
        entry.findtext(tag("object")): entry.findtext(tag("allowCreate"))
        for entry in tree.iter(tag("objectPermissions"))
    }
    opened = {entry.findtext(tag("field")) for entry in tree.iter(tag("fieldPermissions"))}

    assert may == {
        TYPE_CONSENT: "true",
        POINT_CONSENT: "true",
        "ContactPointPhone": "false",
        "DataUsePurpose": "false",
        "EngagementChannelType": "false",
        "Individual": "false",
    }
    assert opened == {f"{TYPE_CONSENT}.{KEY}", f"{POINT_CONSENT}.{KEY}"}


def test_the_folder_is_a_project_of_both_parts() -> None:
    project = json.loads((METADATA / "sfdx-project.json").read_text(encoding="utf-8"))
    paths = {entry["path"]: entry.get("default", False) for entry in project["packageDirectories"]}

    assert paths == {"force-app": True, "consent-objects": False}
    assert all((METADATA / path).is_dir() for path in paths)


def test_no_box_starts_ticked() -> None:
    for file in SOURCE.rglob("*.field-meta.xml"):
        assert ET.parse(file).getroot().findtext(tag("defaultValue")) in (None, "false")


def test_the_outbound_messages_placeholders_are_all_replaced() -> None:
    project = json.loads((METADATA / "sfdx-project.json").read_text(encoding="utf-8"))
    files = {path.relative_to(METADATA).as_posix() for path in SOURCE.rglob("*.workflow-meta.xml")}

    assert {entry["filename"] for entry in project["replacements"]} == files
    for entry in project["replacements"]:
        assert entry["stringToReplace"] in (METADATA / entry["filename"]).read_text("utf-8")


def test_the_flows_description_is_what_the_hub_takes(connect: Connect) -> None:
    api = json.loads((METADATA / "flow-callout.openapi.json").read_text(encoding="utf-8"))
    post = api["paths"]["/"]["post"]
    asked = post["requestBody"]["content"]["application/json"]["schema"]["required"]
    said = dict.fromkeys(asked, "x") | {"recordId": "0035i0000000001", "object": "Contact"}
    secret = connect().settings["webhook_secret"].reveal()
    body = json.dumps(said).encode()
    request = Inbound(
        method="POST",
        tail="",
        url="https://hub.example.jp/in/crm/",
        query={},
        headers={SIGNATURE: hmac.digest(secret.encode(), body, "sha256").hex()},
        body=body,
        received_at=datetime(2026, 1, 13, tzinfo=UTC),
    )

    assert [event.id for event in SalesforceTriggers(connect()).receive(request)] == ["x"]

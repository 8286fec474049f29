"""The test of a connection tells everything that does not fit in the mapping, at once."""

from typing import Any

import pytest

from connectors.kintone import check_connection
from connectors.kintone.sandbox import KintoneSandbox
from hub.sdk import Connection, SettingsError


def problems(connection: Connection) -> dict[str, str]:
    """What the test of a connection finds, by key."""
    with pytest.raises(SettingsError) as caught:
        check_connection(connection)
    assert all(problem.words.ja != problem.words.en for problem in caught.value.problems)
    return {problem.key: problem.words.en for problem in caught.value.problems}


def test_all_that_is_wrong_is_told_in_one_go(kintone: KintoneSandbox, connect: Any) -> None:
    found = problems(
        connect(
            {
                "phone": "SMS許諾",
                "consent_yes": ["同意する"],
                "consent_at": "氏名",
                "consent_wording": "昔の文言",
                "name": "昔の氏名",
                "opt_out_value": ["配信しない"],
                "opt_out_at": "作成日時",
                "attributes": {"shop": "昔の店舗"},
            }
        )
    )

    assert set(found) == {
        "mapping.phone",
        "mapping.consent",
        "mapping.consent_at",
        "mapping.consent_wording",
        "mapping.name",
        "mapping.opt_out",
        "mapping.opt_out_at",
        "mapping.attributes.shop",
    }
    assert "no longer offers an option that consent_yes names" in found["mapping.consent"]
    assert "of this type" in found["mapping.phone"]
    assert "no field with this code" in found["mapping.name"]
    assert "fills this field itself" in found["mapping.opt_out_at"]


def test_a_sentence_names_the_connection_and_the_key(connect: Any) -> None:
    with pytest.raises(SettingsError) as caught:
        check_connection(connect({"name": "昔の氏名", "site": "昔の拠点"}))

    lines = caught.value.words.en.splitlines()
    assert [line.partition(": ")[0] for line in lines] == [
        "connections.crm.mapping.name",
        "connections.crm.mapping.site",
    ]


def test_a_mapping_without_an_opt_out_passes(connect: Any) -> None:
    connection = connect({"opt_out": None, "opt_out_value": (), "opt_out_at": None})
    assert check_connection(connection).id

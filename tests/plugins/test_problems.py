from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError, fields, validate

from hub.errors import SettingsError
from hub.plugins.problems import nearest, problems_of
from hub.settings import Settings
from hub.values.problem import Problem
from hub.values.words import Words

OWN = Words("ドメインだけを書いてください", "write only the part before .acme.example")


def _domain(text: str) -> None:
    raise ValidationError([OWN])


class AcmeSettings(Settings):
    domain = fields.String(validate=_domain)
    auth = fields.String(validate=validate.OneOf(["jwt", "password"]))
    objects = fields.List(fields.Integer())


def sentences(**raw: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        AcmeSettings().load(raw)
    found = problems_of(caught.value.messages, AcmeSettings().fields)
    return [problem.sentence("connections.crm").en for problem in found]


def test_a_plugins_own_words_are_passed_on_in_both_languages() -> None:
    with pytest.raises(ValidationError) as caught:
        AcmeSettings().load({"domain": "https://acme"})
    (problem,) = problems_of(caught.value.messages, ["domain"])

    assert problem.words == OWN
    assert problem.sentence("connections.crm").ja.startswith("connections.crm.domain: ドメイン")


def test_a_choice_lists_what_can_be_chosen() -> None:
    assert sentences(auth="magic") == ["connections.crm.auth: Must be one of: jwt, password"]


def test_an_entry_of_a_list_is_named_by_its_place() -> None:
    assert sentences(objects=[1, "x"]) == ["connections.crm.objects.1: write a whole number"]


def test_an_unknown_key_that_is_like_none_gets_the_whole_list() -> None:
    assert sentences(zzz=1) == [
        "connections.crm.zzz: there is no such setting; the ones there are: "
        "auth, base_url, domain, objects"
    ]


def test_an_error_about_the_whole_names_the_connection_alone() -> None:
    (problem,) = problems_of({"_schema": ["Invalid input type."]}, [])

    assert problem.sentence("connections.crm").en == "connections.crm: Invalid input type"


def test_an_error_has_a_line_for_each_problem_and_the_first_ones_key() -> None:
    error = SettingsError("sms", [Problem(key="a", words=OWN), Problem(key="b", words=OWN)])

    assert error.key == "a"
    assert [line.partition(":")[0] for line in error.words.en.splitlines()] == ["sms.a", "sms.b"]


@given(st.text(max_size=20), st.lists(st.text(min_size=1, max_size=20), max_size=5))
def test_the_nearest_name_is_one_that_there_is(name: str, known: list[str]) -> None:
    found = nearest(name, known)

    assert found is None or found in known

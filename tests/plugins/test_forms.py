from marshmallow import fields, validate

from hub.plugins.forms import form_of, unlabelled
from hub.settings import Secret, Settings
from hub.values.words import Words


def words(**more: object) -> dict[str, object]:
    return {"label": "Label", "help": "A help sentence.", **more}


class Everything(Settings):
    account = fields.String(
        required=True,
        metadata={"label": Words("口座", "Account"), "help": Words("説明。", "Help.")},
    )
    password = Secret(required=True, metadata=words())
    auth = fields.String(
        load_default="jwt", validate=validate.OneOf(["jwt", "password"]), metadata=words()
    )
    app = fields.Integer(metadata=words())
    rate = fields.Float(load_default=2.5, metadata=words())
    long_texts = fields.Boolean(load_default=lambda: True, metadata=words())
    objects = fields.List(fields.String(), metadata=words())
    private_key = fields.String(metadata=words(multiline=True))


def test_each_setting_is_a_field_with_words_in_both_languages() -> None:
    account = form_of(Everything)[0]

    assert (account.key, account.required, account.secret) == ("account", True, False)
    assert account.label.in_("ja") == "口座"
    assert account.help.in_("en") == "Help."


def test_the_kind_of_a_field_follows_from_its_class() -> None:
    kinds = {field.key: field.kind for field in form_of(Everything)}

    assert kinds == {
        "account": "text",
        "password": "secret",
        "auth": "choice",
        "app": "integer",
        "rate": "number",
        "long_texts": "boolean",
        "objects": "list",
        "private_key": "multiline",
        "base_url": "text",
    }


def test_defaults_and_choices_are_shown() -> None:
    form = {field.key: field for field in form_of(Everything)}

    assert form["auth"].options == ("jwt", "password")
    assert (form["auth"].default, form["rate"].default) == ("jwt", 2.5)
    assert form["long_texts"].default is True
    assert form["app"].default is None


def test_what_is_for_development_comes_last() -> None:
    last = form_of(Everything)[-1]

    assert (last.key, last.development) == ("base_url", True)
    assert not any(field.development for field in form_of(Everything)[:-1])


def test_fields_without_words_are_named() -> None:
    class Wordless(Settings):
        bare = fields.String()
        half = fields.String(metadata={"label": Words("口座", ""), "help": "Help."})

    assert unlabelled(Wordless) == ["bare", "half"]
    assert unlabelled(Everything) == []

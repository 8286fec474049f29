from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import ConfigError
from hub.plugins.guard import Guard
from hub.plugins.loader import load
from hub.plugins.provisioning import CheckedConnection, PluginsFile, check, check_all, read
from hub.plugins.registry import Registry
from hub.settings import SecretText

TOKEN = "sesame-open-0123"
HEAD = '[plugins]\nload = ["kintone", "sandbox_gateway"]\n'
CRM = """
[connections.crm]
plugin = "kintone"
label = "顧客アプリ"
site = "tokyo"
domain = "acme.cybozu.com"
app = 12
api_token = { env = "KINTONE_TOKEN" }

[connections.crm.mapping]
phone = "携帯番号"
consent = "SMS許諾"
consent_yes = ["許諾する"]
attributes = { store = "店舗" }
"""


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load(["kintone", "sandbox_gateway"], Guard(limit=20))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "plugins.toml"


def parse(file: Path, text: str, environ: Mapping[str, str] | None = None) -> PluginsFile:
    file.write_text(text, encoding="utf-8")
    return read(file, {"KINTONE_TOKEN": TOKEN} if environ is None else environ)


def refusal(file: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(file, text)
    assert caught.value.words.ja != caught.value.words.en
    return caught.value.words.en


def problem(
    file: Path, text: str, registry: Registry, environ: Mapping[str, str] | None = None
) -> str:
    """The one sentence why the connection of `text` is left out."""
    good, bad = check_all(parse(file, HEAD + text, environ), registry)
    assert good == []
    ((_, words),) = bad
    assert TOKEN not in words.en + words.ja
    return words.en


def test_the_committed_file_loads_the_built_in_plugins_and_has_no_connections() -> None:
    found = read(Path(__file__).parents[2] / "plugins.toml", {})

    assert set(found.load) >= {"kintone", "sandbox_gateway"}
    assert found.connections == {}
    assert found.problems == ()


def test_a_provisioned_connection_is_what_its_plugin_gets(file: Path, registry: Registry) -> None:
    found = check(parse(file, HEAD + CRM).connections["crm"], registry)

    connection = found.connection("https://sms.example.com/hooks/crm/")
    assert isinstance(found, CheckedConnection)
    assert (found.label, found.site, found.origin) == ("顧客アプリ", "tokyo", "plugins.toml")
    assert connection.setting("app") == 12
    assert connection.setting("api_token") == SecretText(TOKEN)
    assert connection.mapping is not None
    assert connection.mapping.consent_yes == ["許諾する"]
    assert connection.mapping.attributes == {"store": "店舗"}
    assert connection.callback_url == "https://sms.example.com/hooks/crm/"


def test_a_secret_does_not_show_in_what_was_read(file: Path, registry: Registry) -> None:
    found = parse(file, HEAD + CRM)

    assert TOKEN not in repr(found)
    assert TOKEN not in repr(check(found.connections["crm"], registry))


def test_a_secret_may_lie_in_a_file_beside_plugins_toml(file: Path, registry: Registry) -> None:
    (file.parent / "token.txt").write_text(TOKEN + "\n", encoding="utf-8")
    text = CRM.replace('env = "KINTONE_TOKEN"', 'file = "token.txt"')

    found = check(parse(file, HEAD + text).connections["crm"], registry)

    assert found.settings["api_token"] == SecretText(TOKEN)


def test_a_setting_that_is_no_secret_may_be_a_reference_too(file: Path, registry: Registry) -> None:
    text = CRM.replace('"acme.cybozu.com"', '{ env = "DOMAIN" }').replace("12", '{ env = "APP" }')
    environ = {"KINTONE_TOKEN": TOKEN, "DOMAIN": "acme.cybozu.com", "APP": "12"}

    found = check(parse(file, HEAD + text, environ).connections["crm"], registry)

    assert (found.settings["domain"], found.settings["app"]) == ("acme.cybozu.com", 12)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[plugins]\nload = kintone", "line 2: this is no value; write texts in double quotes"),
        ('[plugins]\nload "kintone"', "line 2: write = between the name and the value"),
        ("[plugins\n", "line 1: close the heading with ]"),
        ('[plugins]\nload = ["kintone"', "line 2: close the list with ]"),
        ('[plugins]\n\nload = ["kintone]', "line 3: close the quotation mark"),
        ('[plugins]\nload = ["a"]\nload = ["b"]\n\n', "the same setting stands here twice"),
        ("[plugins]\n[plugins]", "line 2: the same heading stands here twice"),
        ("[connections.crm]\nlabel = 'a' site = 'b'", "line 2: write one setting a line"),
        ("[connections.顧客]\napp = 1", "line 1: write names with letters"),
        ("[connections.crm]\napi_token = { env = 'A'\n}", "line 2: close the braces"),
        ('[connections.crm]\nlabel = "C:\\q"', "line 2: put a text with a backslash in single"),
    ],
)
def test_malformed_toml_is_told_with_its_line_and_what_to_write(
    file: Path, text: str, sentence: str
) -> None:
    assert refusal(file, text).startswith("plugins.toml, line ")
    assert sentence in refusal(file, text)


def test_a_file_that_is_not_utf_8_is_told_with_its_line(file: Path) -> None:
    file.write_bytes("[plugins]\nload = []\n# 顧客".encode("cp932"))

    with pytest.raises(ConfigError, match=r"line 3: this is not UTF-8\. Save the file as UTF-8"):
        read(file, {})


def test_a_missing_file_says_how_to_name_it(file: Path) -> None:
    with pytest.raises(ConfigError, match=r"plugins\.toml is not there.*HUB_PLUGINS_FILE"):
        read(file, {})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[plugin]\nload = []", "plugin: there is no such setting; did you mean plugins?"),
        ("[plugins]\nlaod = []", "plugins.laod: there is no such setting; did you mean load?"),
        ("[conections.crm]\napp = 1", "conections: there is no such setting; did you mean conn"),
        ('[plugins]\nload = "kintone"', "plugins.load: write a list of plugin names"),
        ("plugins = 1", "plugins: is a table"),
        ("connections = 1", "connections: is a table"),
    ],
)
def test_a_file_with_an_unknown_or_wrong_table_is_refused(
    file: Path, text: str, sentence: str
) -> None:
    assert refusal(file, text).startswith(sentence)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("domain =", "domian =", "connections.crm.domian: there is no such setting; did you mean"),
        ("label =", "lable =", "connections.crm.lable: there is no such setting; did you mean lab"),
        ("app = 12", "", "connections.crm.app: is missing"),
        ("app = 12", 'app = "twelve"', "connections.crm.app: write "),
        ('plugin = "kintone"', "", "connections.crm.plugin: write which plugin it uses"),
        ('plugin = "kintone"', 'plugin = "kintoen"', "connections.crm.plugin: The plugin"),
        ('"顧客アプリ"', "7", "connections.crm.label: write a text in double quotes"),
        ('env = "KINTONE_TOKEN"', 'env = "KINTONE_KEY"', "the variable KINTONE_KEY is not set. "),
        ('env = "KINTONE_TOKEN"', f'env = "{TOKEN}"', "env is not the name of a variable"),
        ('env = "KINTONE_TOKEN"', 'file = "none.txt"', "the file none.txt cannot be read"),
        ('{ env = "KINTONE_TOKEN" }', f'"{TOKEN}"', 'write { env = "NAME" } or { file = "path" }'),
        ('{ env = "KINTONE_TOKEN" }', f'{{ value = "{TOKEN}" }}', 'write { env = "NAME" } or'),
        ("phone =", "fone =", "connections.crm.mapping.phone: is missing"),
        ("phone =", "fone =", "connections.crm.mapping.fone: there is no such setting; did you"),
        ('consent_yes = ["許諾する"]', "", "connections.crm.mapping.consent_yes: is needed with"),
        ('["許諾する"]', '"許諾する"', "connections.crm.mapping.consent_yes: write a list in"),
        ('"携帯番号"', '""', "connections.crm.mapping.phone: is empty; write a value"),
        ('"携帯番号"', "5", "connections.crm.mapping.phone: write a text in double quotes"),
        ('consent = "SMS許諾"', "", "connections.crm.mapping.consent: is needed by"),
        ('{ store = "店舗" }', '{ "st ore" = "店舗" }', "mapping.attributes.st ore: name the attr"),
        ('{ store = "店舗" }', '"店舗"', 'connections.crm.mapping.attributes: write { name ='),
        ("[connections.crm]", "[connections.CRM]", "connections.CRM: name the connection with"),
    ],
)  # fmt: skip
def test_a_bad_setting_names_its_key_and_what_to_write(
    file: Path, registry: Registry, old: str, new: str, sentence: str
) -> None:
    text = CRM
    if "CRM" in new:
        text = text.split("[connections.crm.mapping]")[0]

    assert sentence in problem(file, text.replace(old, new, 1), registry)


@pytest.mark.parametrize(
    ("old", "new", "ja"),
    [
        ("app = 12", "", "connections.crm.app: 必須です。値を書いてください"),
        ("domain =", "domian =", "connections.crm.domian: この設定はありません。domainの間違いで"),
        ('env = "KINTONE_TOKEN"', 'env = "NONE"', "環境変数NONEが設定されていません。"),
        ("app = 12", 'app = 12\nbase_url = "http://10.0.0.1"', "base_url: 開発専用です。"),
    ],
)
def test_a_bad_setting_is_told_in_japanese_too(
    file: Path, registry: Registry, old: str, new: str, ja: str
) -> None:
    _, ((_, words),) = check_all(parse(file, HEAD + CRM.replace(old, new)), registry)

    assert ja in words.ja


def test_a_variable_that_is_empty_is_told(file: Path, registry: Registry) -> None:
    sentence = problem(file, CRM, registry, {"KINTONE_TOKEN": ""})

    assert sentence == (
        "connections.crm.api_token: the variable KINTONE_TOKEN is empty. Set it and restart the hub"
    )


def test_all_problems_of_a_connection_are_told_one_a_line(file: Path, registry: Registry) -> None:
    text = CRM.replace("app = 12", "").replace("domain =", "domian =").replace("phone", "fone")

    lines = problem(file, text, registry).splitlines()

    assert {line.partition(":")[0] for line in lines} == {
        "connections.crm.app",
        "connections.crm.domain",
        "connections.crm.domian",
        "connections.crm.mapping.fone",
        "connections.crm.mapping.phone",
    }


def test_a_mapping_for_a_plugin_without_contacts_is_refused(file: Path, registry: Registry) -> None:
    text = """
        [connections.sms]
        plugin = "sandbox_gateway"
        base_url = "http://localhost:1"
        api_key = { env = "KINTONE_TOKEN" }
        mapping = { phone = "Phone" }
    """

    assert "connections.sms.mapping: the plugin" in problem(file, text, registry)


ORG = """
[connections.org]
plugin = "salesforce"
domain = "acme.my.salesforce.com"
auth = "client_credentials"
client_id = "app"
client_secret = { env = "KINTONE_TOKEN" }
objects = ["Contact", "Lead"]

[connections.org.mapping]
phone = "MobilePhone"
consent = "SMS_Opt_In__c"
consent_yes = ["true"]

[connections.org.mapping.objects.Lead]
consent = "Lead_Opt_In__c"
"""


def test_an_objects_own_fields_are_provisioned(file: Path) -> None:
    org = load(["salesforce"], Guard(limit=20))
    ((checked,), problems) = check_all(parse(file, HEAD + ORG), org)

    assert problems == []
    assert checked.mapping is not None
    assert checked.mapping.consent == "SMS_Opt_In__c"
    assert checked.mapping.of("Lead").consent == "Lead_Opt_In__c"
    assert checked.mapping.of("Lead").phone == "MobilePhone"


def test_an_object_that_is_not_read_has_no_fields(file: Path, registry: Registry) -> None:
    org = load(["salesforce"], Guard(limit=20))
    unread = ORG.replace(', "Lead"]', "]")
    single = CRM + '\n[connections.crm.mapping.objects.Lead]\nphone = "Phone"\n'

    assert "mapping.objects.Lead: the connection does not read" in problem(file, unread, org)
    assert "mapping.objects.Lead: this connection reads one kind" in problem(file, single, registry)


def test_one_bad_connection_takes_down_only_itself(file: Path, registry: Registry) -> None:
    bad = CRM.replace("crm", "old").replace("app = 12", "")
    worse = '[connections.worse]\nplugin = "kintone"\napi_token = { env = "NONE" }\n'

    good, problems = check_all(parse(file, HEAD + CRM + bad + worse), registry)

    assert [connection.name for connection in good] == ["crm"]
    assert sorted(name for name, _ in problems) == ["old", "worse"]


def test_a_development_address_must_be_on_this_machine(file: Path, registry: Registry) -> None:
    text = CRM.replace("app = 12", 'app = 12\nbase_url = "http://10.0.0.1:8010"')

    assert "connections.crm.base_url: is for development only" in problem(file, text, registry)


@given(text=st.text(max_size=80) | st.text(alphabet="[]={}\"\n abc.#\\'1", max_size=80))
def test_any_text_is_read_or_refused_in_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.getbasetemp() / "plugins.toml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))

    try:
        found = read(file, {})
    except ConfigError:
        return
    assert found.load == ()

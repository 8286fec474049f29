"""`hub connections` as its user meets it."""

from pathlib import Path


def test_without_connections_it_says_how_to_add_one(run):
    told = run("connections")
    assert told.code == 0
    assert told.out == (
        "There are no connections yet. Add one to plugins.toml; the file shows how.\n"
    )


def test_it_lists_each_with_plugin_state_and_label(pulled):
    head, crm, sms = pulled("connections").out.splitlines()
    assert head.split()[:3] == ["NAME", "PLUGIN", "STATE"]
    assert crm.split()[:2] == ["crm", "kintone"]
    assert sms.split()[:2] == ["sms", "sandbox_gateway"]
    # Japanese letters are two columns wide; the columns stand under each other all the same.
    assert head.index("LABEL") == crm.index("顧客アプリ") == sms.index("SMS")


def test_json_names_the_roles_and_no_secret(pulled):
    told = pulled("connections", "--json")
    crm, sms = told.json
    assert crm["roles"] == [
        "contact_source",
        "event_trigger",
        "opt_out_sink",
        "activity_sink",
        "consent_sink",
    ]
    assert sms["roles"] == ["message_gateway"]
    assert crm["last_pull_at"].endswith("+00:00")
    assert "api_token" not in told.out


def test_a_broken_one_is_listed_with_its_sentence_and_the_others_work(deployed, monkeypatch):
    monkeypatch.delenv("CRM_TOKEN")
    told = deployed("connections")
    assert told.code == 0
    assert "Broken" in told.out
    assert "CRM_TOKEN is not set" in told.out
    assert deployed("connections", "--json").json[1]["state"] == "ok"


def test_malformed_plugins_toml_is_told_in_a_line(run, tmp_path: Path):
    (tmp_path / "plugins.toml").write_text("[plugins\n")
    told = run("connections")
    assert told.code == 1
    assert "plugins.toml" in told.err
    assert "Traceback" not in told.err


def test_every_listing_speaks_japanese_too(pulled, monkeypatch):
    monkeypatch.setenv("HUB_LANGUAGE", "ja")
    for words in (
        ("connections",),
        ("template", "list"),
        ("consent", "purpose", "list"),
        ("consent", "collection", "list"),
        ("consent", "verify"),
        ("optouts",),
        ("rule", "list"),
        ("doctor",),
    ):
        told = pulled(*words)
        assert told.code == 0
        assert any("\u3040" <= letter <= "\u9fff" for letter in told.out.splitlines()[0]), words

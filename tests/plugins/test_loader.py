import sys
from collections.abc import Callable

import pytest

from hub.errors import ConfigError
from hub.plugins.guard import Guard
from hub.plugins.loader import installed, load
from hub.values.words import Words

Install = Callable[..., None]


def problem(guard: Guard, name: str = "acme") -> str:
    """The one sentence why a plugin is not loaded, after a look that its neighbour is."""
    registry = load([name, "sandbox_gateway"], guard)

    assert "sandbox_gateway" in registry.plugins
    assert name not in registry.plugins
    (words,) = registry.broken[name].problems
    assert words.ja != words.en
    return words.en


def test_a_plugin_says_by_its_hooks_what_it_can_do(install: Install, guard: Guard) -> None:
    install("acme")

    plugin = load(["acme"], guard).plugin("acme")

    assert plugin.roles == {"message_gateway"}
    assert not plugin.can_check
    assert (plugin.distribution, plugin.version) == ("acme-hub", "1.2")
    assert [field.key for field in plugin.form] == ["account", "base_url"]


def test_only_what_is_named_is_imported(install: Install, guard: Guard) -> None:
    install("acme")
    install("other", whole="raise SystemExit('imported')")

    registry = load(["acme"], guard)

    assert list(registry.plugins) == ["acme"]
    assert not registry.broken
    assert "acme_of_acme_hub" in sys.modules
    assert "other_of_other_hub" not in sys.modules
    assert "other" in [found.name for found in installed()]


def test_a_plugin_that_is_not_installed_is_told_with_the_nearest_name(guard: Guard) -> None:
    registry = load(["sandbox_gatway"], guard)

    assert registry.broken["sandbox_gatway"].words.en == (
        'The plugin "sandbox_gatway" is not installed (did you mean "sandbox_gateway"?). '
        "Install its package, or take it out of [plugins] load in plugins.toml."
    )


def test_a_name_of_two_packages_is_refused(install: Install, guard: Guard) -> None:
    install("acme", distribution="acme-hub")
    install("acme", distribution="acme-other")

    assert problem(guard) == (
        'Several installed packages bring a plugin "acme": acme-hub, acme-other. '
        "Uninstall all but one of them."
    )
    assert "acme_of_acme_hub" not in sys.modules


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("1 / 0", "ZeroDivisionError at acme_of_acme_hub.py line 1"),
        ("raise SystemExit('bye')", "SystemExit at acme_of_acme_hub.py line 1"),
        ("x = 1\ndef broken(:", "SyntaxError at acme_of_acme_hub.py line 2"),
    ],
)
def test_an_error_while_importing_is_told_with_its_place(
    install: Install, guard: Guard, code: str, kind: str
) -> None:
    install("acme", whole=code)

    assert problem(guard).startswith(f"acme: import broke with {kind}. That is a bug in the plugin")


def test_a_plugin_that_hangs_while_importing_is_told(install: Install) -> None:
    install("sloth", whole="import time\ntime.sleep(3)")

    sentence = problem(Guard(limit=1), "sloth")

    assert "sloth: import did not come back within 1 seconds" in sentence


def test_a_missing_module_is_named(install: Install, guard: Guard) -> None:
    install("acme", whole="import twilight_sms")

    assert problem(guard) == (
        'The plugin "acme" needs the module twilight_sms, which is not installed. '
        "Install it, or reinstall the plugin's package."
    )


def test_a_missing_module_of_an_extra_is_named_with_what_to_install(
    install: Install, guard: Guard
) -> None:
    install("acme", whole="import twilight_sms", extra="acme")

    assert problem(guard) == (
        'The plugin "acme" needs the module twilight_sms, which is not installed. '
        'Run: pip install "acme-hub[acme]"'
    )


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("from hub.sdk import InboxReader", "a name that hub.sdk does not have here"),
        ("import hub.testing.inbox", "the module hub.testing.inbox"),
    ],
)
def test_a_plugin_for_a_newer_hub_says_so_when_imported(
    install: Install, guard: Guard, code: str, what: str
) -> None:
    install("acme", whole=code)

    assert problem(guard) == (
        f'The plugin "acme" needs a newer hub: it uses {what}. '
        "Upgrade the hub or install an older acme."
    )


@pytest.mark.parametrize("code", ["import hub.inbox", "from hub.values.ref import Reference"])
def test_a_plugin_that_uses_the_hubs_inside_is_told_what_to_use(
    install: Install, guard: Guard, code: str
) -> None:
    install("acme", whole=code)

    assert problem(guard).endswith("Its maker should import hub.sdk only.")


def test_an_unknown_hook_means_a_newer_hub(install: Install, guard: Guard) -> None:
    install("acme", instead="@hookimpl\ndef inbox(connection): ...")

    assert problem(guard) == (
        'The plugin "acme" needs a newer hub: it uses the hook "inbox". '
        "Upgrade the hub or install an older acme."
    )


def test_a_misspelt_hook_is_guessed(install: Install, guard: Guard) -> None:
    install("acme", instead="@hookimpl\ndef message_gatway(connection): ...")

    assert 'If "message_gateway" was meant, correct the name.' in problem(guard)


@pytest.mark.parametrize("arguments", ["conn", "", "connection, hub", "connection, *more"])
def test_wrong_arguments_are_told_with_the_right_line(
    install: Install, guard: Guard, arguments: str
) -> None:
    install("acme", instead=f"@hookimpl\ndef message_gateway({arguments}): ...")

    assert problem(guard) == (
        'The hook "message_gateway" of the plugin "acme" has the wrong arguments. '
        "Write: def message_gateway(connection):"
    )


@pytest.mark.parametrize(
    "option", ["hookwrapper", "wrapper", "tryfirst", "trylast", "optionalhook", "specname"]
)
def test_options_for_calls_to_many_plugins_are_refused(
    install: Install, guard: Guard, option: str
) -> None:
    value = "'message_gateway'" if option == "specname" else "True"
    body = "yield" if "wrapper" in option else "..."
    install(
        "acme",
        instead=f"@hookimpl({option}={value})\ndef message_gateway(connection): {body}",
    )

    assert problem(guard) == (
        f'The plugin "acme" marks its hook "message_gateway" with {option}, which the hub does '
        "not have. Write @hookimpl alone."
    )


def test_firstresult_is_refused(install: Install, guard: Guard) -> None:
    install("acme", instead="@hookimpl(firstresult=True)\ndef message_gateway(connection): ...")

    assert "acme: import broke with TypeError" in problem(guard)


def test_a_forgotten_mark_is_told(install: Install, guard: Guard) -> None:
    install("acme", instead="def message_gateway(connection): ...")

    assert problem(guard) == (
        'The function "message_gateway" of the plugin "acme" is not marked as a hook. '
        "Write @hookimpl on the line above it."
    )


def test_a_plugin_without_settings_is_refused(install: Install, guard: Guard) -> None:
    install(
        "acme",
        whole="""
        from hub.sdk import hookimpl

        @hookimpl
        def message_gateway(connection): ...
        """,
    )

    assert 'The plugin "acme" lacks the hook "connection_settings".' in problem(guard)


def test_a_plugin_that_does_nothing_is_refused(install: Install, guard: Guard) -> None:
    install("acme", instead="")

    assert 'The plugin "acme" does nothing.' in problem(guard)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("return dict", "gives something that is no settings class"),
        ("return AcmeSettings()", "gives something that is no settings class"),
        ("return None", "gives something that is no settings class"),
        ("return 1 / 0", "connection_settings broke with ZeroDivisionError"),
        ("return Wordless", 'The settings of the plugin "acme" lack words for mute, half.'),
    ],
)
def test_a_settings_class_that_cannot_be_used_is_told(
    install: Install, guard: Guard, settings: str, sentence: str
) -> None:
    install(
        "acme",
        whole=f"""
        from hub.sdk import Settings, Words, hookimpl
        from marshmallow import fields

        class AcmeSettings(Settings):
            pass

        class Wordless(Settings):
            mute = fields.String()
            half = fields.String(metadata={{"label": "Half", "help": " "}})
            whole = fields.String(metadata={{"label": Words("a", "b"), "help": "Help."}})

        @hookimpl
        def connection_settings():
            {settings}

        @hookimpl
        def message_gateway(connection): ...
        """,
    )

    assert sentence in problem(guard)


def test_several_problems_are_all_told(install: Install, guard: Guard) -> None:
    install(
        "acme",
        instead="""
        @hookimpl
        def inbox(connection): ...

        @hookimpl(tryfirst=True)
        def message_gateway(connection): ...
        """,
    )

    registry = load(["acme"], guard)

    assert len(registry.broken["acme"].problems) == 2
    assert registry.broken["acme"].distribution == "acme-hub"


def test_asking_for_a_broken_plugin_gives_its_reason(install: Install, guard: Guard) -> None:
    install("acme", whole="import twilight_sms")
    registry = load(["acme"], guard)

    with pytest.raises(ConfigError, match="needs the module twilight_sms") as caught:
        registry.plugin("acme")

    assert isinstance(caught.value.words, Words)


def test_asking_for_a_plugin_that_is_not_loaded_says_where_to_add_it(guard: Guard) -> None:
    with pytest.raises(ConfigError) as caught:
        load([], guard).plugin("kintone")

    assert caught.value.words.en == (
        'The plugin "kintone" is not loaded. Add it to [plugins] load in plugins.toml.'
    )


def test_the_same_name_twice_is_loaded_once(install: Install, guard: Guard) -> None:
    install("acme")

    assert list(load(["acme", "acme"], guard).plugins) == ["acme"]

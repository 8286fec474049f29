"""The hooks a plugin's module has, and what is wrong with them.

Each plugin gets a pluggy manager of its own, so there are no calls to several plugins and no order
among them; options that exist for those are refused.
"""

import inspect
from collections.abc import Mapping

import pluggy

from hub.errors import PluginBug
from hub.hooks import NAMESPACE
from hub.plugins import spec
from hub.plugins.problems import nearest
from hub.plugins.registry import ROLES, Hook
from hub.values.words import Words

_MARK = f"{NAMESPACE}_impl"
_SPEC_MARK = f"{NAMESPACE}_spec"


def hooks_of(name: str, module: object) -> tuple[dict[str, Hook], list[Words]]:
    """Give the hooks of a plugin's module by name, or everything that is wrong with them."""
    specified = {
        hook: function for hook, function in vars(spec).items() if hasattr(function, _SPEC_MARK)
    }
    hooks: dict[str, Hook] = {}
    problems: list[Words] = []
    for attribute in dir(module):
        function = getattr(module, attribute, None)
        options = getattr(function, _MARK, None)
        if isinstance(options, dict) and callable(function):
            found = _hook_problem(name, attribute, function, options, specified)
            hooks[attribute] = function
        else:
            found = _unmarked(name, attribute, function, specified)
        if found is not None:
            problems.append(found)
    if not problems:
        problems += _incomplete(name, hooks)
    if not problems:
        hooks = _registered(name, module, hooks)
    return hooks, problems


def _registered(name: str, module: object, hooks: Mapping[str, Hook]) -> dict[str, Hook]:
    manager = pluggy.PluginManager(NAMESPACE)
    manager.add_hookspecs(spec)
    try:
        manager.register(module, name)
    except pluggy.PluginValidationError as exc:
        raise PluginBug(
            f'The plugin "{name}" has a hook that pluggy refuses. '
            f"Its maker can see why with: hub plugin check {name}",
            f"プラグイン「{name}」のフックが正しくありません。"
            f"作成者は hub plugin check {name} で確認できます。",
        ) from exc
    return {hook: _caller(getattr(manager.hook, hook)) for hook in hooks}


def _caller(hook: pluggy.HookCaller) -> Hook:
    def call(**arguments: object) -> object:
        answers = hook(**arguments)
        # pluggy leaves None out of its list; the role check then says what is missing.
        return answers[0] if answers else None

    return call


def _hook_problem(
    name: str,
    hook: str,
    function: Hook,
    options: Mapping[str, object],
    specified: Mapping[str, Hook],
) -> Words | None:
    if hook not in specified:
        near = nearest(hook, specified)
        meant_en = f' If "{near}" was meant, correct the name.' if near else ""
        meant_ja = f"「{near}」のつもりなら名前を直してください。" if near else ""
        return Words(
            f"プラグイン「{name}」には新しい版のハブが必要です(フック「{hook}」を使っています)。"
            f"ハブを更新するか、{name}の古い版を入れてください。{meant_ja}",
            f'The plugin "{name}" needs a newer hub: it uses the hook "{hook}". '
            f"Upgrade the hub or install an older {name}.{meant_en}",
        )
    refused = sorted(option for option, value in options.items() if value)
    if refused:
        listed = ", ".join(refused)
        return Words(
            f"プラグイン「{name}」のフック「{hook}」は使えないオプションを指定しています"
            f"({listed})。@hookimplだけにしてください。",
            f'The plugin "{name}" marks its hook "{hook}" with {listed}, which the hub does not '
            "have. Write @hookimpl alone.",
        )
    wanted = list(inspect.signature(specified[hook]).parameters)
    if list(inspect.signature(function).parameters) != wanted:
        line = f"def {hook}({', '.join(wanted)}):"
        return Words(
            f"プラグイン「{name}」のフック「{hook}」の引数が違います。{line} と書いてください。",
            f'The hook "{hook}" of the plugin "{name}" has the wrong arguments. Write: {line}',
        )
    return None


def _unmarked(
    name: str, attribute: str, value: object, specified: Mapping[str, Hook]
) -> Words | None:
    if attribute not in specified or not inspect.isfunction(value):
        return None
    return Words(
        f"プラグイン「{name}」の関数「{attribute}」に@hookimplが付いていません。"
        "関数の前の行に@hookimplを書いてください。",
        f'The function "{attribute}" of the plugin "{name}" is not marked as a hook. '
        "Write @hookimpl on the line above it.",
    )


def _incomplete(name: str, hooks: Mapping[str, Hook]) -> list[Words]:
    if "connection_settings" not in hooks:
        return [
            Words(
                f"プラグイン「{name}」にフック「connection_settings」がありません。"
                "設定クラスを返すフックを追加してください。",
                f'The plugin "{name}" lacks the hook "connection_settings". '
                "Add it; it returns the plugin's settings class.",
            )
        ]
    if not set(hooks) & set(ROLES):
        listed = ", ".join(ROLES)
        return [
            Words(
                f"プラグイン「{name}」には役割がありません。"
                f"次のフックのうち1つ以上を追加してください: {listed}",
                f'The plugin "{name}" does nothing. Add at least one of the hooks {listed}.',
            )
        ]
    return []

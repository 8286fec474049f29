"""Codes that concern the whole account, so that the next SMS would be refused too.

Each stops the connection with a sentence of its own. The SMS surely did not leave and waits.
"""

from hub.sdk import AuthError

PASSWORD = frozenset({"401", "666"})
"""The sign-in was refused; 666 says besides that the next refusal blocks the address."""

_SAYS: dict[str, tuple[str, str]] = {
    "401": (
        'MediaSMS refused user name or password of "{label}". '
        "Correct them in the settings of {label}: five refusals in a row block this address, "
        "so the same password is not tried again for an hour.",
        "メディアSMSが「{label}」のユーザー名またはパスワードを受け付けません。"
        "「{label}」の設定で訂正してください。5回続けて誤るとIPアドレスがブロックされるため、"
        "同じパスワードは1時間使いません。",
    ),
    "666": (
        'MediaSMS is about to block this address, for it refused the password of "{label}" again. '
        "Correct the password in the settings of {label} before anything else.",
        "「{label}」の認証エラーが続いており、次の誤りでIPアドレスがブロックされます。"
        "先に「{label}」の設定でパスワードを訂正してください。",
    ),
    "555": (
        "MediaSMS has blocked the address of this server after refused sign-ins. "
        'Correct the password of "{label}", ask MediaSMS to lift the block, then test {label}.',
        "認証エラーが続いたため、メディアSMSがこのサーバーのIPアドレスをブロックしています。"
        "「{label}」のパスワードを訂正し、解除を依頼してから接続をテストしてください。",
    ),
    "557": (
        'MediaSMS does not let this server\'s address call the API of "{label}". '
        "Have the address registered with MediaSMS, then test {label}.",
        "このサーバーのIPアドレスからは「{label}」のAPIを使えません。"
        "メディアSMSに送信元IPアドレスを登録してから、接続をテストしてください。",
    ),
    "606": (
        'The API is switched off for the user of "{label}". '
        "Ask MediaSMS to switch it on, then test {label}.",
        "「{label}」のユーザーではAPIが無効です。"
        "メディアSMSに有効化を依頼してから、接続をテストしてください。",
    ),
}

_BY_SETTING: dict[str, str] = {
    "574": "smsid_prefix",
    "580": "sender_title",
    "593": "replies",
    "594": "replies",
    "595": "replies",
    "601": "sender_title",
}
"""Codes for what a setting asks and the contract does not give."""


def parks(code: str) -> bool:
    """Say whether this code stops the connection."""
    return code in _SAYS or code in _BY_SETTING


def parking(code: str, label: str) -> AuthError:
    """Give the error that stops the connection, for a code that does."""
    if code in _SAYS:
        en, ja = _SAYS[code]
        return AuthError(en.format(label=label), ja.format(label=label))
    key = _BY_SETTING[code]
    return AuthError(
        f'The contract of "{label}" does not allow what its setting "{key}" asks (code {code}). '
        f"Change {key} in the settings of {label}, or have MediaSMS add the option.",
        f"「{label}」の契約では、設定「{key}」の内容を使えません(コード{code})。"
        f"「{label}」の設定の{key}を変更するか、メディアSMSにオプションを申し込んでください。",
    )

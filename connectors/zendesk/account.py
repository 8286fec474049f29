# SPDX-License-Identifier: GPL-3.0-or-later
"""Which account a connection reaches, and as whom."""

from hub.sdk import Account, AuthError, Connection, Words

from .approval import refuse, unfit, unwritable
from .client import ZendeskClient
from .formwatch import FormWatch

_MAY_EXPORT = "admin"
_ENDS = Words(
    ja="APIトークンはすべて2027年4月30日に無効になります。それまでにOAuthクライアントを作成し、"
    "authをoauthにしてください。",
    en="All API tokens end on 30 April 2027. Make an OAuth client before that day, and set auth "
    "to oauth.",
)


def whoami(client: ZendeskClient, connection: Connection) -> Account:
    """Read the signed-in user, and look whether the mapping fits the fields there are.

    Raises AuthError for a user who is no admin, and SettingsError for all that does not fit at
    once: fields that are missing, of the wrong type or not to be written, and unknown options.

    The export of users is for admins only (Zendesk: Incremental Exports, "Allowed for"), so a
    mere agent would pass this test and fail at the first pull.
    """
    me = client.me()
    if me.role != _MAY_EXPORT:
        where = f"connections.{connection.name}.{client.credential}: "
        raise AuthError(
            where + "Zendesk knows this user, who is no admin. Only admins may export users: "
            "use an admin's credentials.",
            where + "このユーザーは管理者ではありません。ユーザーのエクスポートには管理者権限が"
            "必要です。管理者の認証情報を設定してください。",
        )
    mapping = connection.mapping
    if mapping is not None:
        form = FormWatch(client, connection, lambda _: None).look()
        writes = unwritable(form, mapping) if mapping.opt_out else ()
        refuse([*unfit(form, mapping), *writes], connection)
    subdomain = str(connection.settings["subdomain"]).lower()
    return Account(
        id=subdomain,
        label=f"{subdomain}.zendesk.com ({me.name})",
        advice=(_ENDS,) if client.credential == "api_token" else (),
    )

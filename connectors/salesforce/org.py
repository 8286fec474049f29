"""simple-salesforce, signed in to one org: fast JSON, no blind re-login, headers as given.

The library repeats a call after a new sign-in without the caller's headers, without end, and
parses each answer the slow way. Here a call is made once; who may repeat it is the client's
knowledge.
"""

from typing import Any, cast

import orjson
import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed
from simple_salesforce.login import SalesforceLogin

from hub.sdk import AuthError, ConfigError, Connection, SecretText

from .refusals import Refusal, away, error_for
from .settings import JWT, private_key
from .transport import Transport

_SUFFIX = ".salesforce.com"
_UNTIL_SIGN_INS_RETURN = 120.0


class Org(Salesforce):
    """One org with one access token."""

    def __init__(self, *, token: str, host: str, version: str, transport: Transport) -> None:
        super().__init__(session_id=token, instance=host, version=version, session=transport)
        del self.headers["X-PrettyPrint"]

    def _call_salesforce(
        self,
        method: str,
        url: str,
        name: str = "",
        retries: int = 0,
        max_retries: int = 0,
        **kwargs: Any,
    ) -> requests.Response:
        headers = {**self.headers, **(kwargs.pop("headers", None) or {})}
        response = self.session.request(method, url, headers=headers, **kwargs)
        usage = response.headers.get("Sforce-Limit-Info")
        if usage:
            self.api_usage = self.parse_api_usage(usage)
        return response

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        """Call a path below the version's, such as `query/`, and give the whole answer."""
        return self._call_salesforce(method, self.base_url + path, **kwargs)

    def follow(self, path: str, **kwargs: Any) -> requests.Response:
        """Call a path from the org's root, such as the next page of a query."""
        return self._call_salesforce("GET", f"https://{self.sf_instance}{path}", **kwargs)

    def parse_result_to_json(self, result: requests.Response) -> Any:
        """Parse the answer. Raises ValueError where it is no JSON."""
        return orjson.loads(result.content)


def sign_in(connection: Connection, transport: Transport) -> Org:
    """Ask for a token by the connection's flow and give the org it opens.

    Raises AuthError where the org refuses, TransientError where it gives no usable answer, and
    ConfigError where the token is for a host that is not Salesforce's.
    """
    settings = connection.settings
    # The library adds the suffix itself.
    my_domain = str(settings["domain"]).lower().removesuffix(_SUFFIX)
    try:
        if settings["auth"] == JWT:
            token, host = SalesforceLogin(
                username=settings["username"],
                consumer_key=settings["client_id"],
                privatekey=private_key(cast(SecretText, settings["private_key"])),
                # Salesforce takes the login host as the audience, and My Domain as the address.
                domain="test" if ".sandbox." in f"{my_domain}." else "login",
                instance_url=my_domain,
                session=transport,
            )
        else:
            secret = cast(SecretText, settings["client_secret"])
            token, host = SalesforceLogin(
                consumer_key=settings["client_id"],
                consumer_secret=secret.reveal(),
                domain=my_domain,
                session=transport,
            )
    except Refusal as refusal:
        raise _refused(refusal, connection) from None
    except (SalesforceAuthenticationFailed, AttributeError, TypeError, ValueError):
        # A success that is no token: a page of something between us and Salesforce.
        raise away(connection) from None
    if not isinstance(token, str) or not token:
        raise away(connection)
    return Org(
        token=token,
        host=trusted(str(host), connection),
        version=str(settings["api_version"]),
        transport=transport,
    )


def trusted(host: str, connection: Connection) -> str:
    """Give the host a token is for, once it is surely Salesforce's. Raises ConfigError else."""
    if connection.settings.get("base_url"):
        # Every call is led to this machine, whatever the host.
        return str(connection.settings["domain"]).lower()
    name = host.rstrip("/").lower()
    if not name.endswith(_SUFFIX) or any(mark in name for mark in "/@:?#"):
        # A token must not be sent to whoever an answer names.
        raise ConfigError(
            "domain",
            f"connections.{connection.name}.domain: the token is for a host outside "
            "salesforce.com, so it was not used. Check the domain and the proxy.",
            f"connections.{connection.name}.domain: salesforce.com以外のホストのトークンが"
            "返されたため使用しませんでした。ドメインとプロキシを確認してください。",
        )
    return name


_ADVICE: dict[str, tuple[str, str, str]] = {
    "invalid_client_id": (
        "client_id",
        "Salesforce does not know this consumer key. Copy it again from the External Client App; "
        "a new app needs up to ten minutes.",
        "このコンシューマー鍵をSalesforceが認識しません。外部クライアントアプリから写し直して"
        "ください(新しいアプリは有効になるまで10分ほどかかります)。",
    ),
    "invalid_client": (
        "client_secret",
        "Salesforce refused the consumer key and secret. Copy both again from the External "
        "Client App.",
        "コンシューマー鍵と秘密をSalesforceが受け付けません。外部クライアントアプリから両方を"
        "写し直してください。",
    ),
    "inactive_user": (
        "username",
        "the integration user is inactive or locked. Activate it in Setup > Users.",
        "連携用ユーザーが無効またはロックされています。設定 > ユーザー で有効にしてください。",
    ),
    "unsupported_grant_type": (
        "auth",
        "the app does not offer this flow. Switch it on in the External Client App: "
        "OAuth Settings > Flow Enablement.",
        "アプリでこのフローが有効ではありません。外部クライアントアプリのOAuth設定 > "
        "フローの有効化 でオンにしてください。",
    ),
    "not_approved": (
        "username",
        "the user is not approved for the app. In the app's Policies set Permitted Users to "
        "“Admin approved users are pre-authorized” and add the user's profile or permission set.",
        "ユーザーがアプリに承認されていません。アプリのポリシーで許可されているユーザーを"
        "「管理者が承認したユーザーは事前承認済み」にし、プロファイルまたは権限セットを追加してください。",
    ),
    "audience": (
        "domain",
        "Salesforce refused the audience. Use the My Domain of exactly the org the app is in "
        "(a sandbox's name holds “.sandbox.”).",
        "audienceが受け付けられません。アプリのある組織の「私のドメイン」を書いてください"
        "(Sandboxの名前には「.sandbox.」が入ります)。",
    ),
    "signature": (
        "private_key",
        "the private key does not belong to the certificate in the app. Upload the certificate "
        "of this key.",
        "秘密鍵がアプリに登録した証明書と対になっていません。この鍵の証明書を登録してください。",
    ),
    "expired": (
        "private_key",
        "Salesforce found the assertion expired. Set this machine's clock right; it may differ "
        "by three minutes at most.",
        "アサーションが期限切れと判定されました。このマシンの時計を合わせてください(許容差は3分)。",
    ),
    "no_user": (
        "auth",
        "the app has no user to run as. Name one in the app: Policies > OAuth Flows > "
        "Client Credentials Flow > Run As.",
        "アプリの実行ユーザーが設定されていません。ポリシー > OAuthフロー > クライアント"
        "ログイン情報フローの「別のユーザーとして実行」で指定してください。",
    ),
}
_OTHER_ADVICE = (
    "client_id",
    "Salesforce refused the sign-in. Check the flow, the consumer key and the user against the "
    "External Client App.",
    "Salesforceがサインインを拒否しました。フロー、コンシューマー鍵、ユーザーを"
    "外部クライアントアプリの設定と照らし合わせてください。",
)


def _refused(refusal: Refusal, connection: Connection) -> Exception:
    if refusal.hint == "rate":
        return away(connection, refusal.retry_after or _UNTIL_SIGN_INS_RETURN)
    turned_away = refusal.status in (401, 403) and not refusal.code
    if not (refusal.oauth or turned_away) or refusal.status >= 500:
        return error_for(refusal, connection)
    key, en, ja = _ADVICE.get(refusal.hint) or _ADVICE.get(refusal.oauth) or _OTHER_ADVICE
    where = f"connections.{connection.name}.{key}: "
    return AuthError(where + en, where + ja)

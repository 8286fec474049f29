"""Calls to Twilio's REST API, version 2010-04-01."""

from collections.abc import Mapping
from threading import local
from typing import Any, NoReturn
from urllib.parse import urlsplit

import requests

from hub.sdk import AuthError, Connection, HttpClient, SecretText, TransientError, retry_after

VERSION = "/2010-04-01"
REFUSED = frozenset({20003, 20005, 20006, 20008})
"""Error codes by which Twilio refuses the account rather than one SMS: not authenticated, account
not active, access denied, test credentials."""

NOT_THERE = 20404
"""Of the account itself: there is none of that SID for these credentials."""


def host(region: str | None, edge: str | None) -> str:
    """Give the API's address; a region is processed there, an edge is only the way in.

    An edge without a region is one of us1, as in Twilio's own libraries.
    """
    place = [part for part in (edge, region or ("us1" if edge else None)) if part]
    return f"https://{'.'.join(['api', *place, 'twilio.com'])}"


class TwilioClient:
    """One account with one pair of credentials, used from many threads: each has its session.

    `with_token` signs in with the auth token even where the settings have an API key.
    """

    def __init__(self, connection: Connection, *, with_token: bool = False) -> None:
        self._label = connection.label
        self.account_sid = str(connection.setting("account_sid"))
        base = connection.setting("base_url")
        self._local = base is not None
        self._base = str(
            base or host(connection.setting("region"), connection.setting("edge"))
        ).rstrip("/")
        self._timeout = float(connection.setting("timeout"))
        token: SecretText = connection.setting("auth_token")
        key: SecretText | None = None if with_token else connection.setting("key_secret")
        self._with_key = key is not None
        self._auth = (
            (str(connection.setting("key_sid")), key.reveal())
            if key
            else (self.account_sid, token.reveal())
        )
        self._threads = local()

    @property
    def messages(self) -> str:
        """Give the path of the account's messages."""
        return f"{VERSION}/Accounts/{self.account_sid}/Messages"

    def post_message(self, form: Mapping[str, str]) -> requests.Response:
        """Post one SMS and give the answer, whatever it says.

        Raises AuthError where the account is refused: the SMS surely did not leave.
        TransientError where no whole answer came, `maybe_done` where it may have left.
        """
        return self._call("POST", f"{self.messages}.json", data=dict(form))

    def read(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Read a resource. Raises AuthError, or TransientError for anything that is not it."""
        response = self._call("GET", path, params=dict(params or {}))
        body = json_object(response)
        if response.status_code != 200 or not body:
            self._unusable(response)
        return body

    def fetch_message(self, sid: str) -> dict[str, Any]:
        """Read one message by its SID. Raises as `read` does, for one that was deleted too."""
        body = self.read(f"{self.messages}/{sid}.json")
        if body.get("sid") != sid:
            raise _unreadable(self._label)
        return body

    def _call(self, method: str, path: str, **options: Any) -> requests.Response:
        response = self._http().request(method, self._base + path, **options)
        if self._is_refusal(response, path):
            self._refused()
        return response

    def _is_refusal(self, response: requests.Response, path: str) -> bool:
        match response.status_code:
            case 401:
                return True
            case 403:
                return json_object(response).get("code") in REFUSED
            case 404:
                # A message that is not there says the same code; only the account counts here.
                of_account = not path.startswith(f"{self.messages}/")
                return of_account and json_object(response).get("code") == NOT_THERE
        return False

    def _http(self) -> HttpClient:
        http: HttpClient | None = getattr(self._threads, "http", None)
        if http is None:
            http = HttpClient(f'Twilio ("{self._label}")', timeout=self._timeout)
            http.session.auth = self._auth
            # A loopback address must not be asked of the company's proxy.
            http.session.trust_env = not self._local
            self._threads.http = http
        return http

    def _refused(self) -> NoReturn:
        en, ja = ("API key", "APIキー") if self._with_key else ("auth token", "Auth Token")
        raise AuthError(
            f'Twilio refused the account SID or the {en} of "{self._label}". '
            f"Check in Twilio's console that the account is active, and enter both again in the "
            f"settings of {self._label}.",
            f"Twilioが「{self._label}」のAccount SIDまたは{ja}を受け付けません。"
            f"Twilioコンソールでアカウントが有効か確認し、「{self._label}」の設定で入力し直して"
            "ください。",
        )

    def _unusable(self, response: requests.Response) -> NoReturn:
        if response.status_code == 429:
            raise TransientError(
                f'Twilio takes no more calls for "{self._label}" now. The hub tries again.',
                f"Twilioの呼び出し上限に達しました({self._label})。自動で再試行します。",
                retry_after=retry_after(response),
            )
        raise _unreadable(self._label)


def json_object(response: requests.Response) -> dict[str, Any]:
    """Read the body as a JSON object; empty where it is none."""
    try:
        body = response.json()
    except (requests.exceptions.JSONDecodeError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def next_path(body: Mapping[str, Any]) -> str | None:
    """Give path and query of a list's next page, None at the end. Only the path is taken from it.

    The address is not followed to another host, whatever the answer says.
    """
    uri = body.get("next_page_uri")
    if not isinstance(uri, str) or not uri.startswith(f"{VERSION}/"):
        return None
    parts = urlsplit(uri)
    return f"{parts.path}?{parts.query}"


def _unreadable(label: str) -> TransientError:
    return TransientError(
        f'Twilio gave no usable answer for "{label}". The hub tries again by itself; '
        "look at status.twilio.com if it stays so.",
        f"Twilioから正しい応答がありません({label})。自動で再試行します。"
        "続く場合はstatus.twilio.comを確認してください。",
    )

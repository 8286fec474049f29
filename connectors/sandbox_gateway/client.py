"""Calls to the sandbox's REST API."""

from datetime import UTC, datetime
from threading import local
from typing import Any, NoReturn
from urllib.parse import quote

import requests

from hub.sdk import (
    Account,
    AuthError,
    Connection,
    HttpClient,
    Outgoing,
    SecretText,
    TransientError,
    retry_after,
)


class PhoneClient:
    """One sandbox account, used from many threads: each thread has a session of its own."""

    def __init__(self, connection: Connection) -> None:
        key: SecretText = connection.setting("api_key")
        self._label = connection.label
        self._base = str(connection.setting("base_url")).rstrip("/")
        self._timeout = float(connection.setting("timeout"))
        self._bearer = f"Bearer {key.reveal()}"
        self._threads = local()

    def account(self) -> Account:
        """Give the account the key belongs to. Raises AuthError for a wrong key."""
        response = self._call("GET", "/v1/account")
        body = json_object(response)
        if response.status_code != 200 or not isinstance(body.get("id"), str):
            self._fail(response)
        return Account(id=body["id"], label=str(body.get("label", body["id"])))

    def post(self, outgoing: Outgoing) -> requests.Response:
        """Post one SMS and give the answer, whatever it says; AuthError for a refused key.

        Raises TransientError where no whole answer came, with `maybe_done` where the SMS may
        have arrived all the same.
        """
        order: dict[str, str | None] = {
            "key": outgoing.id,
            "to": outgoing.number,
            "text": outgoing.text,
            "callback_url": outgoing.callback_url,
            "not_after": _stamp(outgoing.not_after),
        }
        return self._call("POST", "/v1/messages", json=order)

    def message(self, key: str) -> dict[str, Any] | None:
        """Give what the sandbox knows of the SMS with this key, or None if it never arrived.

        Raises TransientError for any answer that says neither.
        """
        response = self._call("GET", f"/v1/messages/{quote(key, safe='')}")
        body = json_object(response)
        # A plain 404 may come from another server at that port; only this word means "never".
        if response.status_code == 404 and body.get("error") == "unknown_key":
            return None
        if response.status_code != 200 or body.get("key") != key:
            self._fail(response)
        return body

    def _call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        http = self._http()
        response = http.request(method, self._base + path, **kwargs)
        if response.status_code == 401:
            raise AuthError(
                f'The sandbox gateway refused the API key of "{self._label}". '
                f"Enter the key again in the settings of {self._label}.",
                f"サンドボックスが「{self._label}」のAPIキーを受け付けません。"
                f"「{self._label}」の設定でキーを入力し直してください。",
            )
        return response

    def _http(self) -> HttpClient:
        http: HttpClient | None = getattr(self._threads, "http", None)
        if http is None:
            http = HttpClient(f'The sandbox gateway "{self._label}"', timeout=self._timeout)
            http.session.headers["Authorization"] = self._bearer
            # A loopback address must not be asked of the company's proxy.
            http.session.trust_env = False
            self._threads.http = http
        return http

    def _fail(self, response: requests.Response) -> NoReturn:
        raise TransientError(
            f'The sandbox gateway of "{self._label}" gave an answer that cannot be used '
            f"(HTTP {response.status_code}). The hub tries again by itself; "
            "check the sandbox URL if it stays so.",
            f"「{self._label}」のサンドボックスの応答(HTTP {response.status_code})を"
            "解釈できません。自動で再試行します。続く場合はサンドボックスのURLを確認してください。",
            retry_after=retry_after(response),
        )


def json_object(response: requests.Response) -> dict[str, Any]:
    """Read the body as a JSON object; empty where it is none."""
    try:
        body = response.json()
    except requests.exceptions.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}


def _stamp(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None

"""Calls to the vendor: the one host that its file names, or a sandbox on this machine."""

from collections.abc import Callable, Mapping
from threading import local
from typing import Any, NoReturn
from urllib.parse import quote

import requests

from hub.sdk import (
    Account,
    AuthError,
    Connection,
    DeliveryReport,
    HttpClient,
    ReportState,
    SecretText,
    TransientError,
    Words,
    retry_after,
)

from .answers import Answer, read, rule_for
from .filling import SETTINGS, document, filled, form
from .paths import at, text_at
from .reports import report
from .vendor import Call, Rule, Vendor

PROBE = "connection-test"
"""What a sign-in is tried with: no key of the hub reads so, and nothing is ever sent under it."""

_Signer = Callable[[requests.PreparedRequest], requests.PreparedRequest]


class VendorClient:
    """One account at one vendor, used from many threads: each has a session of its own."""

    def __init__(self, connection: Connection, vendor: Vendor) -> None:
        base: str | None = connection.setting("base_url")
        self.vendor = vendor
        self._label = connection.label
        self._base = (base or f"https://{vendor.host}").rstrip("/")
        self._loopback = base is not None
        self._timeout = float(connection.setting("timeout"))
        self._values = {name: _plain(connection.setting(name)) for name in SETTINGS}
        self._threads = local()

    def account(self) -> Account:
        """Make the file's call `check`, or ask for an SMS that cannot exist; nothing is sent.

        A vendor that cannot be asked cannot be tested: the account then says so.
        """
        names = [self._values[name] for name in ("account", "username", "service")]
        named = next((name for name in names if name), self.vendor.host)
        advice: tuple[Words, ...] = ()
        call = self.vendor.check or self.vendor.look_up
        if call is None:
            advice = (_UNTESTED,)
        else:
            self._asked(call, PROBE)
        return Account(id=named, label=f"{self.vendor.name} {named}", advice=advice)

    def post(self, values: Mapping[str, str | None]) -> tuple[Answer, Rule]:
        """Post one SMS, and give the answer with the rule that fits it.

        Raises AuthError for a rule that concerns the account, TransientError where no whole
        answer came, with `maybe_done` where the SMS may have arrived all the same.
        """
        answer = self._call(self.vendor.send, values)
        rule = rule_for(answer, self.vendor.send.rules, self.vendor.answers)
        if rule.outcome == "auth":
            raise self._refused()
        return answer, rule

    def find(self, call: Call, key: str) -> DeliveryReport | None:
        """Give what the vendor knows of the SMS with this key; None if it never arrived.

        Raises TransientError for any answer that says neither.
        """
        items = self._asked(call, key)
        if not items:
            return None
        how = self.vendor.reports
        # A vendor that overlooks the question's filter gives SMS of others.
        ours = [item for item in items if how.key is None or text_at(item, how.key) == key]
        if how.key is None and len(items) > 1:
            ours = []
        found = [told for item in ours if (told := report(item, how, key))]
        if not found:
            self._unusable(200, None)
        return max(found, key=lambda told: _RANK[told.state])

    def _asked(self, call: Call, key: str) -> list[dict[str, Any]]:
        answer = self._call(call, {"key": key})
        rule = rule_for(answer, call.rules, self.vendor.answers)
        if rule.outcome == "auth":
            raise self._refused()
        if rule.outcome == "never":
            return []
        found = at(answer.body, call.items) if call.items else answer.body
        every = found if isinstance(found, list) else [found]
        if rule.outcome != "accepted" or not all(isinstance(item, dict) for item in every):
            self._unusable(answer.status, answer.wait or rule.retry_after)
        return every

    def _call(self, call: Call, values: Mapping[str, str | None]) -> Answer:
        known = {**self._values, **values}
        quoted = {name: value and quote(value, safe="") for name, value in known.items()}
        path = filled(call.path, quoted) or call.path
        if call.method == "GET":
            body: dict[str, Any] = {"params": form(call.fields, known)}
        elif call.body == "json":
            body = {"json": document(call.fields, known)}
        else:
            body = {"data": form(call.fields, known)}
        headers = dict(self.vendor.headers)
        response = self._http().request(call.method, self._base + path, headers=headers, **body)
        return read(response.content, response.status_code, retry_after(response))

    def _http(self) -> HttpClient:
        http: HttpClient | None = getattr(self._threads, "http", None)
        if http is None:
            http = HttpClient(f'{self.vendor.name} "{self._label}"', timeout=self._timeout)
            http.session.auth = self._signer()
            # A loopback address must not be asked of the company's proxy.
            http.session.trust_env = not self._loopback
            self._threads.http = http
        return http

    def _signer(self) -> _Signer:
        # A function of our own in every case: without one `requests` would sign with whatever a
        # .netrc file of this machine has for the host.
        auth, values = self.vendor.auth, self._values
        if auth.kind == "basic":
            return requests.auth.HTTPBasicAuth(values["username"] or "", values["password"] or "")
        name, text = {
            "bearer": ("Authorization", f"Bearer {values['token']}"),
            "header": (auth.header or "", values["token"] or ""),
        }.get(auth.kind, ("", ""))

        def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
            if name:
                request.headers[name] = text
            return request

        return sign

    def _refused(self) -> AuthError:
        name, label = self.vendor.name, self._label
        needs = ", ".join(sorted(self.vendor.needs))
        return AuthError(
            f'{name} refused the account of "{label}". '
            f"Check {needs} in the settings of {label}, and that {name} lets this server in.",
            f"{name}が「{label}」のアカウントを受け付けません。「{label}」の設定の{needs}と、"
            f"{name}側の接続元IPアドレスの制限を確認してください。",
        )

    def _unusable(self, status: int, wait: float | None) -> NoReturn:
        name, label = self.vendor.name, self._label
        raise TransientError(
            f'{name} gave an answer for "{label}" that cannot be used (HTTP {status}). '
            f"The hub tries again by itself; compare the vendor file of {label} if it stays so.",
            f"{name}の応答を解釈できません({label}、HTTP {status})。自動で再試行します。"
            f"続く場合は「{label}」の事業者ファイルを仕様と見比べてください。",
            retry_after=wait,
        )


def _plain(value: str | SecretText | None) -> str | None:
    return value.reveal() if isinstance(value, SecretText) else value


_RANK = {
    ReportState.REJECTED: 0,
    ReportState.EXPIRED: 1,
    ReportState.UNDELIVERED: 2,
    ReportState.SUBMITTED: 3,
    ReportState.DELIVERED: 4,
}
_UNTESTED = Words(
    ja="この事業者には問い合わせの方法がないため、設定の正しさは最初の送信まで分かりません。",
    en="This vendor cannot be asked anything, so whether the settings are right shows with the "
    "first SMS.",
)

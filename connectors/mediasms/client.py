"""Calls to MediaSMS-CONSOLE.

Five refused sign-ins in a row block the caller's address, for every system behind it. So a
password that was refused is not used again for an hour, by any process, and few posts are under
way at a time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, local
from typing import Any, NoReturn

from hub.sdk import (
    Account,
    Connection,
    HttpClient,
    SecretText,
    TransientError,
    Words,
    retry_after,
)

from .answers import KNOWN_BEFORE, NEVER_CAME, TAKEN, TOO_FAST, Answer, read
from .refusals import PASSWORD, parking, parks
from .smsid import PROBE

REFUSED_FOR = 3600.0
"""Seconds for which a refused password is not tried again."""

_REFUSED = "refused"
_WAIT_FOR_TURN = 10.0
_PROVES_SIGN_IN = frozenset({TAKEN, NEVER_CAME}) | KNOWN_BEFORE
_API_OFF = "606"
_BAD_SMSID = "574"


class MediaClient:
    """One API user, used from many threads: each thread has a session of its own."""

    def __init__(self, connection: Connection) -> None:
        password: SecretText = connection.setting("password")
        self._label = connection.label
        self._username: str = connection.setting("username")
        base: str | None = connection.setting("base_url")
        self._base = (base or f"https://{connection.setting('host')}").rstrip("/")
        self._loopback = base is not None
        self._timeout = float(connection.setting("timeout"))
        self._probe = connection.setting("smsid_prefix") + PROBE
        self._basic = (self._username, password.reveal())
        self._shelf = connection.shelf
        self._turns = BoundedSemaphore(connection.setting("parallel"))
        self._signed_in = False
        self._threads = local()

    def account(self) -> Account:
        """Sign in and give the API user; AuthError where it is refused. Nothing is sent.

        The result of an SMS that was never sent is asked for: that there is none says that the
        sign-in was taken.
        """
        answer = self._call("GET", "/api5/", params={"smsid": self._probe})
        advice: tuple[Words, ...] = ()
        if answer.code == _API_OFF:
            advice = (_NO_PULL,)
        elif answer.code not in (NEVER_CAME, TAKEN, _BAD_SMSID):
            self._unusable(answer)
        return Account(id=self._username, label=f"MediaSMS-CONSOLE {self._username}", advice=advice)

    def post(self, order: dict[str, str]) -> Answer:
        """Post one SMS and give the answer; AuthError for a code that concerns the account.

        Raises TransientError where no whole answer came, with `maybe_done` where the SMS may
        have arrived all the same.
        """
        answer = self._call("POST", "/api/", json=order)
        if answer.code is not None and parks(answer.code):
            raise parking(answer.code, self._label)
        return answer

    def result(self, smsid: str) -> Answer | None:
        """Give the console's answer about an SMS, or None if it never arrived.

        Raises TransientError for any answer that says neither.
        """
        answer = self._call("GET", "/api5/", params={"smsid": smsid})
        if answer.code == NEVER_CAME:
            return None
        if answer.code != TAKEN:
            self._unusable(answer)
        return answer

    def _call(self, method: str, path: str, **kwargs: Any) -> Answer:
        with self._turn():
            self._refused_before()
            response = self._http().request(method, self._base + path, **kwargs)
            answer = read(response.content, response.status_code, retry_after(response))
            code = answer.code
            if code in PASSWORD:
                self._signed_in = False
                self._shelf.put(_REFUSED, code, REFUSED_FOR)
            elif code in _PROVES_SIGN_IN:
                self._signed_in = True
        if code is not None and (code in PASSWORD or code in ("555", "557")):
            raise parking(code, self._label)
        return answer

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=_WAIT_FOR_TURN):
            raise TransientError(
                f'MediaSMS answers too slowly for "{self._label}". The hub tries again by itself; '
                f"raise parallel in the settings of {self._label} if it stays so.",
                f"メディアSMSの応答が遅いため、「{self._label}」の送信を待っています。"
                f"自動で再試行します。続く場合は「{self._label}」の設定のparallelを増やしてください。",
            )
        try:
            yield
        finally:
            self._turns.release()

    def _refused_before(self) -> None:
        # Once signed in, this process alone knows of a refusal soon enough.
        if not self._signed_in and (code := self._shelf.get(_REFUSED)):
            raise parking(code, self._label)

    def _http(self) -> HttpClient:
        http: HttpClient | None = getattr(self._threads, "http", None)
        if http is None:
            http = HttpClient(f'MediaSMS "{self._label}"', timeout=self._timeout)
            http.session.auth = self._basic
            # A loopback address must not be asked of the company's proxy.
            http.session.trust_env = not self._loopback
            self._threads.http = http
        return http

    def _unusable(self, answer: Answer) -> NoReturn:
        code, wait = answer.code, answer.wait
        if code is not None and parks(code):
            raise parking(code, self._label)
        if code == TOO_FAST:
            raise TransientError(
                f'MediaSMS takes no more requests for "{self._label}" now. '
                "The hub tries again by itself.",
                f"メディアSMSの秒間リクエスト数の上限に達しました({self._label})。"
                "自動で再試行します。",
                retry_after=1.0 if wait is None else wait,
            )
        raise TransientError(
            f'MediaSMS gave an answer for "{self._label}" that cannot be used '
            f"(HTTP {answer.status}, code {code or 'none'}). "
            f"The hub tries again by itself; check the host of {self._label} if it stays so.",
            f"メディアSMSの応答を解釈できません({self._label}、HTTP {answer.status}、"
            f"コード{code or 'なし'})。自動で再試行します。"
            f"続く場合は「{self._label}」のホスト名を確認してください。",
            retry_after=wait,
        )


_NO_PULL = Words(
    ja="送達結果取得(個別)のAPIが無効です。有効にすると、届かなかった結果通知を取りに行けます。",
    en="The API that gives single results is off. With it, results that were not posted can be "
    "fetched.",
)

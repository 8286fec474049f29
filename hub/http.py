"""HTTP for plugins: time-outs, a size limit, proxies and CA bundles from the environment.

`HTTPS_PROXY`, `NO_PROXY` and `REQUESTS_CA_BUNDLE` are honoured (carriers are often reached
through a VPN's proxy). Redirects are not followed: an address an admin typed must not lead
elsewhere. Nothing is retried here; who may repeat what is the plugin's knowledge.
"""

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from urllib3.exceptions import HTTPError as BrokenAnswer
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError

from hub.errors import TransientError
from hub.values.words import Words

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 60.0
BODY_LIMIT = 64 * 1024 * 1024

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class HttpClient:
    """One connection's HTTP session. Not shared between threads unless the plugin locks it.

    `timeout` is what one call may take in all, in seconds, a body that trickles in included.
    """

    def __init__(self, platform: str, *, timeout: float = READ_TIMEOUT) -> None:
        self._platform = platform
        self._timeout = timeout
        self.session = requests.Session()
        self.session.headers["User-Agent"] = "sms-connector-hub"

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        """Make one call and give the whole answer, whatever its status.

        Raises TransientError where no whole answer came; `maybe_done` is True where the request
        was no read and may have taken effect.
        """
        may_have_arrived = method.upper() not in _SAFE
        deadline = time.monotonic() + self._timeout
        try:
            response = self.session.request(
                method,
                url,
                timeout=(CONNECT_TIMEOUT, self._timeout),
                allow_redirects=False,
                stream=True,
                **kwargs,
            )
            self._read_body(response, deadline)
        except requests.ConnectTimeout as exc:
            raise self._unreachable() from exc
        except requests.exceptions.ProxyError as exc:
            raise self._unreachable() from exc
        except requests.exceptions.SSLError as exc:
            words = Words(
                en=f"{self._platform}: the TLS certificate was not accepted. "
                "Check REQUESTS_CA_BUNDLE and the proxy.",
                ja=f"{self._platform}のTLS証明書を確認できません。"
                "REQUESTS_CA_BUNDLEとプロキシの設定を確認してください。",
            )
            raise TransientError(words.en, words.ja) from exc
        except requests.ConnectionError as exc:
            if _never_connected(exc):
                raise self._unreachable() from exc
            raise self._no_answer(may_have_arrived) from exc
        except (requests.RequestException, BrokenAnswer) as exc:
            raise self._no_answer(may_have_arrived) from exc
        return response

    def _read_body(self, response: requests.Response, deadline: float) -> None:
        chunks = []
        size = 0
        # read1 gives what has arrived; iter_content would wait for a whole chunk, so that a body
        # that trickles in would never meet its deadline.
        while chunk := response.raw.read1(256 * 1024, decode_content=True):
            size += len(chunk)
            if size > BODY_LIMIT:
                response.close()
                raise requests.exceptions.ContentDecodingError("answer over the size limit")
            if time.monotonic() > deadline:
                response.close()
                raise requests.ReadTimeout("answer not whole in time")
            chunks.append(chunk)
        # requests keeps a consumed body here; there is no public way to set it.
        response._content = b"".join(chunks)

    def _unreachable(self) -> TransientError:
        return TransientError(
            f"{self._platform} cannot be reached. The hub tries again by itself; "
            "check the address, the network and the proxy if it stays so.",
            f"{self._platform}に接続できません。自動で再試行します。"
            "続く場合はアドレス、ネットワーク、プロキシを確認してください。",
        )

    def _no_answer(self, maybe_done: bool) -> TransientError:
        return TransientError(
            f"{self._platform} gave no whole answer in time. The hub tries again by itself.",
            f"{self._platform}から完全な応答がありませんでした。自動で再試行します。",
            maybe_done=maybe_done,
        )


def _never_connected(exc: requests.ConnectionError) -> bool:
    cause = exc.args[0] if exc.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NewConnectionError | NameResolutionError)


def retry_after(response: requests.Response) -> float | None:
    """Read Retry-After as seconds from now, written as a number or as a date (RFC 9110, 10.2.3)."""
    text = response.headers.get("Retry-After", "").strip()
    if not text:
        return None
    if text.isdigit():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())

"""Settings of one sandbox account."""

from urllib.parse import urlsplit

from marshmallow import ValidationError, fields, validate

from hub.sdk import Secret, Settings, Words, is_loopback


def _plain_loopback(url: str) -> None:
    if urlsplit(url).scheme != "http" or not is_loopback(url):
        raise ValidationError(
            [
                Words(
                    ja="このマシンのサンドボックスのURLにしてください(例: http://localhost:8010)",
                    en="must be the http address of a sandbox on this machine, "
                    "such as http://localhost:8010",
                )
            ]
        )


class SandboxGatewaySettings(Settings):
    """Where the sandbox listens, its key, and how fast it may be fed.

    `rate` is in SMS per second, `burst` in SMS, `timeout` in seconds.
    """

    base_url = fields.String(
        required=True,
        validate=_plain_loopback,
        metadata={
            "label": Words(ja="サンドボックスのURL", en="Sandbox URL"),
            "help": Words(
                ja="`hub sandbox sandbox_gateway` が表示する base_url です。",
                en="The base_url that `hub sandbox sandbox_gateway` prints.",
            ),
        },
    )
    api_key = Secret(
        required=True,
        metadata={
            "label": Words(ja="APIキー", en="API key"),
            "help": Words(
                ja="同じコマンドが credentials に表示する api_key です。受信の署名にも使います。",
                en="The api_key printed under credentials. It also signs what comes back.",
            ),
        },
    )
    rate = fields.Float(
        load_default=50.0,
        validate=validate.Range(min=0, min_inclusive=False, max=10_000),
        metadata={
            "label": Words(ja="送信速度(件/秒)", en="Rate (SMS per second)"),
            "help": Words(
                ja="1秒間に送る最大の件数です。",
                en="The most SMS that leave in one second.",
            ),
        },
    )
    burst = fields.Integer(
        load_default=50,
        validate=validate.Range(min=1, max=10_000),
        metadata={
            "label": Words(ja="一度に送る件数", en="Burst"),
            "help": Words(
                ja="しばらく送信がなかった後に、続けて送れる件数です。",
                en="How many SMS may leave at once after a pause.",
            ),
        },
    )
    timeout = fields.Float(
        load_default=10.0,
        validate=validate.Range(min=0.1, max=120),
        metadata={
            "label": Words(ja="応答を待つ秒数", en="Time-out (seconds)"),
            "help": Words(
                ja="この秒数を過ぎても応答がないSMSは「不明」とし、後で照会します。",
                en="An SMS without an answer after this long is unknown and is looked up later.",
            ),
        },
    )

"""The application as a whole: proxies, limits, TLS, a store that is away, discreet errors."""

import psycopg
import pytest
import sqlalchemy as sa

from hub.access.signin import administrator_link
from hub.factory import build
from hub.store.tables.access import audit
from hub.web import create_app

STRANGER = "203.0.113.7"


@pytest.fixture
def make_hub(tmp_path, redis_url, clock):
    """Make a hub without connections; settings are those of the environment."""
    plugins = tmp_path / "plugins.toml"
    plugins.write_text('[plugins]\nload = ["sandbox_gateway"]\n', encoding="utf-8")
    made = []

    def make(**settings):
        hub = build(
            {
                "HUB_DATA_DIR": str(tmp_path),
                "HUB_PLUGINS_FILE": str(plugins),
                "HUB_REDIS_URL": redis_url,
                **settings,
            },
            clock=clock,
        )
        made.append(hub)
        return hub

    yield make
    for hub in made:
        hub.database.close()


def sign_in(hub, client, **more):
    return client.post(f"/signin/{administrator_link(hub.database, hub.clock(), 'ja')}", **more)


def address_of_last_sign_in(hub):
    with hub.database.read() as tx:
        query = sa.select(audit.c.address).where(audit.c.action == "signed_in")
        return tx.execute(query.order_by(audit.c.id.desc())).scalar()


@pytest.mark.parametrize(
    ("hops", "forwarded", "believed"),
    [
        ("0", STRANGER, "127.0.0.1"),
        ("1", STRANGER, STRANGER),
        ("1", f"198.51.100.1, {STRANGER}", STRANGER),
        ("2", f"198.51.100.1, {STRANGER}, 10.0.0.1", STRANGER),
    ],
)
def test_x_forwarded_for_is_believed_of_known_proxies_alone(make_hub, hops, forwarded, believed):
    hub = make_hub(HUB_PROXY_HOPS=hops)
    client = create_app(hub).test_client()
    sign_in(hub, client, headers={"X-Forwarded-For": forwarded})
    assert address_of_last_sign_in(hub) == believed


def test_x_forwarded_host_is_never_believed(make_hub):
    client = create_app(make_hub(HUB_PROXY_HOPS="1")).test_client()
    answer = client.get("/", headers={"X-Forwarded-Host": "evil.example"})
    assert answer.location == "/signin"


def test_behind_tls_the_cookie_is_bound_to_this_host_and_to_tls(make_hub):
    hub = make_hub(HUB_PUBLIC_URL="https://sms.example.jp", HUB_PROXY_HOPS="1")
    client = create_app(hub).test_client()
    answer = sign_in(hub, client, headers={"X-Forwarded-Proto": "https"})
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-hub=")
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"]


def test_behind_tls_signing_out_takes_the_cookie_away(make_hub):
    hub = make_hub(HUB_PUBLIC_URL="https://sms.example.jp")
    client = create_app(hub).test_client()
    at = {"base_url": "https://sms.example.jp"}
    sign_in(hub, client, **at)
    page = client.get("/", **at).text
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    cookie = client.post("/signout", data={"csrf": csrf}, **at).headers["Set-Cookie"]
    # A browser ignores a `__Host-` cookie that comes without these, its end included.
    assert cookie.startswith("__Host-hub=;")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert client.get("/", **at).status_code == 302


def test_a_proxy_that_changes_the_host_keeps_the_console_usable(make_hub):
    hub = make_hub(HUB_PUBLIC_URL="https://sms.example.jp")
    client = create_app(hub).test_client()
    inside = {"base_url": "https://10.0.0.5:8000"}
    sign_in(hub, client, **inside)
    page = client.get("/", **inside).text
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    answer = client.post(
        "/people",
        data={"csrf": csrf, "number": "x"},
        headers={"Origin": "https://sms.example.jp"},
        **inside,
    )
    assert answer.status_code == 404


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_body_over_a_megabyte_is_refused_with_413(make_hub, language):
    hub = make_hub()
    client = create_app(hub).test_client()
    sign_in(hub, client)
    answer = client.post(
        "/people", data={"number": "0" * 1_100_000}, headers={"Accept-Language": language}
    )
    assert answer.status_code == 413
    assert (
        answer.text
        == {"ja": "データが大きすぎます。\n", "en": "The request is too large.\n"}[language]
    )


@pytest.mark.parametrize("path", ["/", "/people", "/messages", "/optouts", "/connections"])
def test_a_store_that_is_away_is_told_with_503_and_when_to_come_back(
    make_hub, postgres, postgres_url, path
):
    hub = make_hub(HUB_DATABASE_URL=postgres_url)
    client = create_app(hub).test_client()
    sign_in(hub, client)
    with gone(postgres, postgres_url):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "30"
        assert "データベースに接続できない" in answer.text
        assert "postgresql" not in answer.text
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("path", "method", "status", "en"),
    [
        ("/nowhere", "GET", 404, "There is no such page."),
        ("/healthz", "DELETE", 405, "This address is not called that way."),
    ],
)
def test_errors_are_sentences_in_the_readers_language(make_hub, path, method, status, en):
    client = create_app(make_hub()).test_client()
    answer = client.open(path, method=method, headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.text) == (status, en + "\n")


def test_a_bug_of_ours_tells_nobody_what_was_typed(make_hub, caplog):
    app = create_app(make_hub())

    @app.get("/bug")
    def bug():
        raise ValueError("no route to 09012345678")

    answer = app.test_client().get("/bug", headers={"Accept-Language": "en"})
    assert answer.status_code == 500
    assert "try again" in answer.text
    assert "ValueError at " in caplog.text
    assert "09012345678" not in answer.text + caplog.text


def test_the_language_can_be_asked_for_in_the_address(make_hub):
    client = create_app(make_hub()).test_client()
    assert '<html lang="en">' in client.get("/signin?lang=en").text
    assert '<html lang="ja">' in client.get("/signin?lang=ja").text
    assert '<html lang="ja">' in client.get("/signin?lang=fr").text
    assert '<html lang="ja">' in client.get("/signin").text


class gone:  # noqa: N801
    """PostgreSQL closes its doors to this database, and opens them again in the end."""

    def __init__(self, socket, url):
        self._socket = socket
        self._name = sa.make_url(url).database

    def _say(self, *statements):
        with psycopg.connect(host=self._socket, user="postgres", autocommit=True) as link:
            for statement in statements:
                link.execute(statement)

    def __enter__(self):
        self._say(
            f"ALTER DATABASE {self._name} ALLOW_CONNECTIONS false",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{self._name}'",
        )

    def __exit__(self, *_):
        self._say(f"ALTER DATABASE {self._name} ALLOW_CONNECTIONS true")

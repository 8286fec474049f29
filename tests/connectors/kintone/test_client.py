"""How calls end: what is tried later, what parks the connection, what an admin must change."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connectors.kintone import check_connection
from connectors.kintone.client import KintoneClient
from connectors.kintone.contacts import KintoneContacts
from connectors.kintone.refusals import Refusal, error_for
from connectors.kintone.sandbox import KintoneSandbox
from connectors.kintone.sandbox.people import GUEST_SPACE, MEMBERS
from hub.sdk import AuthError, ConfigError, HubError, Ref, TransientError
from hub.testing.faults import Fault, FaultKind, Rubbish
from hub.testing.tls import loopback_certificate

TOKEN = "secret-token-of-nobody-0000"


def page_of(client: KintoneClient) -> list[dict[str, Any]]:
    return list(client.page("$id > 0 order by $id asc limit 2", ["$id"]).items)


def ids_of(records: list[dict[str, Any]]) -> list[str]:
    return [record["$id"]["value"] for record in records]


def failure(client: KintoneClient) -> HubError:
    with pytest.raises(HubError) as caught:
        page_of(client)
    return caught.value


def test_the_account_is_the_app_by_its_name(kintone: KintoneSandbox, connect: Any) -> None:
    account = check_connection(connect())
    assert account.id == "sandbox.cybozu.com/1"
    assert account.label == "顧客管理 (app 1, sandbox.cybozu.com)"


def test_an_app_in_a_guest_space_is_reached_by_its_path(
    kintone: KintoneSandbox, connect: Any
) -> None:
    token = kintone.credentials()["guest_space"]["apps"][str(MEMBERS)]
    inside = connect(app=MEMBERS, api_token=token, guest_space=GUEST_SPACE)
    assert ids_of(page_of(KintoneClient(inside))) == ["1", "2"]

    error = failure(KintoneClient(connect(app=MEMBERS, api_token=token)))
    assert isinstance(error, ConfigError)
    assert error.key == "guest_space"
    assert "/k/guest/5/" in error.words.en

    error = failure(KintoneClient(connect(guest_space=GUEST_SPACE)))
    assert isinstance(error, ConfigError)
    assert error.key == "guest_space"


def test_basic_authentication_goes_beside_the_token(kintone: KintoneSandbox, connect: Any) -> None:
    kintone.require_basic("office", "sesame")
    assert isinstance(failure(KintoneClient(connect())), AuthError)
    client = KintoneClient(connect(basic_user="office", basic_password="sesame"))
    assert len(page_of(client)) == 2


def test_an_unknown_token_says_how_to_make_one_work_and_is_not_repeated(connect: Any) -> None:
    error = failure(KintoneClient(connect(api_token=TOKEN)))
    assert isinstance(error, AuthError)
    assert error.words.en.startswith("connections.crm.api_token: ")
    assert "アプリを更新" in error.words.ja
    assert TOKEN not in f"{error!r} {error.words}"


def test_a_token_without_the_right_to_view_says_which_box_to_tick(
    kintone: KintoneSandbox, connect: Any
) -> None:
    error = failure(KintoneClient(connect(api_token=kintone.add_token(1, rights=["add"]))))
    assert isinstance(error, AuthError)
    assert "レコード閲覧" in error.words.en


def test_an_app_that_is_not_there_is_a_wrong_setting(kintone: KintoneSandbox, connect: Any) -> None:
    refusal = Refusal.read(404, {"code": "GAIA_AP01", "id": "x", "message": "app 99"})
    error = error_for(refusal, connect())
    assert isinstance(error, ConfigError)
    assert error.key == "app"


def test_throttling_passes_kintones_own_delay_on(kintone: KintoneSandbox, connect: Any) -> None:
    kintone.throttle(times=1, retry_after=37)
    error = failure(KintoneClient(connect()))
    assert isinstance(error, TransientError)
    assert error.retry_after == 37


def test_throttling_without_a_delay_gets_one_of_ours(kintone: KintoneSandbox, connect: Any) -> None:
    kintone.throttle(times=1, retry_after=None)
    error = failure(KintoneClient(connect()))
    assert isinstance(error, TransientError)
    assert error.retry_after is not None
    assert 5 <= error.retry_after <= 15


@pytest.mark.parametrize("kind", list(Rubbish))
def test_rubbish_is_tried_again_and_never_shown(
    kintone: KintoneSandbox, connect: Any, kind: Rubbish
) -> None:
    kintone.rubbish(times=1, kind=kind)
    client = KintoneClient(connect())
    error = failure(client)
    assert isinstance(error, TransientError)
    assert "<html>" not in f"{error!r} {error.words}"
    assert len(page_of(client)) == 2


def test_a_stall_ends_with_the_time_out(kintone: KintoneSandbox, connect: Any) -> None:
    kintone.stall(seconds=1.0)
    error = failure(KintoneClient(connect(), timeout=0.2))
    assert isinstance(error, TransientError)
    assert not error.maybe_done


def test_a_write_without_an_answer_may_have_been_done(
    kintone: KintoneSandbox, connect: Any
) -> None:
    kintone.drop(after=True, path="record/comment.json")
    with pytest.raises(TransientError) as caught:
        KintoneClient(connect()).comment("1", "x")
    assert caught.value.maybe_done
    assert len(kintone.comments_of(1)) == 1


def test_a_long_query_travels_in_the_body_and_is_still_only_a_read(
    kintone: KintoneSandbox, connect: Any
) -> None:
    refs = [Ref("1", str(number)) for number in range(1, 501)]
    source = KintoneContacts(connect())
    assert all(source.get(refs).values())
    assert kintone.calls()[-1].method == "POST"

    kintone.drop(path="records.json")
    with pytest.raises(TransientError) as caught:
        source.get(refs)
    assert not caught.value.maybe_done


def test_a_busy_domain_makes_a_pull_wait_and_nothing_else(
    kintone: KintoneSandbox, connect: Any
) -> None:
    kintone._in_flight += 85  # as if that many others were being served
    client = KintoneClient(connect())
    assert len(page_of(client)) == 2
    error = failure(client)
    assert isinstance(error, TransientError)
    assert error.retry_after is not None
    assert 0 < error.retry_after <= 5
    assert isinstance(client.record("1"), dict)


def test_several_threads_use_one_client(kintone: KintoneSandbox, connect: Any) -> None:
    client = KintoneClient(connect())
    seen: list[list[str]] = []

    def read(number: int) -> None:
        answer = client.records(f"$id in ({number}) limit 1", ["$id"])
        seen.append(ids_of(list(answer.items)))

    threads = [threading.Thread(target=read, args=(number,)) for number in range(1, 13)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == sorted([[str(number)] for number in range(1, 13)])


def test_a_refusal_keeps_codes_and_places_and_nothing_a_record_holds() -> None:
    body = {
        "code": "CB_VA01",
        "message": "090-1234-5678",
        "errors": {"record.携帯番号.value": {"messages": ["090-1234-5678"]}},
    }
    refusal = Refusal.read(400, body)
    assert refusal.complains_about("携帯番号")
    assert not refusal.complains_about("携帯")
    assert "5678" not in repr(refusal)
    assert Refusal.read(500, {"code": "call 090-1234-5678"}).code == ""


@contextmanager
def connect_proxy(to: int) -> Iterator[tuple[int, list[str]]]:
    """A proxy that knows CONNECT only and leads every host to one port of this machine."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    head += client.recv(4096)
                asked.append(head.split(b" ")[1].decode())
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                far = socket.create_connection(("127.0.0.1", to))
                for one, other in ((client, far), (far, client)):
                    threading.Thread(target=pump, args=(one, other), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], asked
        server.shutdown(socket.SHUT_RDWR)


def pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    target.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_the_real_host_name_is_reached_through_a_proxy_with_its_own_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connect: Any
) -> None:
    files = loopback_certificate(tmp_path, names=("acme.cybozu.com", "localhost"))
    behind = KintoneSandbox(people=3)
    running = behind.start(tls_port=free_port(), cert=files.cert, key=files.key)
    assert running.tls_url is not None
    with connect_proxy(int(running.tls_url.rpartition(":")[2])) as (port, asked):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        token = behind.credentials()["apps"]["1"]
        client = KintoneClient(connect(domain="acme.cybozu.com", base_url=None, api_token=token))

        error = failure(client)
        assert isinstance(error, TransientError)
        assert "REQUESTS_CA_BUNDLE" in error.words.en

        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(files.ca))
        assert ids_of(page_of(client)) == ["1", "2"]
        assert set(asked) == {"acme.cybozu.com:443"}
    behind.stop()


def test_an_error_page_of_something_before_kintone_is_told_by_what_to_do(
    kintone: KintoneSandbox, connect: Any
) -> None:
    for status, kind in [(403, AuthError), (404, ConfigError), (500, TransientError)]:
        kintone.faults.add(Fault(kind=FaultKind.STATUS, status=status))
        assert isinstance(failure(KintoneClient(connect())), kind)

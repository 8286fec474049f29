"""What every sandbox shares, tried on a platform that only knows an echo."""

import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import requests
from werkzeug.wrappers import Request, Response

from hub.testing.faults import Rubbish
from hub.testing.sandbox import Sandbox, WebhookSample
from hub.testing.serving import PortInUse
from hub.testing.tls import loopback_certificate


class EchoSandbox(Sandbox):
    name = "echo"

    def application(self):
        @Request.application
        def answer(request):
            self.seen = getattr(self, "seen", 0) + 1
            return Response(request.get_data() or b'{"path": "here"}', mimetype="application/json")

        return answer

    def credentials(self):
        return {"token": "sesame"}

    def records(self):
        return {"people": self.people}

    def connection_settings(self):
        return {"base_url": self.base_url, "token": "sesame", "mapping": {}}

    def bad_credentials(self):
        return {"token": "wrong"}

    def bad_record(self):
        return "1"

    def webhook(self):
        return WebhookSample("POST", "", {}, b"{}")

    def switches(self):
        return {"double": lambda number: number * 2}


@pytest.fixture
def sandbox():
    with EchoSandbox() as sandbox:
        yield sandbox


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_it_serves_on_loopback_by_name_and_number(sandbox, host):
    port = sandbox.base_url.rpartition(":")[2]
    assert requests.get(f"http://{host}:{port}/x", timeout=5).json() == {"path": "here"}


def test_one_connection_carries_many_calls(sandbox):
    host, port = "127.0.0.1", int(sandbox.base_url.rpartition(":")[2])
    with socket.create_connection((host, port)) as connection, connection.makefile("rb") as answer:
        for _ in range(3):
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab")
            assert answer.readline().startswith(b"HTTP/1.1 200")
            while answer.readline().strip():
                pass
            assert answer.read(2) == b"ab"


def test_a_chunked_body_arrives_whole(sandbox):
    parts = iter([b"one ", b"two"])
    assert requests.post(sandbox.base_url, data=parts, timeout=5).content == b"one two"


def test_a_body_of_a_gigabyte_is_not_read(sandbox):
    host, port = "127.0.0.1", int(sandbox.base_url.rpartition(":")[2])
    with socket.create_connection((host, port)) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n")
        assert b" 413 " in connection.recv(100)


def test_a_port_in_use_is_told(sandbox):
    port = int(sandbox.base_url.rpartition(":")[2])
    with pytest.raises(PortInUse, match=f"Port {port} on this machine is in use"):
        EchoSandbox().start(port=port)


def test_the_port_is_free_after_the_stop(sandbox):
    port = int(sandbox.base_url.rpartition(":")[2])
    sandbox.stop()
    with EchoSandbox() as other:
        other.stop()
        other.start(port=port)
        assert requests.get(other.base_url, timeout=5).ok


def test_a_stopped_sandbox_hangs_up_on_connections_kept_alive(sandbox):
    with requests.Session() as session:
        url = session.get(sandbox.base_url, timeout=5).url
        sandbox.stop()
        with pytest.raises(requests.ConnectionError):
            session.get(url, timeout=5)


def test_a_start_that_fails_half_way_holds_no_port(sandbox, tmp_path):
    files = loopback_certificate(tmp_path)
    taken = int(sandbox.base_url.rpartition(":")[2])
    other = EchoSandbox()
    with pytest.raises(PortInUse):
        other.start(tls_port=taken, cert=files.cert, key=files.key)
    assert requests.get(other.start().base_url, timeout=5).ok
    other.stop()


def test_tls_holds_against_a_strict_client(tmp_path):
    files = loopback_certificate(tmp_path)
    with EchoSandbox() as sandbox:
        sandbox.stop()
        running = sandbox.start(tls_port=0, cert=files.cert, key=files.key)
        strict = ssl.create_default_context(cafile=files.ca)
        strict.verify_flags |= ssl.VERIFY_X509_STRICT
        port = int(running.tls_url.rpartition(":")[2])
        with (
            socket.create_connection(("localhost", port)) as raw,
            strict.wrap_socket(raw, server_hostname="localhost") as connection,
        ):
            assert connection.version() == "TLSv1.3"
        assert requests.get(running.tls_url, verify=files.ca, timeout=5).ok
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(running.tls_url, timeout=5)


def test_a_silent_client_of_tls_keeps_nobody_out(tmp_path):
    files = loopback_certificate(tmp_path)
    with EchoSandbox() as sandbox:
        sandbox.stop()
        running = sandbox.start(tls_port=0, cert=files.cert, key=files.key)
        with socket.create_connection(("127.0.0.1", int(running.tls_url.rpartition(":")[2]))):
            assert requests.get(running.tls_url, verify=files.ca, timeout=5).ok


def test_tls_without_its_files_is_refused():
    with pytest.raises(ValueError, match="certificate and its key"):
        EchoSandbox().start(tls_port=0)


def test_throttling_names_its_delay_and_ends(sandbox):
    sandbox.throttle(times=1, retry_after=7)
    refused = requests.get(sandbox.base_url, timeout=5)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")
    assert requests.get(sandbox.base_url, timeout=5).ok


def test_a_stall_outlasts_an_impatient_client(sandbox):
    sandbox.stall(seconds=0.5)
    with pytest.raises(requests.Timeout):
        requests.get(sandbox.base_url, timeout=0.1)


def test_a_stall_stops_nobody_else(sandbox):
    sandbox.stall(seconds=1, path="/slow")
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(requests.get, f"{sandbox.base_url}/slow", timeout=5)
        start = time.monotonic()
        requests.get(f"{sandbox.base_url}/fast", timeout=5)
        assert time.monotonic() - start < 0.8
        assert slow.result().ok


@pytest.mark.parametrize("kind", [Rubbish.HTML_502, Rubbish.HTML_503, Rubbish.TEXT_503])
def test_rubbish_is_no_json(sandbox, kind):
    sandbox.rubbish(kind=kind)
    answer = requests.get(sandbox.base_url, timeout=5)
    assert answer.status_code in (502, 503)
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_an_answer_can_be_cut_off(sandbox):
    sandbox.rubbish(kind=Rubbish.TRUNCATED_JSON)
    assert requests.get(sandbox.base_url, timeout=5).text == '{"path":'


@pytest.mark.parametrize(("after", "done"), [(False, 0), (True, 1)])
def test_it_hangs_up_before_or_after_the_work(sandbox, after, done):
    sandbox.drop(after=after)
    with pytest.raises(requests.ConnectionError):
        requests.post(sandbox.base_url, timeout=5)
    assert getattr(sandbox, "seen", 0) == done


def test_answers_carry_the_date_of_the_settable_clock(sandbox):
    sandbox.clock.stop(datetime(2026, 1, 5, 1, 2, 3, tzinfo=UTC))
    answer = requests.get(sandbox.base_url, timeout=5)
    assert answer.headers["Date"] == "Mon, 05 Jan 2026 01:02:03 GMT"


def test_calls_are_logged_without_their_query(sandbox):
    requests.get(f"{sandbox.base_url}/x?number=secret", timeout=5)
    (call,) = sandbox.calls()
    assert (call.method, call.path, call.status) == ("GET", "/x", 200)
    assert "secret" not in repr(call)


def test_a_stopped_sandbox_has_no_address():
    with pytest.raises(RuntimeError, match="Start it first"):
        _ = EchoSandbox().base_url


def test_another_process_reads_the_log_of_calls(sandbox):
    requests.get(f"{sandbox.base_url}/x", timeout=5)
    (logged,) = requests.get(f"{sandbox.base_url}/_sandbox/requests", timeout=5).json()["requests"]
    assert (logged["method"], logged["path"], logged["status"]) == ("GET", "/x", 200)


def test_another_process_switches_faults_on_and_off(sandbox):
    faults = f"{sandbox.base_url}/_sandbox/faults"
    requests.post(faults, json={"kind": "throttle", "times": 5, "retry_after": 3}, timeout=5)
    assert requests.get(sandbox.base_url, timeout=5).headers["Retry-After"] == "3"
    requests.delete(faults, timeout=5)
    assert requests.get(sandbox.base_url, timeout=5).ok


def test_another_process_sets_the_clock(sandbox):
    clock = f"{sandbox.base_url}/_sandbox/clock"
    order = {"set": "2026-01-05T10:00:00+09:00", "stop": True, "advance": 60}
    assert requests.post(clock, json=order, timeout=5).json() == {
        "clock": "2026-01-05T01:01:00+00:00"
    }


def test_another_process_uses_the_switches_of_a_platform(sandbox):
    switch = f"{sandbox.base_url}/_sandbox/switch/double"
    assert requests.post(switch, json={"number": 21}, timeout=5).json() == {"result": 42}
    assert requests.get(f"{sandbox.base_url}/_sandbox", timeout=5).json()["switches"] == ["double"]


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        ("faults", {"kind": "flood"}, "flood"),
        ("faults", {"kind": "drop", "often": 1}, "'often'"),
        ("switch/triple", {}, "no switch 'triple'"),
        ("switch/double", {"wrong": 1}, "wrong"),
        ("clock", {"set": "noon"}, "noon"),
        ("nothing", {}, "no order"),
    ],
)
def test_an_order_that_makes_no_sense_is_told(sandbox, path, body, told):
    answer = requests.post(f"{sandbox.base_url}/_sandbox/{path}", json=body, timeout=5)
    assert answer.status_code == 400
    assert told in answer.json()["error"]

import pytest
import requests

from connectors.http_gateway.sandbox import ZettaiSandbox
from connectors.http_gateway.sandbox.server import ACCOUNT, SERVICE, TOKEN

SIGN_IN = {"token": TOKEN, "clientId": ACCOUNT}
SMS = SIGN_IN | {
    "smsCode": SERVICE,
    "phoneNumber": "09012340010",
    "message": "x",
    "clientTag": "a",
}


@pytest.fixture
def sandbox():
    with ZettaiSandbox() as sandbox:
        yield sandbox


def send(sandbox, **changes):
    url = f"{sandbox.base_url}/p5/api/mt.json"
    answer = requests.post(url, data=SMS | changes, timeout=5)
    assert answer.status_code == 200
    return answer.json()


def test_both_forms_of_a_number_are_taken_and_told_internationally(sandbox):
    for place, number in enumerate(("09012340010", "+819012340010")):
        told = send(sandbox, phoneNumber=number, clientTag=str(place))
        assert (told["responseCode"], told["phoneNumber"]) == (0, "+819012340010")


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"token": "x"}, 110, "Invalid token."),
        ({"clientId": "x"}, 110, "Invalid clientId."),
        ({"smsCode": "x"}, 110, "Invalid smsCode."),
        ({"phoneNumber": "0312345678"}, 110, "Invalid phoneNumber."),
        ({"message": ""}, 100, "Required message."),
        ({"message": "あ" * 661}, 120, "message too long."),
    ],
)
def test_what_is_wrong_stands_in_the_answer_under_status_200(sandbox, changes, code, message):
    told = send(sandbox, **changes)

    assert (told["responseCode"], told["responseMessage"]) == (code, message)
    assert not sandbox.messages


def test_a_client_tag_is_taken_once(sandbox):
    assert [send(sandbox)["responseCode"] for _ in range(2)] == [0, 400]


def test_the_status_call_gives_a_list(sandbox):
    send(sandbox)
    url = f"{sandbox.base_url}/p5/api/status.json"

    def ask(**params):
        return requests.get(url, params=SIGN_IN | params, timeout=5).json()

    assert [one["statusId"] for one in ask(clientTag="a")["status"]] == [0]
    assert ask(clientTag="b")["status"] == []
    assert ask()["responseCode"] == 100
    assert ask(token="x", clientTag="a")["responseCode"] == 110

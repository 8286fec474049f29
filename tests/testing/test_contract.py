"""The contract catches what it is there for: each broken plugin fails the test that is named."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from hub.plugins.registry import ROLES
from hub.scaffold.package import package, write
from hub.testing.leaks import leaked


@dataclass(frozen=True, kw_only=True)
class Ran:
    code: int
    said: str


def install(folder: Path, roles: tuple[str, ...] = ROLES) -> Path:
    """Put a freshly written plugin on disk as an installed distribution."""
    write(folder, package("acme", roles))
    info = folder / "hub_acme-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hub-acme\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[hub.plugins.v1]\nacme = hub_acme\n")
    return folder


def run(folder: Path, *arguments: str) -> Ran:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return Ran(code=done.returncode, said=done.stdout + done.stderr)


MISTAKES = [
    pytest.param(
        "client.py",
        "status_code == 401",
        "status_code == 499",
        "test_wrong_credentials_are_told_in_a_sentence",
        id="a refused token is not noticed",
    ),
    pytest.param(
        "client.py",
        "refused the token of",
        "refused {self._bearer} of",
        "test_wrong_credentials_are_told_in_a_sentence",
        id="an error shows the token",
    ),
    pytest.param(
        "client.py",
        "if response.status_code == 429:",
        "if response.status_code == 429 and not __import__('time').sleep(3):",
        "test_a_throttled_check_comes_back_with_the_delay",
        id="the plugin sleeps",
    ),
    pytest.param(
        "client.py",
        "retry_after=retry_after(response),\n            )\n        try",
        ")\n        try",
        "test_a_throttled_pull_comes_back_with_the_delay",
        id="the platform's delay is lost",
    ),
    pytest.param(
        "client.py",
        "self._http().request(method, self._base + path, json=json, params=query)",
        "__import__('requests').request(method, self._base + path, json=json, params=query, "
        "headers={'Authorization': self._bearer})",
        "test_a_stalled_check_ends_by_its_time_out",
        id="there is no time-out",
    ),
    pytest.param(
        "client.py",
        "            body = None",
        "            raise",
        "test_a_check_answered_with_rubbish_is_tried_later",
        id="rubbish crashes the plugin",
    ),
    pytest.param(
        "contacts.py",
        "if not all(isinstance(text, str) for text in texts.values()):",
        "if False:",
        "test_a_bad_record_is_skipped_and_its_page_goes_on",
        id="a bad record ends its page",
    ),
    pytest.param(
        "contacts.py",
        'for row in body["people"]:',
        'for row in body["people"][:-1]:',
        "test_pages_read_everybody",
        id="the last of a page is lost",
    ),
    pytest.param(
        "contacts.py",
        "done=not body",
        "done=True or not body",
        "test_pages_read_everybody",
        id="the pull ends after a page",
    ),
    pytest.param(
        "contacts.py",
        "if ref.id in rows else None for ref in refs}",
        "for ref in refs if ref.id in rows}",
        "test_records_are_read_again_by_ref_and_unknown_ones_are_none",
        id="an unknown record is left out",
    ),
    pytest.param(
        "contacts.py",
        "answer = Answer.YES if said in mapping.consent_yes else",
        "answer = Answer.YES if said or not said else",
        "test_consent_is_read_as_it_stands",
        id="silence is consent",
    ),
    pytest.param(
        "triggers.py",
        'id=signing.text(notice, "id")',
        "id=str(__import__('uuid').uuid4())",
        "test_the_same_webhook_twice_is_one_event",
        id="a webhook gets a new id each time",
    ),
    pytest.param(
        "signing.py",
        "if not wanted or not hmac",
        "if not wanted and not hmac",
        "test_a_webhook_without_proof_is_refused",
        id="signatures are not checked",
    ),
    pytest.param(
        "opt_outs.py",
        "if status == 404:",
        "if status == 499:",
        "test_one_record_that_is_gone_keeps_no_other_from_it",
        id="a record that is gone breaks the batch",
    ),
    pytest.param(
        "notes.py",
        "/notes/{activity.id}",
        "/notes/{__import__('uuid').uuid4()}",
        "test_a_note_told_twice_is_left_once",
        id="a repeated note is left twice",
    ),
    pytest.param(
        "gateway.py",
        "ReceiptState.UNKNOWN if exc.maybe_done else",
        "",
        "test_an_sms_without_an_answer_is_unknown",
        id="an SMS without an answer is sent again",
    ),
    pytest.param(
        "gateway.py",
        '{"key": outgoing.id,',
        '{"key": str(__import__("uuid").uuid4()),',
        "test_the_same_key_twice_is_one_sms",
        id="the idempotency key changes",
    ),
    pytest.param(
        "gateway.py",
        "        try:\n",
        "        __import__('logging').getLogger(__name__).info('to %s', outgoing.number)\n"
        "        try:\n",
        "test_an_sms_is_accepted",
        id="a number is logged",
    ),
    pytest.param(
        "settings.py",
        "api_token = Secret(",
        "api_token = fields.String(",
        "test_what_sounds_secret_is_a_secret_setting",
        id="a secret is a plain setting",
    ),
]


@pytest.mark.parametrize(("file", "right", "wrong", "test"), MISTAKES)
def test_a_mistake_fails_the_test_that_is_there_for_it(
    tmp_path: Path, file: str, right: str, wrong: str, test: str
) -> None:
    folder = install(tmp_path / "acme")
    code = (folder / "hub_acme" / file).read_text(encoding="utf-8")
    assert right in code
    code = code.replace(right, wrong)
    if file == "settings.py":
        client = folder / "hub_acme" / "client.py"
        client.write_text(client.read_text().replace("token.reveal()", "token"))
    (folder / "hub_acme" / file).write_text(code, encoding="utf-8")

    ran = run(folder, "-k", test)

    assert ran.code == 1, ran.said
    assert "failed" in ran.said or "error" in ran.said


def test_tests_of_roles_a_plugin_lacks_are_left_out_and_named(tmp_path: Path) -> None:
    ran = run(install(tmp_path / "acme", ("message_gateway",)), "--collect-only")

    assert ran.code == 0, ran.said
    assert "test_an_sms_is_accepted" in ran.said
    assert "test_pages_read_everybody" not in ran.said
    assert (
        "TestAcme: the plugin acme has no contact_source, event_trigger, opt_out_sink, "
        "activity_sink. The contract's tests of that are left out."
    ) in ran.said


def test_a_plugin_that_does_not_load_fails_with_its_sentence(tmp_path: Path) -> None:
    folder = install(tmp_path / "acme")
    hooks = folder / "hub_acme" / "__init__.py"
    hooks.write_text(hooks.read_text().replace("@hookimpl\ndef event", "def event"))

    ran = run(folder, "-k", "test_the_plugin_loads")

    assert ran.code == 1, ran.said
    assert 'The function "event_trigger" of the plugin "acme" is not marked' in ran.said


def test_a_contract_test_is_not_overridden_without_a_reason(tmp_path: Path) -> None:
    folder = install(tmp_path / "acme")
    tests = folder / "tests" / "test_contract.py"
    tests.write_text(tests.read_text() + "\n    def test_the_plugin_loads(self): ...\n")

    ran = run(folder)

    assert ran.code == 2
    assert "TestAcme overrides test_the_plugin_loads of the contract." in ran.said


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sign in with sesame-open", "a secret or the text of an SMS"),
        ("call 090-1234-5678 now", "a phone number"),
        ("call +819012345678 now", "a phone number"),
        ("number=9012345678", "a phone number"),
        ("090****5678", None),
        ("record 12 of app 34", None),
    ],
)
def test_leaks_are_found_in_any_spelling(text: str, found: str | None) -> None:
    assert leaked(text, ["sesame-open"], ["090-1234-5678", "不明", ""]) == found

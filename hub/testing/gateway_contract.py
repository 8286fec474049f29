"""What every message gateway promises: nobody gets an SMS twice, and nothing is guessed."""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from hub.errors import AuthError, TransientError
from hub.roles import FindsSent, LooksUp
from hub.testing.faults import Rubbish
from hub.testing.rig import MANY, NUMBER, STALL, TEXT, Rig, short_timeouts
from hub.values.gateway import (
    DeliveryReport,
    Outgoing,
    Receipt,
    ReceiptState,
    ReportState,
    Sent,
)

_COUNTINGS = ("utf16", "sjis_bytes", "cp932_bytes")


class GatewayContract:
    """`message_gateway`: accepted, rejected, later, or unknown; and unknown where it is unknown.

    The sandbox gives `messages`, the SMS it took so far.
    """

    def test_the_profile_says_what_the_gateway_can_do(self, rig: Rig) -> None:
        """Numbers the hub can pace and count by, and without network traffic."""
        profile = rig.plugin.message_gateway(rig.connection).profile

        assert not rig.sandbox.calls(), "The profile called the gateway."
        assert profile.rate > 0, "`rate` is how many SMS leave in a second."
        assert profile.burst >= 1, "`burst` is how many SMS may leave at once."
        assert profile.max_units >= 70, "`max_units` is the longest text."
        assert profile.counting in _COUNTINGS, f"`counting` is one of {', '.join(_COUNTINGS)}."
        can_find = rig.plugin.look_up(rig.connection) is not None
        assert profile.idempotency != "lookup" or can_find, "Look-up needs `find` or `find_sent`."

    def test_an_sms_is_accepted(self, rig: Rig) -> None:
        """With the gateway's own reference, and nothing of number or text in the receipt."""
        receipt = _send(rig, "sms-1")

        assert receipt.state is ReceiptState.ACCEPTED, f"The SMS was {receipt.state}."
        assert receipt.reference, "Give the gateway's id as `reference`."
        assert len(_messages(rig)) == 1
        rig.seen(receipt)

    def test_the_same_key_twice_is_one_sms(self, rig: Rig) -> None:
        """Where the profile says that a key makes repeats safe."""
        if rig.plugin.message_gateway(rig.connection).profile.idempotency != "key":
            pytest.skip("This gateway has no idempotency key; the hub never repeats an unknown.")
        first, again = _send(rig, "sms-1"), _send(rig, "sms-1")

        assert len(_messages(rig)) == 1, "The same key twice sent two SMS."
        assert first.reference == again.reference
        assert again.state is ReceiptState.ACCEPTED

    def test_sms_of_many_threads_all_leave_once(self, rig: Rig) -> None:
        """The dispatcher sends from several threads at once."""
        with ThreadPoolExecutor(8) as threads:
            receipts = list(threads.map(lambda turn: _send(rig, f"sms-{turn}"), range(32)))

        assert {receipt.state for receipt in receipts} == {ReceiptState.ACCEPTED}
        assert len({receipt.reference for receipt in receipts}) == 32
        assert len(_messages(rig)) == 32

    def test_what_was_sent_can_be_looked_up_and_what_was_not_is_none(self, rig: Rig) -> None:
        """None says that it surely never arrived, so the hub may send it again."""
        look_up = rig.plugin.look_up(rig.connection)
        if look_up is None:
            pytest.skip("This gateway cannot be asked.")
        taken = _send(rig, "sms-1").reference
        found = _ask(look_up, "sms-1", TEXT)

        assert isinstance(found, Receipt | DeliveryReport), "The SMS that was sent is not found."
        assert found.state not in (ReceiptState.REJECTED, ReportState.REJECTED)
        assert found.state is not ReceiptState.UNKNOWN, "The SMS that was sent is not found."
        assert _ask(look_up, "sms-never-sent", "never sent", {taken or ""}) is None
        rig.seen(found)

    @pytest.mark.parametrize("kind", list(Rubbish))
    def test_a_look_up_answered_with_rubbish_is_not_never(self, rig: Rig, kind: Rubbish) -> None:
        """TransientError: None would send the SMS a second time."""
        look_up = rig.plugin.look_up(rig.connection)
        if look_up is None:
            pytest.skip("This gateway cannot be asked.")
        _send(rig, "sms-1")
        rig.sandbox.rubbish(times=MANY, kind=kind)
        with rig.transient(f"A look-up answered with {kind}"):
            _ask(look_up, "sms-1", TEXT)

    def test_wrong_credentials_stop_the_sending(self, rig: Rig) -> None:
        """AuthError: the SMS surely did not leave, and the hub parks the connection."""
        refused = rig.refused()
        with pytest.raises(AuthError) as caught:
            _send(refused, "sms-1")
        refused.told(caught.value)
        assert not _messages(rig)

    def test_a_throttled_sms_surely_did_not_leave(self, rig: Rig) -> None:
        """Retry later, with the gateway's own delay; the plugin does not sleep."""
        rig.sandbox.throttle(times=MANY, retry_after=7)
        receipt = _answer(rig)

        assert receipt.state is ReceiptState.RETRY_LATER, f"A throttled SMS was {receipt.state}."
        assert receipt.retry_after == pytest.approx(7, abs=1.5), "Pass on the gateway's delay."

    def test_an_sms_without_an_answer_is_unknown(self, rig: Rig) -> None:
        """It may have left: neither accepted nor surely not sent."""
        rig.sandbox.stall(STALL, times=MANY)
        with short_timeouts():
            receipt = _answer(rig)

        assert receipt.state is ReceiptState.UNKNOWN, f"A stalled SMS was {receipt.state}."

    def test_an_sms_taken_before_the_line_broke_is_unknown(self, rig: Rig) -> None:
        """The gateway has it, and we cannot know."""
        rig.sandbox.drop(times=1, after=True)
        receipt = _answer(rig)

        assert receipt.state is ReceiptState.UNKNOWN, f"A broken line was {receipt.state}."
        assert len(_messages(rig)) == 1, "The plugin sent it again by itself."

    @pytest.mark.parametrize("kind", list(Rubbish))
    def test_an_sms_answered_with_rubbish_is_unknown(self, rig: Rig, kind: Rubbish) -> None:
        """Rubbish says neither yes nor no."""
        rig.sandbox.rubbish(times=MANY, kind=kind)
        receipt = _answer(rig)

        assert receipt.state is ReceiptState.UNKNOWN, f"{kind} was taken for {receipt.state}."

    def test_a_gateway_that_is_away_surely_did_not_send(self, rig: Rig) -> None:
        """Nobody listened, so the SMS may be tried again."""
        rig.sandbox.stop()
        receipt = _answer(rig)

        assert receipt.state is ReceiptState.RETRY_LATER, f"An unreachable one {receipt.state}."


def _send(rig: Rig, key: str) -> Receipt:
    gateway = rig.plugin.message_gateway(rig.connection)
    return gateway.send(Outgoing(id=key, number=NUMBER, text=TEXT))


def _ask(
    look_up: LooksUp | FindsSent, key: str, text: str, others: Collection[str] = ()
) -> Receipt | DeliveryReport | None:
    """Ask about an SMS of an hour ago, in the way this gateway is asked."""
    if isinstance(look_up, LooksUp):
        return look_up.find(key)
    now = datetime.now(UTC)
    posted_at = now - timedelta(hours=1)
    return look_up.find_sent(
        Sent(
            outgoing=Outgoing(id=key, number=NUMBER, text=text),
            since=posted_at,
            posted_at=posted_at,
            asked_at=now,
            others=frozenset(others),
        )
    )


def _answer(rig: Rig) -> Receipt:
    """Send, and read a TransientError as the receipt it means."""
    try:
        receipt = _send(rig, "sms-1")
    except TransientError as exc:
        rig.told(exc)
        state = ReceiptState.UNKNOWN if exc.maybe_done else ReceiptState.RETRY_LATER
        return Receipt(state=state, retry_after=exc.retry_after)
    rig.seen(receipt)
    return receipt


def _messages(rig: Rig) -> Sequence[object]:
    messages: Sequence[object] | None = getattr(rig.sandbox, "messages", None)
    if messages is None:
        pytest.fail("Give the sandbox `messages`, the list of the SMS it took.")
    return messages

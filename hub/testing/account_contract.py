"""What every plugin that can be tested promises of its sign-in."""

import pytest

from hub.errors import AuthError
from hub.testing.faults import Rubbish
from hub.testing.rig import LABEL, MANY, STALL, Rig, short_timeouts


class AccountContract:
    """`check_connection`: whom the platform says we are, and what every fault looks like."""

    def test_the_check_names_the_account(self, rig: Rig) -> None:
        """Stable id, and a label an admin recognises."""
        first = rig.plugin.check(rig.connection)
        again = rig.plugin.check(rig.connection)

        assert first.id == again.id, "The account's id changed between two checks."
        assert first.label.strip(), "Give the account a label that an admin recognises."
        rig.seen(first)

    def test_wrong_credentials_are_told_in_a_sentence(self, rig: Rig) -> None:
        """AuthError that names the connection, by name or label, and not the secret."""
        refused = rig.refused()
        with pytest.raises(AuthError) as caught:
            refused.plugin.check(refused.connection)

        refused.told(caught.value)
        for sentence in (caught.value.words.en, caught.value.words.ja):
            named = LABEL in sentence or f"connections.{rig.connection.name}." in sentence
            assert named, "Name the connection: its label, or connections.NAME.KEY."

    def test_a_throttled_check_comes_back_with_the_delay(self, rig: Rig) -> None:
        """TransientError with the platform's own delay; the plugin does not sleep."""
        rig.sandbox.throttle(times=MANY, retry_after=7)
        with rig.transient("A throttled check", retry_after=7):
            rig.plugin.check(rig.connection)

    def test_a_stalled_check_ends_by_its_time_out(self, rig: Rig) -> None:
        """TransientError; a call without a time-out would wait for ever."""
        rig.sandbox.stall(STALL, times=MANY)
        with short_timeouts(), rig.transient("A stalled check"):
            rig.plugin.check(rig.connection)

    @pytest.mark.parametrize("kind", list(Rubbish))
    def test_a_check_answered_with_rubbish_is_tried_later(self, rig: Rig, kind: Rubbish) -> None:
        """TransientError and no crash, whatever a proxy or a failing platform answers."""
        rig.sandbox.rubbish(times=MANY, kind=kind)
        with rig.transient(f"A check answered with {kind}"):
            rig.plugin.check(rig.connection)

    def test_a_check_that_is_hung_up_on_is_tried_later(self, rig: Rig) -> None:
        """TransientError where the connection breaks."""
        rig.sandbox.drop(times=MANY)
        with rig.transient("A check that was hung up on"):
            rig.plugin.check(rig.connection)

    def test_a_platform_that_is_away_is_tried_later(self, rig: Rig) -> None:
        """TransientError where nobody listens."""
        rig.sandbox.stop()
        with rig.transient("A check of a platform that is away"):
            rig.plugin.check(rig.connection)

"""What every contact source promises."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from hub.errors import AuthError
from hub.roles import ContactSource
from hub.testing.faults import Rubbish
from hub.testing.rig import MANY, STALL, Rig, short_timeouts
from hub.values.contact import Answer, SourceContact
from hub.values.page import Item, Page
from hub.values.ref import Ref

_MOST_PAGES = 10_000


class ContactsContract:
    """`contact_source`: everybody, once, with what they agreed to; and nothing guessed."""

    def test_pages_read_everybody(self, rig: Rig) -> None:
        """Each record that can be listed is read or skipped; none is left out."""
        source = rig.plugin.contact_source(rig.connection)
        pages = list(_walk(source.changed))
        listed = {ref for page in _walk(source.refs) for ref in page.items}

        assert pages[-1].cursor is not None, "Keep a cursor with the last page for what changes."
        assert _read(pages) == listed, "`changed` and `refs` do not list the same records."
        assert len(listed) == rig.sandbox.records()["people"]["count"], (
            "The list of ids is not whole."
        )
        rig.seen(*pages)

    def test_a_pull_that_was_killed_goes_on_where_its_page_ended(self, rig: Rig) -> None:
        """The cursor is all that is carried over: a new object goes on from it."""
        whole = _read(_walk(rig.plugin.contact_source(rig.connection).changed))
        first = rig.plugin.contact_source(replace(rig.connection, name="first")).changed(None)
        second = rig.plugin.contact_source(replace(rig.connection, name="second"))

        assert _read([first]) | _read(_walk(second.changed, first.cursor)) == whole

    def test_nothing_new_is_an_empty_end_and_no_error(self, rig: Rig) -> None:
        """A pull after the last page ends."""
        source = rig.plugin.contact_source(rig.connection)
        last = list(_walk(source.changed))[-1]

        assert list(_walk(source.changed, last.cursor))[-1].done

    def test_records_are_read_again_by_ref_and_unknown_ones_are_none(self, rig: Rig) -> None:
        """Every ref asked for is in the answer."""
        source = rig.plugin.contact_source(rig.connection)
        contacts = [contact for page in _walk(source.changed) for contact in page.items][:20]
        unknown = Ref(contacts[0].ref.object, "999999999999")
        found = source.get([*(contact.ref for contact in contacts), unknown])

        assert found[unknown] is None, "A record that is not there is None."
        for contact in contacts:
            again = found[contact.ref]
            assert again is not None, "A record that was just read was not found again."
            assert _said(again) == _said(contact), "`get` reads a record otherwise than `changed`."
        rig.seen(found)

    def test_consent_is_read_as_it_stands(self, rig: Rig) -> None:
        """Yes is yes; never asked, withdrawn and opted out are not."""
        source = rig.plugin.contact_source(rig.connection)
        by_id = {
            contact.ref.id: contact for page in _walk(source.changed) for contact in page.items
        }
        known = rig.sandbox.records()

        assert _agrees(by_id[known["consented"]["id"]]), "A consented record reads as no."
        assert not _agrees(by_id[known["not_consented"]["id"]]), "Silence reads as consent."
        assert not _agrees(by_id[known["withdrawn"]["id"]]), "A withdrawal reads as consent."

    def test_a_bad_record_is_skipped_and_its_page_goes_on(self, rig: Rig) -> None:
        """One record that cannot be read as a contact is told with a reason."""
        good = _read(_walk(rig.plugin.contact_source(rig.connection).changed))
        spoilt = rig.sandbox.bad_record()
        pages = list(_walk(rig.plugin.contact_source(rig.connection).changed))
        skipped = {bad.ref.id: bad.reason for page in pages for bad in page.skipped}

        assert spoilt in skipped, "The bad record was not skipped."
        assert skipped[spoilt].strip(), "Give the reason why a record is skipped."
        assert _read(pages) == good, "The records beside the bad one were lost."

    def test_the_fields_can_be_discovered(self, rig: Rig) -> None:
        """What the mapping names is among the fields an admin can map."""
        fields = rig.plugin.contact_source(rig.connection).fields()
        codes = {field.code for field in fields}
        mapping = rig.connection.mapping

        assert mapping is not None, "Give the sandbox's connection_settings() a mapping."
        assert mapping.codes() <= codes, "A mapped field is not among those discovered."
        assert all(field.label.strip() for field in fields), "Each field needs a label."

    def test_wrong_credentials_stop_a_pull(self, rig: Rig) -> None:
        """AuthError, so that the hub asks somebody to sign in again."""
        refused = rig.refused()
        with pytest.raises(AuthError) as caught:
            refused.plugin.contact_source(refused.connection).changed(None)
        refused.told(caught.value)

    def test_a_throttled_pull_comes_back_with_the_delay(self, rig: Rig) -> None:
        """TransientError with the platform's own delay; the plugin does not sleep."""
        rig.sandbox.throttle(times=MANY, retry_after=11)
        with rig.transient("A throttled pull", retry_after=11):
            rig.plugin.contact_source(rig.connection).changed(None)

    def test_a_stalled_pull_ends_by_its_time_out(self, rig: Rig) -> None:
        """TransientError; the pull goes on later."""
        rig.sandbox.stall(STALL, times=MANY)
        with short_timeouts(), rig.transient("A stalled pull"):
            rig.plugin.contact_source(rig.connection).changed(None)

    @pytest.mark.parametrize("kind", list(Rubbish))
    def test_a_pull_answered_with_rubbish_is_tried_later(self, rig: Rig, kind: Rubbish) -> None:
        """TransientError: rubbish is neither an empty page nor a crash."""
        rig.sandbox.rubbish(times=MANY, kind=kind)
        with rig.transient(f"A pull answered with {kind}"):
            rig.plugin.contact_source(rig.connection).changed(None)

    @pytest.mark.parametrize("kind", list(Rubbish))
    def test_a_record_answered_with_rubbish_is_not_gone(self, rig: Rig, kind: Rubbish) -> None:
        """TransientError: what could not be read is not None."""
        source = rig.plugin.contact_source(rig.connection)
        ref = next(_walk(source.refs)).items[0]
        rig.sandbox.rubbish(times=MANY, kind=kind)
        with rig.transient(f"A record answered with {kind}"):
            source.get([ref])


def everybody(source: ContactSource) -> list[SourceContact]:
    """Read all contacts of a source."""
    return [contact for page in _walk(source.changed) for contact in page.items]


def _walk(
    ask: Callable[[str | None], Page[Item]], cursor: str | None = None
) -> Iterator[Page[Item]]:
    for _ in range(_MOST_PAGES):
        page = ask(cursor)
        yield page
        if page.done:
            return
        cursor = page.cursor
    pytest.fail("The pages do not end.")


def _read(pages: "list[Page[SourceContact]] | Iterator[Page[SourceContact]]") -> set[Ref]:
    return {
        ref
        for page in pages
        for ref in [item.ref for item in page.items] + [bad.ref for bad in page.skipped]
    }


def _said(contact: SourceContact) -> tuple[object, ...]:
    return (contact.number, contact.name, list(contact.consents), contact.opt_out)


def _agrees(contact: SourceContact) -> bool:
    out = contact.opt_out is not None and contact.opt_out.out
    return not out and any(consent.answer is Answer.YES for consent in contact.consents)

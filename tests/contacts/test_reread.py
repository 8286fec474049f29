"""Reading known records again: before a send, at the mark, on demand."""

from collections.abc import Iterator

import pytest

from hub.contacts.reread import Reread, read_one, reread
from hub.errors import AuthError, ConfigError, HubError, TransientError
from hub.store import connections as connection_rows
from hub.values.ref import Ref

from .town import Hubs, Platform, hub_beside, no, yes

MOBILE, OTHER = "090-1234-5678", "080-1111-2222"


@pytest.fixture
def crm() -> Platform:
    return Platform()


@pytest.fixture
def desk() -> Platform:
    return Platform()


@pytest.fixture
def hub(store_url: str, crm: Platform, desk: Platform) -> Iterator[Hubs]:
    crm.put("1", MOBILE, consent=yes(), name="山田")
    crm.put("2", OTHER, consent=yes())
    desk.put("7", MOBILE, consent=yes())
    with hub_beside(store_url, crm=crm, desk=desk) as hub:
        hub.pull("crm")
        hub.pull("desk")
        hub.later(minutes=20)
        yield hub


def read_again(hub: Hubs, *links: int) -> Reread:
    return reread(hub.db, hub.cipher, hub.connections, hub.clock, links)


def test_records_are_read_again_at_their_own_platforms(hub: Hubs) -> None:
    ids = [hub.link("1").id, hub.link("2").id, hub.link("7", "desk").id]
    assert read_again(hub, *ids) == Reread(read=frozenset(ids), unreadable=frozenset())
    assert {hub.link("1").read_at, hub.link("7", "desk").read_at} == {hub.now}


def test_a_withdrawal_that_no_pull_has_seen_yet_counts(hub: Hubs, crm: Platform) -> None:
    assert hub.may_text("1") == "source_stale"
    crm.change("1", consent=no())
    read_again(hub, hub.link("1").id)
    assert hub.stops("1") == ["purpose:campaign"]


def test_a_record_that_is_gone_was_read_and_vouches_for_nothing(hub: Hubs, crm: Platform) -> None:
    link = hub.link("2").id
    crm.delete("2")
    assert read_again(hub, link).read == {link}
    assert hub.link("2").vanished_at == hub.now
    assert hub.may_text("2") not in ("allow", "source_stale")


def test_a_platform_that_cannot_be_read_leaves_its_records_unreadable_and_no_others(
    hub: Hubs, crm: Platform
) -> None:
    mine, other = hub.link("1").id, hub.link("7", "desk").id
    crm.trouble = [TransientError("Busy.")]
    assert read_again(hub, mine, other) == Reread(
        read=frozenset({other}), unreadable=frozenset({mine})
    )
    crm.trouble = [AuthError("Refused. Sign in again.")]
    assert read_again(hub, mine).unreadable == {mine}
    assert hub.connections.row("crm").state == "parked"


def test_a_disabled_connection_is_not_asked(hub: Hubs, crm: Platform) -> None:
    link = hub.link("1").id
    with hub.db.write() as tx:
        connection_rows.set_enabled(tx, hub.ids["crm"], False)
    asked = crm.asked
    assert read_again(hub, link).unreadable == {link}
    assert crm.asked == asked


def test_a_vanished_field_suspends_the_grounds(hub: Hubs, crm: Platform) -> None:
    crm.trouble = [ConfigError("mapping.consent", "The field is gone. Choose another.")]
    read_again(hub, hub.link("1").id)
    assert hub.connections.row("crm").grounds_suspended_at == hub.now
    assert hub.pull().kind == "first"


def test_one_record_can_be_read_that_was_never_met(hub: Hubs, crm: Platform) -> None:
    crm.put("9", "070-1111-2222", consent=no(), name="佐藤")
    one = read_one(
        hub.db, hub.cipher, hub.connections, hub.clock, hub.ids["crm"], Ref("12", "9"),
        keep_values=True,
    )  # fmt: skip
    assert ([each.e164 for each in one.numbers], one.gone, one.echo) == (
        ["+817011112222"],
        False,
        False,
    )
    assert one.link is not None
    assert one.link.verdict == "silent"
    assert hub.number("9") == "+817011112222"
    assert "7011112222" not in repr(one)


def test_one_record_that_cannot_be_read_raises(hub: Hubs, crm: Platform) -> None:
    crm.trouble = [TransientError("Busy.")]
    with pytest.raises(HubError, match=r"Busy\."):
        read_one(hub.db, hub.cipher, hub.connections, hub.clock, hub.ids["crm"], Ref("12", "1"))


def test_one_record_that_is_gone_says_so(hub: Hubs) -> None:
    one = read_one(hub.db, hub.cipher, hub.connections, hub.clock, hub.ids["crm"], Ref("12", "404"))
    assert (one.gone, one.link, one.numbers) == (True, None, ())

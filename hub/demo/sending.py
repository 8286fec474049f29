"""Steps 4 to 7: a dry run, a send, the phone, and an event that makes an SMS leave."""

from collections.abc import Mapping

from hub.consent import purposes
from hub.contacts.phone import mask
from hub.demo.cast import CAMPAIGN, OFFER, RESERVATION, may_be_texted, recipient, text_of
from hub.demo.stage import GATEWAY, Stage
from hub.demo.telling import Teller
from hub.demo.wait import check, until
from hub.events import rules
from hub.messages import library
from hub.messages.orders import SendOrder
from hub.messages.reasons import words_for
from hub.store import counts
from hub.store.database import Tx
from hub.testing.scene import Happening, Scene
from hub.values.labels import MESSAGE_STATES
from hub.values.words import Words

_MOVING = ("queued", "claimed", "submitting", "submitted")


def dry_run(stage: Stage, tell: Teller) -> None:
    """Show who would get an offer, and who would not and why, without making anything."""
    tell.step("送信前の確認(ドライラン)", "Dry run: who would get it, who not, and why")
    _templates(stage)
    tell.quote(OFFER)
    for scene in stage.scenes:
        result = stage.hub.outbox.preview(_order(stage, scene, "dry"))
        label = stage.hub.connections.row(scene.people).label
        tell.fact(f"{label}:", f"{label}:")
        tell.counts(result.states, MESSAGE_STATES)
        tell.fact("送らない理由:", "why not:")
        tell.counts(result.reasons, {code: words_for(code) for code in result.reasons})
        check(result.states.get("queued", 0) > 0, Words("送信対象があること", "somebody may"))
        check(result.states.get("refused", 0) > 0, Words("拒否があること", "some may not"))


def send(stage: Stage, tell: Teller) -> None:
    """Send the offer for real, through the queue and the gate."""
    tell.step("送信しました", "Sent, through the queue and the gate")
    # One platform's list: somebody who stands in all of them should get one offer, not three.
    made = stage.hub.outbox.create(_order(stage, stage.scenes[0], "first"))
    states = until(lambda: _settled(stage), Words("送信の完了", "all messages to leave"), 40)
    tell.counts(states, MESSAGE_STATES)
    tell.fact("送らなかった理由:", "why some were refused:")
    tell.counts(made.reasons, {code: words_for(code) for code in made.reasons})
    sent = {each.number for each in stage.phone.messages}
    check(
        bool(sent) and sent <= may_be_texted(),
        Words("許諾した番号だけに届くこと", "only people who agreed get it"),
    )
    tell.good(
        f"{len(sent)}の番号に送信。許諾のない番号への送信は0件",
        f"{len(sent)} numbers texted, none of them without consent",
    )


def phone(stage: Stage, tell: Teller) -> None:
    """Show the SMS as its recipient sees it."""
    tell.step("スマートフォンに届いたSMS", "The SMS on the phone")
    text = until(lambda: text_of(stage), Words("SMSの到着", "the SMS to arrive"))
    tell.quote(text)
    # Its page has the number in its address, which a terminal keeps.
    number, address = mask(recipient().e164 or ""), f"{stage.phone.base_url}/"
    tell.fact(f"ブラウザで見る: {address} の {number}", f"in a browser: {number} at {address}")


def event(stage: Stage, tell: Teller) -> None:
    """Let something happen in the platform that makes an SMS leave."""
    tell.step("プラットフォームの出来事からSMSが送られます", "An event there sends an SMS")
    for scene in stage.scenes:
        if scene.happening is not None:
            _happen(stage, tell, scene.happening)


def _happen(stage: Stage, tell: Teller, happening: Happening) -> None:
    hub = stage.hub
    row = hub.connections.row(happening.connection)
    key = f"when-{happening.event_type}".replace("_", "-")
    with hub.database.write() as tx:
        _publish(stage, tx, key, happening.label, RESERVATION, happening.text)
        rules.define(
            tx,
            hub.connections,
            label=happening.label,
            connection=row.name,
            event_type=happening.event_type,
            template_key=key,
            gateway=GATEWAY,
            once_per_record=True,
            created_by="demo",
            now=hub.clock(),
        )
    before = len(stage.phone.messages)
    ref = happening.make()
    tell.fact(f"{row.label}にレコード {ref} を追加", f"a record {ref} was added to {row.label}")
    until(
        lambda: len(stage.phone.messages) > before,
        Words(f"{happening.label}のSMS", "the SMS about it"),
        30,
    )
    tell.quote(stage.phone.messages[-1].text)
    notes = until(
        lambda: happening.noted(ref), Words("レコードへの記録", "the note on the record"), 30
    )
    tell.good(f"{ref} に記録: {notes[-1]}", f"noted on {ref}: {notes[-1]}")


def _templates(stage: Stage) -> None:
    now = stage.hub.clock()
    with stage.hub.database.write() as tx:
        purposes.ensure(tx, CAMPAIGN, "promotional", "キャンペーン", "お得な情報のご案内", now)
        purposes.ensure(
            tx, RESERVATION, "transactional", "ご連絡", "ご予約とお問い合わせの連絡", now
        )
        _publish(stage, tx, "offer", "週末セール", CAMPAIGN, OFFER)


def _publish(stage: Stage, tx: Tx, key: str, label: str, purpose: str, body: str) -> None:
    library.publish(
        tx,
        key=key,
        label=label,
        purpose_key=purpose,
        body=body,
        actor="demo",
        sender=stage.hub.sender,
        known=None,
        now=stage.hub.clock(),
    )


def _order(stage: Stage, scene: Scene, key: str) -> SendOrder:
    connections = stage.hub.connections
    return SendOrder(
        key=f"demo-{key}-{scene.plugin}",
        template_key="offer",
        gateway_id=connections.row(GATEWAY).id,
        connection_id=connections.row(scene.people).id,
        actor="demo",
    )


def _settled(stage: Stage) -> Mapping[str, int] | None:
    with stage.hub.database.read() as tx:
        states = counts.messages_by_state(tx)
    return states if states and not any(states.get(state) for state in _MOVING) else None

"""Steps 8 to 10: the link is tapped, the platforms are told, the next send is refused."""

import re

import requests

from hub.demo.cast import contact_of, link_of
from hub.demo.stage import GATEWAY, Stage
from hub.demo.telling import Teller
from hub.demo.wait import check, until
from hub.messages.orders import SingleOrder
from hub.messages.reasons import words_for
from hub.optout import receipts
from hub.optout.receipts import Receipt
from hub.store import people
from hub.testing.scene import Scene
from hub.values.ref import Ref
from hub.values.words import Words

_BUTTON = re.compile(r'name="act" value="([^"]+)"')
_ANSWERED = ("done", "gone", "blocked")


def tap(stage: Stage, tell: Teller) -> None:
    """Tap the opt-out link: looking changes nothing, one button acts."""
    tell.step("配信停止のリンクをタップ", "The recipient taps the opt-out link")
    link = link_of(stage)
    page = requests.get(link, headers={"Accept-Language": "ja"}, timeout=10)
    check(page.ok, Words("ページが開くこと", "the page opens"))
    check(not _receipts(stage), Words("開くだけでは停止しないこと", "looking changes nothing"))
    tell.good("開いただけでは何も変わりません", "looking changed nothing")
    button = _BUTTON.search(page.text)
    check(button is not None, Words("ボタンがあること", "there is a button"))
    act = button.group(1) if button else ""
    done = requests.post(link, data={"act": act}, timeout=10)
    check(done.ok, Words("停止できること", "the button works"))
    tell.good("ボタンひとつで停止しました", "one button stopped it")


def told(stage: Stage, tell: Teller) -> None:
    """Show that every record with that number was changed, with a receipt for each."""
    tell.step("各レコードへの反映と受領記録", "Every record was changed, with a receipt for each")
    rows = until(lambda: _acknowledged(stage), Words("反映", "the platforms to acknowledge"), 30)
    changed = 0
    for row in rows:
        scene = _scene(stage, row.connection)
        ref = Ref.parse(row.ref)
        if row.state == "done" and scene.opted_out(ref):
            changed += 1
            line = f"{row.connection} {row.ref}: {scene.shows(ref)}"
            tell.good(line, line)
        else:
            tell.fact(
                f"{row.connection} {row.ref}: {row.why.ja}",
                f"{row.connection} {row.ref}: {row.why.en}",
            )
    check(changed > 0, Words("レコードが変わること", "a record is changed"))


def next_send(stage: Stage, tell: Teller) -> None:
    """Try again: the gate refuses."""
    tell.step("次の送信は拒否されます", "The next send is refused")
    hub = stage.hub
    row = hub.connections.row(stage.scenes[0].people)
    contact_id = contact_of(stage)
    with hub.database.read() as tx:
        links = people.links_of_contacts(tx, [contact_id])[contact_id]
    result = hub.outbox.single(
        SingleOrder(
            key="demo-again",
            template_key="offer",
            gateway_id=hub.connections.row(GATEWAY).id,
            link_id=next(link.id for link in links if link.connection_id == row.id),
            actor="demo",
        )
    )
    check(result.state == "refused", Words("拒否されること", "it is refused"))
    words = words_for(result.reason or "")
    tell.good(words.ja, words.en)


def _receipts(stage: Stage) -> list[Receipt]:
    with stage.hub.database.read() as tx:
        return receipts.listing(tx, limit=1000, contact_id=contact_of(stage))


def _acknowledged(stage: Stage) -> list[Receipt] | None:
    rows = _receipts(stage)
    return rows if rows and all(row.state in _ANSWERED for row in rows) else None


def _scene(stage: Stage, connection: str) -> Scene:
    return next(scene for scene in stage.scenes if connection in scene.connections)
